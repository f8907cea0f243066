package scheduler

import (
	"context"
	"fmt"
	"time"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// Hash chains 哈希链 (draw/1 §5, kind `chain`). A lane of L links is
//
//	link L      32 random bytes as 64 hex characters
//	link i−1    H of link i as those 64 characters, in hex
//	link 0      the end of the chain, in the log before any plan names it
//
// and each draw uses the next link: its plan's commit is the last link that is public (at first
// link 0), its value the one behind it. H is the suite of the chain, and only plans of that suite
// may name it: a plan's own H opens its commits. Whoever has seen the end of the chain checks
// every later value; an office that keeps its chain needs nobody at a keyboard, and a holder
// outside it who made the chain gives one link a draw.
//
// One lane serves one draw at a time: the commit of a second draw would be the value of the first,
// which keeps that draw's list secret until it is published. A draw takes the first free lane; if
// there is none it waits in `planned`, says so, and is tried again. A link is used when it has
// become public, with the draw that used it or with its void record; no link is used twice.

const (
	maxLinks = 10000 // the schema's limits
	maxLanes = 12
	newLinks = "chain/" // before the code of a chain: its subject in the log and its place in a box
)

// Chain is a hash chain with all its lanes.
type Chain struct {
	ID     string    `json:"id"`
	Hash   string    `json:"hash"`  // sampling.HashSHA256 or sampling.HashSM3
	By     string    `json:"by"`    // who outside the office holds the links; empty: the office
	Links  int       `json:"links"` // of each lane
	MadeBy string    `json:"madeBy"`
	MadeAt time.Time `json:"madeAt"`
	Lanes  []Lane    `json:"lanes"`
}

// ChainSpec is what a chain to be made or registered is.
type ChainSpec struct {
	ID    string // code: [A-Z][0-9A-Z._-]{0,31}
	Hash  string // sampling.HashSHA256, also for empty, or sampling.HashSM3
	Links int    // of each lane, 1…10000
}

func (s ChainSpec) chain() Chain {
	if s.Hash == "" {
		s.Hash = sampling.HashSHA256
	}
	return Chain{ID: s.ID, Hash: s.Hash, Links: s.Links}
}

// Lane is one lane of a chain.
type Lane struct {
	Lane int    `json:"lane"`
	Tip  string `json:"tip"`            // link 0, hex
	Used int    `json:"used"`           // links that are public
	Last string `json:"last"`           // the last of them, or the tip: the commit of the next draw
	Draw string `json:"draw,omitempty"` // that holds the next link and is not public yet
}

// Left counts the links of all lanes that no draw has used.
func (c *Chain) Left() int {
	left := 0
	for _, l := range c.Lanes {
		left += c.Links - l.Used
	}
	return left
}

// Holder says in Chinese who holds the links.
func (c *Chain) Holder() string { return holderName(c.By) }

// ChainLinks computes the links 0…n of a lane from its last link, by a suite of draw/1 §1.
func ChainLinks(hash, last string, n int) []string {
	links := make([]string, n+1)
	links[n] = last
	for i := n; i > 0; i-- {
		links[i-1] = sampling.Digest(hash, []byte(links[i]))
	}
	return links
}

// NewLane makes a lane of n links at random, for `yaohao chain make` on the computer of whoever
// will hold it. Nothing of it is stored.
func NewLane(hash string, n int) ([]string, error) {
	if err := checkHash(hash); err != nil {
		return nil, err
	}
	if n < 1 || n > maxLinks {
		return nil, invalid("links", "环数 %d 不在 1 至 %d 之间", n, maxLinks)
	}
	last, err := randomValue()
	if err != nil {
		return nil, err
	}
	return ChainLinks(hash, last, n), nil
}

// NewChain makes a chain that the office keeps: lanes of so many links each, the last link of each
// encrypted with the key file. With a hand-over folder all links are also written there, for
// escrow. The actor is an operator.
//
// The rows and the leaf `seal` with the ends are one transaction: a crash leaves both or nothing,
// and at most hand-over files whose ends the log does not name.
func (s *Service) NewChain(ctx context.Context, actor audit.Actor, spec ChainSpec, lanes int,
	now time.Time) error {
	if lanes < 1 || lanes > maxLanes {
		return invalid("lanes", "并行条数 %d 不在 1 至 %d 之间", lanes, maxLanes)
	}
	if s.Seals == nil {
		return errNoBox
	}
	c := spec.chain()
	var sealed [][]byte
	if err := c.check(actor); err != nil {
		return err
	}
	for lane := 1; lane <= lanes; lane++ {
		all, err := NewLane(c.Hash, c.Links)
		if err != nil {
			return err
		}
		root, err := s.Seals.encrypt(newLinks+c.ID, fmt.Sprint(lane), all[c.Links])
		if err != nil {
			return err
		}
		if s.Seals.handsOver() {
			file := fmt.Sprintf("chain.%s.%d.%s.txt", c.ID, lane, all[0][:16])
			if err := s.Seals.handOver(file, LaneText(c.Hash, all)); err != nil {
				return err
			}
		}
		sealed = append(sealed, root)
		c.Lanes = append(c.Lanes, Lane{Lane: lane, Tip: all[0]})
	}
	return s.storeChain(ctx, actor, &c, sealed, now)
}

// RegisterChain takes the ends of a chain that somebody outside the office made and holds: one tip
// for each lane. The office never sees a link before its holder gives it. The actor is an operator.
func (s *Service) RegisterChain(ctx context.Context, actor audit.Actor, spec ChainSpec, by string,
	tips []string, now time.Time) error {
	c := spec.chain()
	c.By = by
	if err := c.check(actor); err != nil {
		return err
	}
	if err := sampling.CheckLine(by); err != nil {
		return invalid("by", "保管人不合规则：%s", ruleText(err)).
			WithHint("写机构或职务，例如 县纪委监委驻局纪检监察组；不写个人姓名").Wrap(err)
	}
	if len(tips) < 1 || len(tips) > maxLanes {
		return invalid("tips", "链端 %d 个，应为 1 至 %d 个", len(tips), maxLanes)
	}
	for i, tip := range tips {
		if !isHex64(tip) {
			return invalid("tips", "第 %d 个链端不是 64 位小写十六进制字符", i+1)
		}
		c.Lanes = append(c.Lanes, Lane{Lane: i + 1, Tip: tip})
	}
	return s.storeChain(ctx, actor, &c, make([][]byte, len(tips)), now)
}

func (c *Chain) check(actor audit.Actor) error {
	if err := account.Require(actor, account.Operator); err != nil {
		return err
	}
	if !planCode.MatchString(c.ID) {
		return invalid("id", "哈希链代号“%s”不合规则", c.ID).
			WithHint("大写字母开头，至多 32 个大写字母、数字或 . _ -")
	}
	if err := checkHash(c.Hash); err != nil {
		return err
	}
	if c.Links < 1 || c.Links > maxLinks {
		return invalid("links", "环数 %d 不在 1 至 %d 之间", c.Links, maxLinks).
			WithHint("一环供一次抽取；每月一次、用五年是 60 环")
	}
	return nil
}

// storeChain writes a new chain and publishes its ends in the log.
func (s *Service) storeChain(ctx context.Context, actor audit.Actor, c *Chain, sealed [][]byte,
	now time.Time) error {
	now = civil(now)
	c.MadeBy, c.MadeAt = actor.Person, now
	facts := []audit.Fact{{Key: "links", Value: fmt.Sprint(c.Links)}, hashFact(c.Hash)}
	if c.By != "" {
		facts = append(facts, audit.Fact{Key: "by", Value: c.By})
	}
	for _, l := range c.Lanes {
		facts = append(facts, audit.Fact{Key: fmt.Sprintf("tip/%d", l.Lane), Value: l.Tip})
	}
	return s.DB.InTx(ctx, func(q pg.Querier) error {
		if err := insertChain(ctx, q, c, sealed); err != nil {
			return err
		}
		_, err := auditdb.Append(ctx, q, audit.Leaf{Kind: audit.KindSeal, Subject: newLinks + c.ID,
			At: now, Actor: actor, Facts: facts})
		return err
	})
}

// LaneText gives the links of a lane as a file for its holder: one a line, numbered, the end first.
func LaneText(hash string, links []string) string {
	text := fmt.Sprintf("哈希链（%s），共 %d 环。第 0 行是链端，已公开；每次抽取在公共事件之后交出下一行，"+
		"按次序，不得提前，不得跳过。\n", HashName(hash), len(links)-1)
	for i, l := range links {
		text += fmt.Sprintf("%d\t%s\n", i, l)
	}
	return text
}

func isHex64(s string) bool {
	if len(s) != 64 {
		return false
	}
	for _, c := range s {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// link is a link that a draw has taken.
type link struct {
	chain  string
	hash   string
	lane   int
	seq    int // the value is link seq; the commit is link seq − 1
	links  int // of the lane
	tip    string
	commit string
	by     string
	sealed []byte // empty of a chain that somebody outside holds
}

// words name the link in an event line. The zero link stands for any in a probe.
func (l link) words(chain string) string {
	tip := l.tip
	if tip == "" {
		tip = sampling.PrevNone
	}
	return fmt.Sprintf("哈希链 %s 第 %d 条第 %d 环（链端 %s）", chain, l.lane, l.seq, tip)
}

// takeLink gives the draw the next link of the first free lane, and the commit that opens it. If
// every lane is busy or used up, a fault.Conflict says so; the draw stays planned and is tried
// again. An office's own lane is opened once to see that the key file fits.
func (t *stepTx) takeLink(src *Source) (commit string, err error) {
	lanes, err := lanesOf(t.ctx, t.q, src.Chain)
	if err != nil {
		return "", err
	}
	busy := ""
	for _, l := range lanes {
		switch {
		case l.Used == l.links:
			continue
		case l.Draw != "":
			busy = l.Draw
			continue
		}
		next := link{chain: src.Chain, hash: l.hash, lane: l.Lane.Lane, seq: l.Used + 1,
			links: l.links, tip: l.Tip, commit: l.Last, by: l.by, sealed: l.sealed}
		if next.by == "" {
			if _, err := t.svc.Seals.openLink(&next); err != nil {
				return "", err
			}
		}
		err := insertLink(t.ctx, t.q, t.d.ID, src.Name, &next, l.turns+1)
		if isUnique(err) {
			return "", errBusy // another freeze took the lane at this moment
		}
		return next.commit, err
	}
	if busy != "" {
		return "", fault.New(fault.Conflict, "哈希链“%s”的各条都在用，最后一条由抽取 %s 占用", src.Chain, busy).
			WithHint("该抽取公开或作废后自动继续；一环公开之前不能用下一环")
	}
	return "", fault.New(fault.Conflict, "哈希链“%s”已用完", src.Chain).
		WithHint("请新建一条哈希链并另编计划，本次抽取两人办理作废")
}

// openLink computes a link of the office's own chain. Another key file is a fault.Conflict.
func (b *SealBox) openLink(l *link) (string, error) {
	last, err := b.open(newLinks+l.chain, fmt.Sprint(l.lane), l.sealed)
	if err != nil {
		return "", err
	}
	value := ChainLinks(l.hash, last, l.links)[l.seq]
	if sampling.Digest(l.hash, []byte(value)) != l.commit {
		return "", fmt.Errorf("chain %s lane %d: link %d does not open its commit", l.chain, l.lane,
			l.seq)
	}
	return value, nil
}

// revealLinks writes down that the links of the draw are public: seed.txt of a published or void
// draw holds them. Values without a link are passed over.
func (t *stepTx) revealLinks(values map[string]string) error {
	links, err := linksOf(t.ctx, t.q, t.d.ID)
	if err != nil {
		return err
	}
	for name, l := range links {
		value, ok := values[name]
		if !ok {
			continue
		}
		if err := insertReveal(t.ctx, t.q, &l, value, t.d.ID, t.now); err != nil {
			return err
		}
	}
	return nil
}

// giveUpLinks ends the links of a draw that becomes void: a link that the office knows, its own or
// one that was typed, is public from now on, because it must not serve a second plan; a link that
// only its holder knows stays the next one of its lane. The facts go into the leaf `void`.
func (t *stepTx) giveUpLinks() ([]audit.Fact, error) {
	links, err := linksOf(t.ctx, t.q, t.d.ID)
	if err != nil || len(links) == 0 {
		return nil, err
	}
	values, err := agreedValues(t.ctx, t.q, t.d.ID)
	if err != nil {
		return nil, err
	}
	var facts []audit.Fact
	for name, l := range links {
		value, typed := values[name]
		if !typed && l.by == "" {
			value, err = t.svc.Seals.openLink(&l)
			if fault.Is(err, fault.Conflict) { // the key file is lost, and with it the lane
				continue
			}
			if err != nil {
				return nil, err
			}
		}
		if value == "" {
			continue
		}
		if err := insertReveal(t.ctx, t.q, &l, value, t.d.ID, t.now); err != nil {
			return nil, err
		}
		facts = append(facts, audit.Fact{Key: "link/" + name, Value: value})
	}
	return facts, nil
}
