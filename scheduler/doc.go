// Package scheduler keeps inspection plans (抽查计划) and moves their draws through the life of
// draw/1 §10. A plan says on which days (cron, Asia/Shanghai) which items are drawn and which
// public events feed the seed; every due period becomes one draw.
//
// # States
//
//	          fire      freeze    commit      cutoff     draw    publish
//	(due plan) → planned → frozen → committed → awaiting → drawn → published
//	                │         │         │           │
//	                └─────────┴────┬────┴───────────┘ void: a reason, two people
//	                               ▼
//	                              void
//
// The same as a table; a test compares it with the transitions of this package and with the
// guard in the database:
//
//	due plan  → planned    fire     next_due of an approved plan has come
//	planned   → frozen     freeze   at once, after earlier periods of a paced item are drawn
//	frozen    → committed  commit   at once
//	committed → awaiting   cutoff   the cutoff of the witnesses' lines has passed
//	awaiting  → drawn      draw     the public event's time has come, every value is there
//	drawn     → published  publish  every task of the draw is published
//	planned   → void       void     two people
//	frozen    → void       void     two people
//	committed → void       void     two people
//	awaiting  → void       void     two people
//
// # How things move
//
// Service.Advance is the only way in which anything moves by itself: timer, start, button and tests
// call it. One step is one transaction that locks its row (FOR UPDATE SKIP LOCKED), looks again
// whether the step is due, does it, writes the transition and the leaf, and names the time of
// the next step (draw.wake_at). Any number of servers may call Advance at once; who finds a row
// locked leaves it to the other. UNIQUE (plan_id, period) makes a second draw of one period
// impossible whatever the program does.
//
// A step that fails is rolled back as a whole; its error is recorded in draw.failure (or
// plan.failure) in a transaction of its own, logged and returned in the Summary, other draws go
// on, and the next Advance tries again. A COMMIT whose outcome is unknown drops everything that
// was read and reads the rows again. Above each step stands what holds and what a crash leaves.
//
// A period that was missed because nothing ran is drawn once, late, and its plan and pages say so.
//
// # Tasks drawn elsewhere
//
// A plan may give a unit tasks that it does not draw itself: a batch that a superior drew (上级抽取,
// 下级派员), or what items of an earlier draw of this office selected. It fires once; only who goes is
// drawn. Its draw waits for the earlier draw to be drawn, states that one's transcript in its plan
// (`from`), and is not published before it: its tasks file would show a sealed list. No tasks are
// staffed twice for one unit, unless the first draw is void or a trial run. Tasks of experts and of
// laboratories have no results: their draw is published when the visits are over.
//
// # Who may do what
//
// The planner writes a plan, an approver who is not its author approves it. The public event is
// typed by two different operators, neither of whom approved the plan; before its announced time
// nothing is typed for it and nothing is drawn. A round of the beacon is taken only with its
// signature; fetched it needs nobody. What somebody outside the office holds is typed by one
// operator, because the plan's commit proves it. A draw is made void by an operator's request,
// which the log holds at once, and the confirmation of somebody else (operator or approver).
//
// # What stays secret until when
//
// plan.json is public from the commit on. Seals, seed, transcript and the frozen files are given
// out only after publication (BundleFS, Draw.Seed): with the seed anybody could compute the list
// of those who will be visited. No function of this package computes a result before the values
// are there, and none shows it between the draw and the publication.
//
// # What it does not promise
//
// The list is not secret from those who hold the seals' key file and the database together after
// the public event; a hand-over file given away before the commit does not change that, because the
// office draws with its own copy, unless the source names who holds the value (Source.By). The seal
// of such a source is made by this program, so whoever ruled the machine at that moment may know
// it; a chain that its holder made is free of that. Two plans that announce one and the same event
// in different words are not recognised; in the same words for the same item they are refused.
package scheduler
