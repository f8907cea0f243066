package main

import (
	"context"
	"fmt"

	"yaohao/inspection"
	"yaohao/internal/account"
	"yaohao/internal/fault"
)

// refill shows what follows a draw: on the evening an inspector reports ill and a firm turns out to
// be deregistered; the next morning's dice decide who takes the seat, the reserve which firm is
// visited. After an interruption it goes on with what was asked for.
func (d *demo) refill(ctx context.Context) error {
	asked, err := d.refills(ctx)
	if err != nil {
		return err
	}
	kinds := []string{inspection.RefillSeat, inspection.RefillEntity}
	for n := len(asked); n < len(kinds); n++ {
		if err := d.askRefill(ctx, kinds[n]); err != nil {
			return err
		}
	}
	if asked, err = d.refills(ctx); err != nil {
		return err
	}
	for i := range asked {
		if asked[i].Open() {
			if err := d.typeRefill(ctx, asked[i].No); err != nil {
				return err
			}
		}
	}
	return d.advance(ctx, demoDay(4, 9, 5))
}

func (d *demo) refills(ctx context.Context) ([]inspection.Refill, error) {
	return inspection.RefillsOf(ctx, d.db.Querier(), demoDraw, true, demoDay(4, 9, 0))
}

// askRefill asks for the last seat of a task, or for the entity of another, with an event of its
// own. A task whose item has no reserve left is passed over for the next.
func (d *demo) askRefill(ctx context.Context, kind string) error {
	filter := inspection.TaskFilter{Draw: demoDraw, State: inspection.Dispatched}
	r := inspection.RefillRequest{Draw: demoDraw, Reason: "illness", EventAt: demoDay(4, 9, 0),
		Event: "演示：{event} 由运行本程序的机器现场掷骰二十次（病假递补），不是公共事件；由两人录入，写作二十个 1–6 的数字"}
	if kind == inspection.RefillEntity {
		r.Reason = "deregistered"
		r.Event = "演示：{event} 由运行本程序的机器现场掷骰二十次（候补递补），不是公共事件；由两人录入，写作二十个 1–6 的数字"
		filter.Unit = "XYJG" // no other draw takes over its list
	}
	list, err := inspection.Tasks(ctx, d.db.Querier(), d.as("supervisor", account.Supervisor),
		filter, demoDay(3, 22, 0))
	if err != nil {
		return err
	}
	for i := range list.Rows {
		task := &list.Rows[i]
		r.Task, r.Inspector = task.ID, ""
		if kind == inspection.RefillSeat {
			r.Inspector = task.Members[len(task.Members)-1].Inspector
		}
		_, err := d.inspection.RequestRefill(ctx, d.as("operator1", account.Operator), r,
			demoDay(3, 22, 0))
		if err == nil || !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return nil // a month that was finished before: its tasks have results
}

// typeRefill has two operators type the dice. What one typed before an interruption stands.
func (d *demo) typeRefill(ctx context.Context, no int) error {
	value, err := d.dice(fmt.Sprintf("refill-%d", no))
	if err != nil {
		return err
	}
	for i, login := range []string{"operator1", "operator2"} {
		err := d.inspection.EnterRefillValue(ctx, d.as(login, account.Operator), demoDraw, no, value,
			demoDay(4, 9, 1+i))
		if err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return nil
}

// summaryRefills tells what was filled in after the draw.
func (d *demo) summaryRefills(ctx context.Context) error {
	list, err := d.refills(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		r := &list[i]
		for _, rec := range r.Records {
			if rec.Left != "" {
				d.t.printf("  递补    第 %d 号 %s：%s 的 %s → %s\n", r.No, r.ReasonName, rec.Entity,
					rec.Left, rec.Seats[0].Inspector)
			} else {
				d.t.printf("  递补    第 %d 号 %s：%s → 候补 %s\n", r.No, r.ReasonName, rec.Replaces,
					rec.Entity)
			}
		}
	}
	return nil
}
