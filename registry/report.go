package registry

import (
	"io"
	"time"

	"yaohao/audit"
)

// Kind says what a file holds.
type Kind string

// The kinds of files, in the order in which a new office imports them.
const (
	KindUnits      Kind = "units"
	KindItems      Kind = "items"
	KindRatios     Kind = "ratios"
	KindCaps       Kind = "caps"
	KindEntities   Kind = "entities"
	KindInspectors Kind = "inspectors"
	KindConflicts  Kind = "conflicts"
	KindChecks     Kind = "checks"
	KindGiven      Kind = "given"
)

// Kinds lists all kinds in the order in which a new office imports them.
func Kinds() []Kind {
	return []Kind{KindUnits, KindItems, KindRatios, KindCaps, KindEntities, KindInspectors,
		KindConflicts, KindChecks, KindGiven}
}

// Label gives the Chinese name of a kind.
func (k Kind) Label() string {
	switch k {
	case KindUnits:
		return "执法机构"
	case KindItems:
		return "抽查事项"
	case KindRatios:
		return "抽查比例"
	case KindCaps:
		return "年度频次上限"
	case KindEntities:
		return "检查对象"
	case KindInspectors:
		return "执法检查人员"
	case KindConflicts:
		return "回避"
	case KindChecks:
		return "检查记录"
	case KindGiven:
		return "交办任务"
	}
	return string(k)
}

// ImportRequest asks for the import of one file.
type ImportRequest struct {
	Kind     Kind
	FileName string    // its base name is kept and shown
	Body     io.Reader // read to its end, once
	DryRun   bool      // do everything, report, roll back
	// AcceptOldNumbers takes a 15-digit number in the code column for what it is, a 注册号 of
	// before 2015, and imports the entity as R.<number>. Without it such rows are refused.
	AcceptOldNumbers bool
	Actor            audit.Actor
	Now              time.Time
	// Progress is called about every 10,000 rows and once at the end, with the rows and bytes
	// read so far; nil for nobody.
	Progress func(rows, bytes int64)
}

// ImportReport says what an import did. Rows = Inserted + Updated + Unchanged + Bad.
type ImportReport struct {
	ID        int64      `json:"id"` // 0 for a dry run, which is kept nowhere
	Kind      Kind       `json:"kind"`
	FileName  string     `json:"fileName"`
	SHA256    string     `json:"sha256"`   // of the file as it came, hex
	Encoding  string     `json:"encoding"` // "UTF-8", "UTF-8 BOM" or "GB18030"
	Rows      int64      `json:"rows"`     // rows below the header that are not empty
	Inserted  int64      `json:"inserted"`
	Updated   int64      `json:"updated"`
	Unchanged int64      `json:"unchanged"`
	Bad       int64      `json:"bad"`     // rows left out
	Errors    []RowError `json:"errors"`  // the first 1000 in file order; all of them: RowErrors
	Unknown   []string   `json:"unknown"` // columns that no alias names
	// what was imported and deserves a look, with counts, in Chinese
	Warnings []string  `json:"warnings"`
	DryRun   bool      `json:"dryRun"`
	Actor    string    `json:"actor"` // account id
	At       time.Time `json:"at"`
}

// RowError says why a row was left out. A row may have several.
type RowError struct {
	Line   int64  `json:"line"`   // where the row begins in the file, from 1
	Column string `json:"column"` // header as written in the file; empty if the whole row is meant
	Value  string `json:"value"`  // as written, cut to 200 characters, made printable
	Rule   string `json:"rule"`   // the rule that it breaks, in Chinese
	Hint   string `json:"hint"`   // what to do; may be empty
}
