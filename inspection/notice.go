package inspection

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"yaohao/audit"
	"yaohao/calendar"
	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
)

// NoticeResult is the kind of the notice of a draw's results (抽查结果公告).
const NoticeResult = "result"

// Notice 公告 is a notice as it was issued.
type Notice struct {
	Draw   string    `json:"draw"`
	Kind   string    `json:"kind"`   // NoticeResult
	Year   int       `json:"year"`   // of its issue, in Shanghai
	Number int       `json:"number"` // serial of the year: 第 Number 号
	SHA256 string    `json:"sha256"` // of PDF
	PDF    []byte    `json:"-"`
	At     time.Time `json:"at"`
}

// IssueNotice issues the notice of a draw's published results: it takes the year's next number,
// lets render make the document with it, and stores the bytes and leaf `notice` in the same
// transaction, so a number is never lost and never used twice. A draw that has its notice gets
// that one and render is not called. render reads what is committed, through the pool; it should
// not write. The actor is a publisher or audit.System. Error: fault.Conflict before publication.
func (s *Service) IssueNotice(ctx context.Context, actor audit.Actor, draw string, now time.Time,
	render func(year, number int) ([]byte, error)) (*Notice, error) {
	if actor != audit.System {
		if err := account.Require(actor, account.Publisher); err != nil {
			return nil, err
		}
	}
	var n *Notice
	err := s.DB.InTx(ctx, func(q pg.Querier) (err error) {
		n, err = issue(ctx, q, actor, draw, now, render)
		return err
	})
	if err != nil {
		return nil, err
	}
	return n, nil
}

func issue(ctx context.Context, q pg.Querier, actor audit.Actor, draw string, now time.Time,
	render func(year, number int) ([]byte, error)) (*Notice, error) {
	// One at a time: the next number is read from the table, and a rolled-back sequence would
	// leave a gap in the year's numbers.
	if err := lockNotices(ctx, q); err != nil {
		return nil, err
	}
	n, err := noticeOf(ctx, q, draw, NoticeResult)
	if err != nil || n != nil {
		return n, err
	}
	open, public, err := countTasks(ctx, q, draw)
	if err != nil {
		return nil, err
	}
	if open > 0 || public == 0 {
		return nil, fault.New(fault.Conflict, "抽查 %s 的结果尚未公示，不能发布公告", draw).
			WithHint("先公示全部结果")
	}
	n = &Notice{Draw: draw, Kind: NoticeResult, Year: now.In(calendar.Shanghai).Year(), At: now}
	if n.Number, err = nextNumber(ctx, q, n.Year); err != nil {
		return nil, err
	}
	if n.PDF, err = render(n.Year, n.Number); err != nil {
		return nil, fmt.Errorf("draw %s: making its notice: %w", draw, err)
	}
	sum := sha256.Sum256(n.PDF)
	n.SHA256 = hex.EncodeToString(sum[:])
	if err := insertNotice(ctx, q, n); err != nil {
		return nil, err
	}
	return n, appendLeaf(ctx, q, audit.KindNotice, draw, actor, now,
		audit.Fact{Key: "kind", Value: n.Kind},
		audit.Fact{Key: "number", Value: fmt.Sprint(n.Number)},
		audit.Fact{Key: "sha256", Value: n.SHA256},
		audit.Fact{Key: "year", Value: fmt.Sprint(n.Year)})
}

// NoticeOf gives the notice of a draw, or fault.NotFound.
func NoticeOf(ctx context.Context, q pg.Querier, draw, kind string) (*Notice, error) {
	n, err := noticeOf(ctx, q, draw, kind)
	if err != nil {
		return nil, err
	}
	if n == nil {
		return nil, fault.New(fault.NotFound, "抽查 %s 还没有公告", draw)
	}
	return n, nil
}
