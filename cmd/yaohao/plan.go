package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"

	"yaohao/calendar"
	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/scheduler"
)

// planCommands create, approve and list plans. Creating and approving name the account that does
// it, because the two must be different people.
func planCommands() []command {
	return []command{
		{name: "plan create", args: "文件", count: 1, setup: planCreate,
			summary: "从文件编制一份抽查计划，待另一人批准",
			detail: "文件是 JSON，字段见 examples/county/plan-2026-11.json；" +
				"为交办任务、专家和检验机构派员的见 plan-2026-11-given.json。"},
		{name: "plan approve", args: "编号", count: 1, setup: planApprove,
			summary: "批准一份计划，此后到期自动抽取", detail: "批准人不能是编制人。"},
		{name: "plan list", summary: "列出全部计划及下次抽取时间", setup: planList},
	}
}

// parsePlan reads a plan file: the fields of scheduler.PlanSpec as JSON, nothing else.
func parsePlan(data []byte) (spec scheduler.PlanSpec, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&spec); err != nil {
		return spec, fault.New(fault.Invalid, "计划文件有误：%v", err).
			WithHint("字段见 examples/county/plan-2026-11.json")
	}
	if d.More() {
		return spec, fault.New(fault.Invalid, "计划文件有误：计划之后还有别的内容").
			WithHint("一个文件只写一份计划")
	}
	return spec, nil
}

func planList(*flag.FlagSet) action {
	return func(ctx context.Context, t *terminal, _ []string) error {
		return withOffice(ctx, t, func(o *office) error { return o.listPlans(ctx, t) })
	}
}

func (o *office) listPlans(ctx context.Context, t *terminal) error {
	for page := 1; ; page++ {
		plans, total, err := scheduler.Plans(ctx, o.db.Querier(), page)
		if err != nil {
			return err
		}
		for _, p := range plans {
			next := "—"
			if p.NextDue != nil {
				next = p.NextDue.In(calendar.Shanghai).Format("2006-01-02 15:04")
			}
			t.printf("%-8s %s  下次 %s  %s\n", p.ID, p.StateName(), next, p.Name)
		}
		if page*scheduler.PageSize >= total {
			return nil
		}
	}
}

func planCreate(set *flag.FlagSet) action {
	login := set.String("as", "", "编制人的`登录名`")
	clock := clockFlag(set)
	return func(ctx context.Context, t *terminal, args []string) error {
		data, err := os.ReadFile(args[0])
		if err != nil {
			return unreadable(args[0], err)
		}
		spec, err := parsePlan(data)
		if err != nil {
			return err
		}
		return withOffice(ctx, t, func(o *office) error {
			acc, err := o.person(ctx, *login, account.Planner)
			if err != nil {
				return err
			}
			err = o.scheduler.CreatePlan(ctx, acc.Actor(account.Planner), spec, clock.now())
			if err != nil {
				return err
			}
			t.printf("计划 %s 已建立，待另一人批准\n", spec.ID)
			return nil
		})
	}
}

func planApprove(set *flag.FlagSet) action {
	login := set.String("as", "", "批准人的`登录名`")
	clock := clockFlag(set)
	return func(ctx context.Context, t *terminal, args []string) error {
		return withOffice(ctx, t, func(o *office) error {
			acc, err := o.person(ctx, *login, account.Approver)
			if err != nil {
				return err
			}
			err = o.scheduler.ApprovePlan(ctx, acc.Actor(account.Approver), args[0], clock.now())
			if err != nil {
				return err
			}
			t.printf("计划 %s 已批准，到期自动抽取\n", args[0])
			return nil
		})
	}
}

// person gives the account behind --as, which must hold the post.
func (o *office) person(ctx context.Context, login string, post account.Post) (
	*account.Account, error) {
	if login == "" {
		return nil, fault.New(fault.Invalid, "缺少 --as 登录名").
			WithHint("这一步要记录由哪位%s办理", post.Name())
	}
	acc, err := o.byLogin(ctx, login)
	if err != nil {
		return nil, err
	}
	if acc.Disabled {
		return nil, fault.New(fault.Forbidden, "账号 %s 已停用", login)
	}
	if !acc.Has(post) {
		return nil, fault.New(fault.Forbidden, "账号 %s 没有%s岗位", login, post.Name()).
			WithHint("yaohao account list 列出各账号的岗位")
	}
	return acc, nil
}
