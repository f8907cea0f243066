package inspection

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"yaohao/internal/pg"
	"yaohao/sampling"
)

// Refill is a request as pages show it. What it tells of the list stands in Task, Person and
// Records, which RefillsOf fills in for those who may see them.
type Refill struct {
	No         int             `json:"no"`
	Kind       string          `json:"kind"` // RefillSeat or RefillEntity
	Unit       sampling.UnitID `json:"unit"`
	Task       string          `json:"task,omitempty"` // for the office
	Reason     string          `json:"reason"`
	ReasonName string          `json:"reasonName"`
	Event      string          `json:"event"`
	EventAt    time.Time       `json:"eventAt"`
	Person     string          `json:"person,omitempty"` // account, for the office
	At         time.Time       `json:"at"`
	Status     RefillStatus    `json:"status"`
	People     int             `json:"people"` // how many typed the value
	Value      string          `json:"value"`  // once two people agree
	Note       string          `json:"note"`   // why it failed or was withdrawn
	EndedAt    *time.Time      `json:"endedAt,omitempty"`
	Asked      []Withdrawal    `json:"-"` // who asked to withdraw it
	Records    []PublicRecord  `json:"records,omitempty"`
}

// PublicRecord is what a refill gave, once the draw is public.
type PublicRecord struct {
	File     string                 `json:"file"` // in the bundle
	SHA256   string                 `json:"sha256"`
	N        int64                  `json:"n"` // number of the first seat
	Entity   sampling.EntityID      `json:"entity"`
	Left     sampling.InspectorID   `json:"left,omitempty"`
	Item     sampling.ItemID        `json:"item,omitempty"`
	Replaces sampling.EntityID      `json:"replaces,omitempty"`
	Seats    []PublicSeat           `json:"seats"`
	Team     []sampling.InspectorID `json:"team"`
}

// PublicSeat is a seat with its seed′ (draw/1 §10) in hex and who took it.
type PublicSeat struct {
	Seed      string               `json:"seed"`
	Inspector sampling.InspectorID `json:"inspector"`
}

// RefillStatus says how far a request is.
type RefillStatus string

// How far a request is; RefillDone, RefillFailed and RefillWithdrawn end it.
const (
	RefillAnnounced RefillStatus = "announced" // its event has not come
	RefillWaiting   RefillStatus = "waiting"   // nobody typed the value
	RefillFirst     RefillStatus = "first"     // one person typed it
	RefillDiffers   RefillStatus = "differs"   // people typed different values
	RefillQueued    RefillStatus = "queued"    // two agree; Advance carries it out in its turn
)

// Name gives the Chinese name of the status.
func (s RefillStatus) Name() string {
	return map[RefillStatus]string{
		RefillAnnounced: "已公布，等待公共事件", RefillWaiting: "待录入数值",
		RefillFirst: "已有一人录入，待第二人", RefillDiffers: "两人录入不一致",
		RefillQueued: "数值已确定，按序号递补", RefillDone: "已递补",
		RefillFailed: "无法递补", RefillWithdrawn: "已撤回",
	}[s]
}

// Open reports whether the request has not ended.
func (r *Refill) Open() bool {
	return r.Status != RefillDone && r.Status != RefillFailed && r.Status != RefillWithdrawn
}

// Typing reports whether a value may be typed now.
func (r *Refill) Typing() bool {
	return r.Status == RefillWaiting || r.Status == RefillFirst || r.Status == RefillDiffers
}

// RefillsOf gives the requests of a draw in the order of their numbers. Everybody sees what is
// announced and, once the draw is public, the records; the office also sees tasks by number.
func RefillsOf(ctx context.Context, q pg.Querier, draw string, office bool, now time.Time) (
	[]Refill, error) {
	rows, err := q.Query(ctx, `SELECT r.no, r.kind, t.unit_id, r.task_id, r.reason, r.event,
			r.event_at, r.person, r.at, coalesce(e.outcome, ''), coalesce(e.note, ''), e.at
		FROM refill_request r JOIN task t ON t.id = r.task_id
		LEFT JOIN refill_end e ON e.draw_id = r.draw_id AND e.no = r.no
		WHERE r.draw_id = $1 ORDER BY r.no`, draw)
	if err != nil {
		return nil, fmt.Errorf("reading refills of draw %s: %w", draw, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Refill, err error) {
		err = row.Scan(&r.No, &r.Kind, &r.Unit, &r.Task, &r.Reason, &r.Event, &r.EventAt,
			&r.Person, &r.At, &r.Status, &r.Note, &r.EndedAt)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading refills of draw %s: %w", draw, err)
	}
	if len(list) == 0 {
		return nil, nil
	}
	asked, err := withdrawalsOf(ctx, q, draw)
	if err != nil {
		return nil, err
	}
	for i := range list {
		r := &list[i]
		if err := r.judge(ctx, q, draw, now); err != nil {
			return nil, err
		}
		r.ReasonName = ReasonName(r.Reason)
		if office {
			r.Asked = asked[r.No]
		} else {
			r.Task, r.Person = "", ""
			if r.Status == RefillFailed { // it names the task
				r.Note = "没有符合条件的人或候补对象"
			}
		}
	}
	return list, addRecords(ctx, q, draw, list)
}

// judge sets how far an open request is, and the value that counts.
func (r *Refill) judge(ctx context.Context, q pg.Querier, draw string, now time.Time) error {
	entries, err := refillEntries(ctx, q, draw, r.No)
	if err != nil {
		return err
	}
	value, ok := agreed(entries)
	r.People = len(latest(entries))
	if ok {
		r.Value = value
	}
	switch {
	case r.Status != "":
	case ok:
		r.Status = RefillQueued
	case r.People > 1:
		r.Status = RefillDiffers
	case r.People == 1:
		r.Status = RefillFirst
	case now.Before(r.EventAt):
		r.Status = RefillAnnounced
	default:
		r.Status = RefillWaiting
	}
	return nil
}

// addRecords adds the records of a published draw.
func addRecords(ctx context.Context, q pg.Querier, draw string, list []Refill) error {
	state, err := drawState(ctx, q, draw)
	if err != nil || state != "published" {
		return err
	}
	stored, err := recordsOf(ctx, q, draw)
	if err != nil {
		return err
	}
	parsed, err := parseRecords(stored)
	if err != nil {
		return err
	}
	for i, s := range stored {
		rec := &parsed[i]
		seats := []PublicSeat{}
		for _, seat := range rec.Seats {
			seats = append(seats, PublicSeat(seat))
		}
		for k := range list {
			if list[k].No == s.no {
				list[k].Records = append(list[k].Records, PublicRecord{File: sampling.NameRefill(s.serial),
					SHA256: s.sha256, N: rec.N, Entity: rec.Entity, Left: rec.Left, Item: rec.Item,
					Replaces: rec.Replaces, Seats: seats, Team: rec.Team})
			}
		}
	}
	return nil
}

// Change is what a refill did to a task.
type Change struct {
	No         int       `json:"no"`
	At         time.Time `json:"at"`
	ReasonName string    `json:"reasonName"`
	Left       *Member   `json:"left,omitempty"`     // who left, of a seat
	Came       []Member  `json:"came,omitempty"`     // who took a seat
	Replaces   string    `json:"replaces,omitempty"` // task number, of a task made for a replacement
	By         []string  `json:"by,omitempty"`       // task numbers, of a task that was replaced
}

// changesOf gives what refills did to a task, in their order.
func changesOf(ctx context.Context, q pg.Querier, task string) ([]Change, error) {
	rows, err := q.Query(ctx, `SELECT r.no, e.at, r.reason, r.inspector_id, r.task_id,
			coalesce(i.name, r.inspector_id), coalesce((SELECT array_agg(o.id ORDER BY o.id)
				FROM task o WHERE o.draw_id = r.draw_id AND o.origin = r.no), '{}'),
			coalesce((SELECT array_agg(c.record ORDER BY c.serial) FROM refill_record c
				WHERE c.draw_id = r.draw_id AND c.no = r.no), '{}')
		FROM task t JOIN refill_request r ON r.draw_id = t.draw_id
			AND (r.task_id = t.id OR r.no = t.origin)
		JOIN refill_end e ON e.draw_id = r.draw_id AND e.no = r.no AND e.outcome = 'done'
		LEFT JOIN inspector i ON i.id = r.inspector_id
		WHERE t.id = $1 ORDER BY r.no`, task)
	if err != nil {
		return nil, fmt.Errorf("reading refills of task %s: %w", task, err)
	}
	var records [][]byte
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Change, err error) {
		var m Member
		var of string
		var made []string
		var raw [][]byte
		err = row.Scan(&c.No, &c.At, &c.ReasonName, &m.Inspector, &of, &m.Name, &made, &raw)
		c.ReasonName = ReasonName(c.ReasonName)
		switch {
		case m.Inspector != "":
			c.Left = &m
			records = append(records, raw...)
		case of == task:
			c.By = made
		default:
			c.Replaces = of
		}
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading refills of task %s: %w", task, err)
	}
	for i := range list {
		if list[i].Left == nil {
			continue
		}
		rec, err := sampling.ParseRefillRecord(records[0])
		if err != nil {
			return nil, fmt.Errorf("refill %d: %w", list[i].No, err)
		}
		records = records[1:]
		if list[i].Came, err = seatNames(ctx, q, rec); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// seatNames gives who took the seats of a record, by name.
func seatNames(ctx context.Context, q pg.Querier, rec *sampling.RefillRecord) ([]Member, error) {
	var ids []string
	for _, s := range rec.Seats {
		ids = append(ids, string(s.Inspector))
	}
	rows, err := q.Query(ctx, `SELECT x.id, coalesce(i.name, x.id)
		FROM unnest($1::text[]) AS x (id) LEFT JOIN inspector i ON i.id = x.id`, ids)
	if err != nil {
		return nil, fmt.Errorf("reading names: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Member, err error) {
		err = row.Scan(&m.Inspector, &m.Name)
		return m, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading names: %w", err)
	}
	return list, nil
}
