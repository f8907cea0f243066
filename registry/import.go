package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/internal/fault"
	"yaohao/internal/pg"
	"yaohao/sampling"
)

// Posts that may import: planners keep the list of items (一单), registrars the banks (两库).
const (
	postPlanner   = "planner"
	postRegistrar = "registrar"
)

// Limits of what is kept in memory during an import.
const (
	maxReported  = 1000   // errors in a report
	errorBatch   = 5000   // errors before they are written away
	progressStep = 10_000 // rows between two calls of Progress
)

// errDryRun rolls the transaction of a dry run back.
var errDryRun = errors.New("dry run")

// shanghai is the zone in which days begin (no daylight saving since 1991).
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Import reads one CSV file into the registry; the package comment gives its rules. The report is
// the same for a dry run, which leaves nothing behind. A file that cannot be read as a table of its
// kind is a *fault.Error; rows that break rules are no error but listed in the report. Two imports
// of one kind at once are a fault.Conflict for the later one.
func Import(ctx context.Context, db *pg.DB, req ImportRequest) (*ImportReport, error) {
	imp, err := begin(req)
	if err != nil {
		return nil, err
	}
	err = db.InTx(ctx, func(q pg.Querier) error {
		if err := imp.run(ctx, q); err != nil {
			return err
		}
		if req.DryRun {
			return errDryRun
		}
		return nil
	})
	if err != nil && !errors.Is(err, errDryRun) {
		return nil, err
	}
	return imp.report, nil
}

// importing is one import under way.
type importing struct {
	req    ImportRequest
	layout *layout
	file   string // base name
	meter  *meter
	source *source
	id     int64
	report *ImportReport
}

// begin checks the request and reads the header.
func begin(req ImportRequest) (*importing, error) {
	l, ok := layoutOf[req.Kind]
	if !ok {
		return nil, fault.New(fault.Invalid, "没有“%s”这种导入", shown(string(req.Kind))).
			WithField("kind").
			WithHint("可导入：%s", kindNames())
	}
	if err := mayImport(req.Actor, req.Kind); err != nil {
		return nil, err
	}
	file := path.Base(strings.ReplaceAll(strings.ToValidUTF8(req.FileName, ""), `\`, "/"))
	imp := &importing{req: req, layout: l, file: shown(file), meter: newMeter(req.Body)}
	text, encoding, err := decode(imp.file, imp.meter)
	if err != nil {
		return nil, err
	}
	imp.report = &ImportReport{Kind: req.Kind, FileName: imp.file, Encoding: encoding,
		DryRun: req.DryRun, Actor: req.Actor.Person, At: req.Now}
	sc := newScanner(text)
	head, err := imp.header(sc)
	if err != nil {
		return nil, err
	}
	imp.report.Unknown = head.aside
	imp.source = newSource(req, l, sc, head, imp.meter)
	return imp, nil
}

func kindNames() string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, " ")
}

// mayImport answers for posts; the system itself (command line, demonstration) may.
func mayImport(a audit.Actor, kind Kind) error {
	list := kind == KindItems || kind == KindRatios || kind == KindCaps
	if a == audit.System || a.Post == postRegistrar || list && a.Post == postPlanner {
		return nil
	}
	who := "名录管理员"
	if list {
		who = "计划员或名录管理员"
	}
	return fault.New(fault.Forbidden, "只有%s可以导入%s", who, kind.Label())
}

// header reads the first line.
func (imp *importing) header(sc *scanner) (*header, error) {
	err := sc.next()
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("reading the header: %w", err)
	}
	if hasLoneCR(sc.text) {
		return nil, fault.New(fault.Invalid, "文件“%s”的换行是旧 Mac 格式（只有 CR），分不出行",
			imp.file).WithField("file").
			WithHint("另存为“CSV UTF-8（逗号分隔）”，换行用 CR LF 或 LF，再重新导入")
	}
	if err == io.EOF || sc.rule != "" || !utf8.ValidString(sc.text) ||
		strings.ContainsAny(sc.text, "\uFFFD\x00") {
		return nil, fault.New(fault.Invalid, "文件“%s”的第一行不是列名：%s", imp.file,
			textOr(sc.rule, ruleDamaged)).WithField("file").WithHint("%s", hintOf(ruleDamaged))
	}
	head, err := readHeader(imp.file, imp.req.Kind, sc.cells)
	if err != nil {
		return nil, err
	}
	sc.want = len(sc.cells)
	return head, nil
}

// hasLoneCR reports whether a header holds a CR without LF: a file with the line ends of the old
// Macintosh is one line, and its first rows would pass for columns. CRs at the end do no harm.
func hasLoneCR(text string) bool {
	text = strings.ReplaceAll(strings.TrimRight(text, "\r\n"), "\r\n", "")
	return strings.ContainsRune(text, '\r')
}

func textOr(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// run does everything that happens in the transaction.
func (imp *importing) run(ctx context.Context, q pg.Querier) error {
	s := &staging{q: q, imp: imp}
	if err := s.open(ctx); err != nil {
		return err
	}
	if err := s.load(ctx); err != nil {
		return err
	}
	r, src := imp.report, imp.source
	r.Rows, r.SHA256 = src.rows, imp.meter.sum()
	if err := s.check(ctx); err != nil {
		return err
	}
	if err := s.merge(ctx); err != nil {
		return err
	}
	r.Bad = r.Rows - r.Inserted - r.Updated - r.Unchanged
	if r.Rows == 0 {
		r.Warnings = append(r.Warnings, "文件只有表头，没有数据行")
	}
	r.Warnings = append(r.Warnings, src.row.opts.warn.texts()...)
	if err := s.firstErrors(ctx); err != nil || imp.req.DryRun {
		return err
	}
	r.ID = imp.id
	if err := s.keep(ctx); err != nil {
		return err
	}
	return imp.log(ctx, q)
}

// log appends the leaf: digest and counts, nothing that could name a person.
func (imp *importing) log(ctx context.Context, q pg.Querier) error {
	r := imp.report
	n := func(v int64) string { return strconv.FormatInt(v, 10) }
	_, err := auditdb.Append(ctx, q, audit.Leaf{
		Kind: audit.KindImport, Subject: "import/" + n(r.ID), At: r.At, Actor: imp.req.Actor,
		Facts: []audit.Fact{{Key: "kind", Value: string(r.Kind)}, {Key: "sha256", Value: r.SHA256},
			{Key: "rows", Value: n(r.Rows)}, {Key: "inserted", Value: n(r.Inserted)},
			{Key: "updated", Value: n(r.Updated)}, {Key: "unchanged", Value: n(r.Unchanged)},
			{Key: "bad", Value: n(r.Bad)}},
	})
	return err
}

// source gives the good rows of a file to COPY and collects what is wrong with the others. It
// stops early when many errors have piled up, so that they can be written away.
type source struct {
	sc       *scanner
	row      row
	layout   *layout
	values   []any // line, then the fields
	errors   []RowError
	rows     int64
	progress func(rows, bytes int64)
	meter    *meter
	err      error
	done     bool
}

func newSource(req ImportRequest, l *layout, sc *scanner, h *header, m *meter) *source {
	s := &source{sc: sc, layout: l, progress: req.Progress, meter: m,
		values: make([]any, 1+len(l.fields))}
	s.row = row{kind: req.Kind, head: h, errors: &s.errors, opts: &options{
		oldNumbers: req.AcceptOldNumbers, warn: &warnings{},
		today: sampling.Date(req.Now.In(shanghai).Format(time.DateOnly))}}
	return s
}

// Next reads up to the next good row.
func (s *source) Next() bool {
	for len(s.errors) < errorBatch {
		err := s.sc.next()
		if err != nil {
			s.done = true
			if err != io.EOF {
				s.err = fmt.Errorf("reading line %d: %w", s.sc.line, err)
			}
			s.tell()
			return false
		}
		if s.rows++; s.rows%progressStep == 0 {
			s.tell()
		}
		if s.readRow() {
			return true
		}
	}
	return false
}

func (s *source) readRow() bool {
	r := &s.row
	r.line, r.cells, r.bad = s.sc.start, s.sc.cells, false
	rule := s.sc.rule
	if rule == "" {
		rule = damage(s.sc.text)
	}
	if rule != "" {
		r.failRow(s.sc.text, rule)
		return false
	}
	s.values[0] = r.line
	s.layout.read(r, s.values[1:])
	return !r.bad
}

func (s *source) tell() {
	if s.progress != nil {
		s.progress(s.rows, s.meter.n)
	}
}

// Values gives the row that Next read.
func (s *source) Values() ([]any, error) { return s.values, nil }

// Err gives what ended the reading, if it was not the end of the file.
func (s *source) Err() error { return s.err }
