package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/examples/county"
	"yaohao/inspection"
	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/sampling"
	"yaohao/scheduler"
)

// makePlans makes and approves the month's plan and the one that takes over its list.
func (d *demo) makePlans(ctx context.Context) error {
	for _, file := range []string{"plan-2026-11.json", "plan-2026-11-given.json"} {
		if err := d.makePlan(ctx, file); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) makePlan(ctx context.Context, file string) error {
	data, err := county.Files.ReadFile(file)
	if err != nil {
		return err
	}
	spec, err := parsePlan(data)
	if err != nil {
		return err
	}
	plan, err := scheduler.PlanByID(ctx, d.db.Querier(), spec.ID)
	if fault.Is(err, fault.NotFound) {
		planner := d.as("planner", account.Planner)
		err = d.scheduler.CreatePlan(ctx, planner, spec, demoDay(1, 11, 0))
	} else if err == nil && plan.State != scheduler.PlanDraft {
		return nil
	}
	if err != nil {
		return err
	}
	approver := d.as("approver", account.Approver)
	return d.scheduler.ApprovePlan(ctx, approver, spec.ID, demoDay(1, 15, 0))
}

// freeze lets the plan fire on 2 November at 9:00. An interrupted freeze goes on at the same
// moment: cutoff and event count from the commit.
func (d *demo) freeze(ctx context.Context) error { return d.advance(ctx, demoDay(2, 9, 0)) }

// draw passes the cutoff, throws the dice, has two people type them and draws.
func (d *demo) draw(ctx context.Context) error {
	if err := d.advance(ctx, demoDay(2, 17, 1)); err != nil {
		return err
	}
	return d.drawWith(ctx, demoDraw, 2)
}

// drawGiven lets the plan without items fire the next morning, when the list that it takes over
// exists, and draws from dice of its own.
func (d *demo) drawGiven(ctx context.Context) error {
	for _, at := range []time.Time{demoDay(3, 9, 0), demoDay(3, 17, 1)} {
		if err := d.advance(ctx, at); err != nil {
			return err
		}
	}
	return d.drawWith(ctx, demoGiven, 3)
}

// drawWith has the dice typed on the evening of a day, if the draw waits for them, and draws.
func (d *demo) drawWith(ctx context.Context, draw string, day int) error {
	state, err := d.state(ctx, draw)
	if err != nil {
		return err
	}
	if state == scheduler.Committed || state == scheduler.Awaiting {
		if err := d.typeDice(ctx, draw, day); err != nil {
			return err
		}
	}
	return d.advance(ctx, demoDay(day, 21, 5))
}

// state gives a draw's state.
func (d *demo) state(ctx context.Context, id string) (scheduler.State, error) {
	draw, err := scheduler.DrawByID(ctx, d.db.Querier(), id)
	if err != nil {
		return "", err
	}
	return draw.State, nil
}

// typeDice has two operators type the dice. What one of them typed before an interruption stands
// in the log: he does not type it again.
func (d *demo) typeDice(ctx context.Context, draw string, day int) error {
	value, err := d.dice(draw)
	if err != nil {
		return err
	}
	typed, err := auditdb.Leaves(ctx, d.db.Querier(),
		auditdb.Filter{Subject: draw, Kind: audit.KindEntropy})
	if err != nil {
		return err
	}
	done := map[string]bool{}
	for _, e := range typed {
		done[e.Leaf.Actor.Person] = true
	}
	for i, login := range []string{"operator1", "operator2"} {
		actor := d.as(login, account.Operator)
		if done[actor.Person] {
			continue
		}
		at := demoDay(day, 21, 1+i)
		if err := d.scheduler.EnterEntropy(ctx, actor, draw, "dice", value, at); err != nil {
			return err
		}
	}
	return nil
}

// dice throws twenty dice and writes them on a slip of paper, a file in the state folder, before
// anybody types them: after an interruption the same throw counts. The plan says that this machine
// throws them and counts no bits.
func (d *demo) dice(draw string) (string, error) {
	path := filepath.Join(d.cfg.State, "dice-"+draw+".txt")
	text, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	var b strings.Builder
	for range 20 {
		face, err := rand.Int(rand.Reader, big.NewInt(6))
		if err != nil {
			return "", fmt.Errorf("dice: %w", err)
		}
		fmt.Fprintf(&b, "%d", face.Int64()+1)
	}
	return b.String(), writeWhole(path, []byte(b.String()+"\n"))
}

// enterResults has the lead of every open task enter what the visit found.
func (d *demo) enterResults(ctx context.Context) error {
	return d.eachTask(ctx, inspection.Dispatched, func(task *inspection.Task) error {
		lead := strings.ToLower(string(task.Members[0].Inspector))
		entry := demoEntry(task)
		at := demoDay(4+int(pick(task.ID, "day", 9)), 16, 30)
		entry.VisitedOn = sampling.Date(at.Format("2006-01-02"))
		_, err := d.inspection.EnterResult(ctx, d.as(lead, account.Inspector), task.ID, entry, at)
		return err
	})
}

func (d *demo) review(ctx context.Context) error {
	reviewer := d.as("reviewer", account.Reviewer)
	return d.eachTask(ctx, inspection.Entered, func(task *inspection.Task) error {
		return d.inspection.Review(ctx, reviewer, task.ID,
			inspection.Decision{Version: task.Version, Verdict: inspection.Approve},
			demoDay(16, 10, 0))
	})
}

// eachTask calls fn for every task that is in a state, draw by draw; fn moves it to another one.
func (d *demo) eachTask(ctx context.Context, state inspection.State,
	fn func(*inspection.Task) error) error {
	for _, draw := range demoDraws {
		if err := d.eachTaskOf(ctx, draw, state, fn); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) eachTaskOf(ctx context.Context, draw string, state inspection.State,
	fn func(*inspection.Task) error) error {
	supervisor := d.as("supervisor", account.Supervisor)
	p := newProgress(d.t, "个任务")
	defer p.end()
	for done := int64(0); ; {
		list, err := inspection.Tasks(ctx, d.db.Querier(), supervisor,
			inspection.TaskFilter{Draw: draw, State: state}, demoDay(3, 22, 0))
		if err != nil || len(list.Rows) == 0 {
			return err
		}
		for i := range list.Rows {
			if err := fn(&list.Rows[i]); err != nil {
				return fmt.Errorf("task %s: %w", list.Rows[i].ID, err)
			}
			done++
			p.show(done, done, done+list.Total-int64(i)-1)
		}
	}
}

// publish makes all results public; advance then opens the draws and issues the notices.
func (d *demo) publish(ctx context.Context) error {
	publisher := d.as("publisher", account.Publisher)
	for _, draw := range demoDraws {
		_, err := d.inspection.Publish(ctx, publisher, draw, demoDay(18, 10, 0))
		if err != nil && !(draw != demoDraw && fault.Is(err, fault.NotFound)) {
			return err
		}
	}
	return d.advance(ctx, demoDay(18, 10, 5))
}

// pick gives a number below n that depends on the task alone: the sample inspectors find the same
// things in every demonstration that draws the same tasks.
func pick(task, what string, n uint64) uint64 {
	h := sha256.Sum256([]byte(task + "|" + what))
	return new(big.Int).Mod(new(big.Int).SetBytes(h[:8]), new(big.Int).SetUint64(n)).Uint64()
}
