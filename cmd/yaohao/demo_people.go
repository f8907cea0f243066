package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"yaohao/audit"
	"yaohao/examples/county"
	"yaohao/internal/account"
	"yaohao/internal/pg"
	"yaohao/registry"
	"yaohao/sampling"
)

// importFiles imports the county's files; a file whose digest was imported before is left alone.
func (d *demo) importFiles(ctx context.Context) error {
	done, err := d.imported(ctx)
	if err != nil {
		return err
	}
	for _, kind := range registry.Kinds() {
		name := string(kind) + ".csv"
		data, err := county.Files.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		if done[hex.EncodeToString(sum[:])] {
			continue
		}
		report, err := registry.Import(ctx, d.db, registry.ImportRequest{
			Kind: kind, FileName: name, Body: bytes.NewReader(data),
			Actor: terminalActor, Now: demoDay(1, 9, 0),
		})
		if err != nil {
			return err
		}
		d.t.printf("    %s：%d 行，新增 %d，有误 %d\n",
			kind.Label(), report.Rows, report.Inserted, report.Bad)
	}
	return nil
}

// imported gives the digests of all files imported so far.
func (d *demo) imported(ctx context.Context) (map[string]bool, error) {
	done := map[string]bool{}
	for page := int64(1); ; page++ {
		list, err := registry.Imports(ctx, d.db.Querier(), registry.Page{Number: page})
		if err != nil {
			return nil, err
		}
		for _, r := range list.Rows {
			done[r.SHA256] = true
		}
		if page >= list.Pages() {
			return done, nil
		}
	}
}

// staff of the sample county: duties that must be apart are held by different people.
var staff = []account.New{
	{Login: "admin", Name: "系统管理员", Posts: []account.Post{account.Administrator}},
	{Login: "registrar", Name: "名录管理员", Posts: []account.Post{account.Registrar}},
	{Login: "planner", Name: "计划员", Posts: []account.Post{account.Planner}},
	{Login: "approver", Name: "批准人", Posts: []account.Post{account.Approver}},
	{Login: "operator1", Name: "操作员甲", Posts: []account.Post{account.Operator}},
	{Login: "operator2", Name: "操作员乙", Posts: []account.Post{account.Operator}},
	{Login: "reviewer", Name: "审核员", Posts: []account.Post{account.Reviewer}},
	{Login: "publisher", Name: "公示员", Posts: []account.Post{account.Publisher}},
	{Login: "supervisor", Name: "纪检监督", Posts: []account.Post{account.Supervisor}},
}

// hirePeople makes the accounts of the staff, of every inspector and of some experts and
// laboratories.
func (d *demo) hirePeople(ctx context.Context) error {
	if err := d.meet(ctx); err != nil {
		return err
	}
	for _, n := range staff {
		n.Unit = "LXSJ"
		if err := d.hire(ctx, n); err != nil {
			return err
		}
	}
	p := newProgress(d.t, "个账号")
	defer p.end()
	for page := int64(1); ; page++ {
		list, err := registry.Inspectors(ctx, d.db.Querier(),
			registry.InspectorFilter{Page: registry.Page{Number: page, Size: 50}})
		if err != nil {
			return err
		}
		for _, i := range list.Rows {
			if spare(i.ID) {
				continue
			}
			n := account.New{Login: strings.ToLower(string(i.ID)), Name: i.Name, Unit: string(i.Unit),
				Inspector: i.ID, Posts: []account.Post{account.Inspector}}
			if err := d.hire(ctx, n); err != nil {
				return err
			}
			done := int64(len(d.people))
			p.show(done, done, max(done, list.Total+int64(len(staff)-spareAccounts)))
		}
		if page >= list.Pages() {
			d.t.printf("    %d 个账号，口令都是 %s\n", len(d.people), demoPassword)
			return nil
		}
	}
}

// spareAccounts is how many experts and laboratories have no account: two of each show what they
// see, and every password costs a moment.
const spareAccounts = 13

func spare(id sampling.InspectorID) bool {
	return id[0] != 'I' && id[1:] > "00002"
}

// meet reads the accounts that an earlier demonstration made.
func (d *demo) meet(ctx context.Context) error {
	list, err := account.Accounts(ctx, d.db.Querier())
	for _, a := range list {
		d.people[a.Login] = a
	}
	return err
}

// hire makes one account unless it is there.
func (d *demo) hire(ctx context.Context, n account.New) error {
	if d.people[n.Login] != nil {
		return nil
	}
	n.Password = demoPassword
	return d.inTx(ctx, func(q pg.Querier) error {
		acc, err := account.Create(ctx, q, audit.System, n, demoDay(1, 10, 0))
		if err != nil {
			return fmt.Errorf("account %s: %w", n.Login, err)
		}
		d.people[n.Login] = acc
		return nil
	})
}

// as gives the actor behind a login in a post.
func (d *demo) as(login string, post account.Post) audit.Actor {
	return d.people[login].Actor(post)
}
