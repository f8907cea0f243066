// Package audittest checks the log at the end of a test. Never import it outside tests.
package audittest

import (
	"context"
	"regexp"
	"testing"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/internal/pg"
)

// CheckLog makes the test verify its whole log when it ends: every leaf, stored hash, checkpoint
// and the head, and that no leaf holds what looks like personal data. Call it right after making
// the database; the check runs before the database goes, also when the test has failed.
func CheckLog(t testing.TB, db *pg.DB) {
	t.Helper()
	t.Cleanup(func() {
		ctx := context.Background() // the test's own context has ended
		err := db.InSnapshot(ctx, func(q pg.Querier) error {
			report, err := auditdb.Verify(ctx, q, nil, nil)
			if err != nil {
				return err
			}
			return checkPersons(ctx, t, q, report.Head.Size)
		})
		if err != nil {
			t.Errorf("the log does not verify: %v", err)
		}
	})
}

func checkPersons(ctx context.Context, t testing.TB, q pg.Querier, size int64) error {
	for from := int64(0); from < size; {
		entries, err := auditdb.Leaves(ctx, q, auditdb.Filter{From: from, Limit: 1000})
		if err != nil {
			return err
		}
		for _, e := range entries {
			if what := personal(e.Leaf); what != "" {
				t.Errorf("leaf %d (%s %s) holds personal data: %s",
					e.Index, e.Leaf.Kind, e.Leaf.Subject, what)
			}
			from = e.Index + 1
		}
	}
	return nil
}

var (
	// identity is a 公民身份号码 (GB 11643): region, date of birth, order number, check character.
	// Some 统一社会信用代码 look the same; tests have few of them, so this is for tests only.
	identity = regexp.MustCompile(`(^|[^0-9A-Za-z])[1-8]\d{5}(19|20)\d\d` +
		`(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dXx]($|[^0-9A-Za-z])`)
	// mobile is a mobile telephone number of the mainland. Letters beside it make it part of a
	// digest in hex, where eleven such digits in a row are not rare.
	mobile = regexp.MustCompile(`(^|[^0-9A-Za-z])1[3-9]\d{9}($|[^0-9A-Za-z])`)
)

// personal gives the field that looks like an identity number or a telephone, or "".
func personal(l audit.Leaf) string {
	for _, f := range append([]audit.Fact{{Key: "subject", Value: l.Subject}}, l.Facts...) {
		if identity.MatchString(f.Value) || mobile.MatchString(f.Value) {
			return f.Key + " = " + f.Value
		}
	}
	return ""
}
