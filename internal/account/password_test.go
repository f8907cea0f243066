package account

import (
	"strings"
	"testing"

	"yaohao/audit"
	"yaohao/internal/fault"
)

// The standard cost is 64 MiB, one pass, four lanes; a new hash has the cost with which an unknown
// login is checked.
func TestPasswordHash(t *testing.T) {
	if standard.memory != 65536 || standard.passes != 1 || standard.lanes != 4 ||
		len(standard.salt) != 16 || len(standard.tag) != 32 {
		t.Errorf("standard = %s", standard)
	}
	s, err := hashPassword(password)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(s, "$argon2id$v=19$m=64,t=1,p=4$") {
		t.Errorf("hash = %s", s)
	}
	p, err := parsePHC(s)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.salt) != len(cost.salt) || len(p.tag) != len(cost.tag) {
		t.Errorf("hash %s has other lengths than %s", p, cost)
	}
	if !p.matches(password) || p.matches(password+" ") || p.matches("") {
		t.Error("the hash matches something else than its password")
	}
	other, err := hashPassword(password)
	if err != nil || other == s {
		t.Errorf("two hashes of one password are equal: %v", err)
	}
}

// A hash of another program, with its own cost (vector of the argon2 reference implementation:
// `echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1`).
func TestReferenceVector(t *testing.T) {
	const s = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$" +
		"CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	p, err := parsePHC(s)
	if err != nil {
		t.Fatal(err)
	}
	if !p.matches("password") || p.matches("Password") {
		t.Error("the reference hash does not match its password only")
	}
}

func TestParsePHCRefuses(t *testing.T) {
	const good = "$argon2id$v=19$m=65536,t=1,p=4$AAAAAAAAAAAAAAAAAAAAAA$" +
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	if _, err := parsePHC(good); err != nil {
		t.Fatalf("the good one: %v", err)
	}
	for _, c := range [][2]string{
		{"argon2id", "argon2i"}, {"v=19", "v=16"}, {"m=65536", "m=065536"},
		{"m=65536", "m=9999999"}, {"m=65536", "m=1"}, {"t=1", "t=0"}, {"t=1", "t=99"},
		{"p=4", "p=0"}, {"p=4", "p=4 "}, {"t=1,p=4", "p=4,t=1"}, {"$AAAAAAAAAAAAAAAAAAAAAA$", "$AA$"},
		{"$AAAAAAAAAAAAAAAAAAAAAA$", "$AAAAAAAAAAAAAAAAAAAAAB$"}, {"$argon2id", "x$argon2id"},
		{good, ""}, {good, good + "$"}, {good, good + "="}, {good, "$2a$10$abc"},
	} {
		if bad := strings.Replace(good, c[0], c[1], 1); bad != good {
			if _, err := parsePHC(bad); err == nil {
				t.Errorf("accepted %s", bad)
			}
		}
	}
}

// What is read is what is written, both ways.
func FuzzParsePHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=1,p=4$AAAAAAAAAAAAAAAAAAAAAA$" +
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=8,t=1,p=1$$")
	f.Add("$$$$$")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePHC(s)
		if err == nil && p.String() != s {
			t.Errorf("%q reads as %q", s, p)
		}
	})
}

func TestRequire(t *testing.T) {
	actor := audit.Actor{Person: "P0001", Post: "reviewer"}
	if err := Require(actor, Publisher, Reviewer); err != nil {
		t.Error(err)
	}
	wantFault(t, Require(actor, Planner, Administrator), fault.Forbidden, "计划员、系统管理员")
	wantFault(t, Require(audit.System, Posts()...), fault.Forbidden)
	wantFault(t, Require(audit.Actor{Post: "reviewer"}, Reviewer), fault.Forbidden)
	for _, p := range Posts() {
		if !p.Valid() || p.Name() == string(p) {
			t.Errorf("post %s has no name", p)
		}
	}
	if Post("king").Valid() || Post("king").Name() != "king" {
		t.Error("there is a king")
	}
}

func TestActorNeedsThePost(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an account acted in a post that it does not hold")
		}
	}()
	(&Account{ID: "P0001", Posts: []Post{Planner}}).Actor(Approver)
}
