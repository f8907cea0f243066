package registry

import (
	"time"

	"yaohao/sampling"
)

// Unit 执法机构 is the office itself or a part of it that inspects.
type Unit struct {
	ID        sampling.UnitID `json:"id"`
	Name      string          `json:"name"`      // 机构名称
	ShortName string          `json:"shortName"` // 机关代字, for numbers such as 〔2026〕1号; may be empty
	// UnitOffice, UnitDepartment, UnitStation, UnitExperts or UnitLabs
	Kind     string          `json:"kind"`
	Parent   sampling.UnitID `json:"parent"`   // 上级机构; empty for none
	Area     string          `json:"area"`     // 6 to 12 digits
	Seats    int64           `json:"seats"`    // 每组人数, 2…99; experts and labs 1…99
	AreaRule string          `json:"areaRule"` // any, same2, same4 or same6
	// 门槛: most 本系统人员 in one team (draw/1 §7); nil for no gate
	GateMax *int64 `json:"gateMax,omitempty"`
	// 组外比例: least share of the roster that is not 本系统人员 (draw/1 §4.2); nil for none
	Pool *sampling.Ratio `json:"pool,omitempty"`
}

// Roster gives the kind of a unit as a plan states it (draw/1 §4.2): who is on its roster.
func (u *Unit) Roster() string {
	switch u.Kind {
	case UnitExperts:
		return sampling.UnitExperts
	case UnitLabs:
		return sampling.UnitLabs
	}
	return sampling.UnitInspectors
}

// The kinds of a unit.
const (
	UnitOffice     = "office"     // 机关: at most one
	UnitDepartment = "department" // 科室
	UnitStation    = "station"    // 所
	UnitExperts    = "experts"    // 专家库: its panels are drawn for entities
	UnitLabs       = "labs"       // 检验机构库: laboratories are drawn for sampled products
)

// Item 抽查事项 is one row of 抽查事项清单.
type Item struct {
	ID       sampling.ItemID `json:"id"`
	Name     string          `json:"name"`     // 抽查事项名称
	Category string          `json:"category"` // 职权类别
	// sampling.KindKey, KindSeasonal, KindRisk or KindRoutine
	Kind  string          `json:"kind"`
	Grade string          `json:"grade"` // 事项类别: 重点 or 一般
	Unit  sampling.UnitID `json:"unit"`
	// 抽查依据: document and article, a line of draw/1
	Basis     string   `json:"basis"`
	Content   string   `json:"content"`   // 抽查内容
	Method    string   `json:"method"`    // 抽查方式
	Checklist []string `json:"checklist"` // 检查要点, in order
	// 专项库 whose entities form the frame; empty for all
	Bank string `json:"bank"`
	// 分层: different words out of class, area2, area4, area6
	StrataBy       []string `json:"strataBy"`
	YearlyCap      *int64   `json:"yearlyCap,omitempty"` // 年度频次上限 by this office; nil for none
	CooldownMonths int64    `json:"cooldownMonths"`      // 冷却月数, 0…60
	Reserve        int64    `json:"reserve"`             // 候补数 per stratum
	// only published items may be drawn (国办发〔2024〕54号)
	Published bool `json:"published"`
}

// ItemCap 年度频次上限 by counter and class: entities of the class with Max checks of the counter or
// more this year are not drawn (draw/1 §3).
type ItemCap struct {
	Item    sampling.ItemID `json:"item"`
	Counter int64           `json:"counter"` // CountOwn or CountCounty
	Class   string          `json:"class"`   // a class word, `-` unrated; empty for everybody
	Max     int64           `json:"max"`
}

// The counters of visits in candidates files; the package comment says what they count.
const (
	CountOwn    = 0 // 本机关
	CountCounty = 1 // 市县合计: this office and the city's
)

// Rule 抽查比例 is a dated ratio of an item for a class of entities.
type Rule struct {
	Item   sampling.ItemID `json:"item"`
	Class  string          `json:"class"`         // a class word, `-` unrated, `*` any other
	Cooled bool            `json:"cooled"`        // for the cool-down cell `~` of draw/1 §3
	Size   string          `json:"size"`          // SizeRatio, SizePace or SizeAll
	Method string          `json:"method"`        // sampling.MethodSRS or MethodPareto (by weight)
	Floor  sampling.Ratio  `json:"floor"`         // 比例下限
	Cap    *sampling.Ratio `json:"cap,omitempty"` // 比例上限; nil for none
	Min    *int64          `json:"min,omitempty"` // 最少数; nil for none
	From   sampling.Date   `json:"from"`
	To     sampling.Date   `json:"to"`     // first and last day in force; To is empty for good
	Import int64           `json:"import"` // the import that brought it
}

// The ways in which a rule gives a size (draw/1 §4.1).
const (
	SizeRatio = "ratio" // 比例: of every draw
	SizePace  = "pace"  // 分期: of the year, carried out in parts
	SizeAll   = "all"   // 全查: a census
)

// Entity 检查对象 is one who can be inspected.
type Entity struct {
	ID          sampling.EntityID `json:"id"`
	USCC        string            `json:"uscc"`        // 统一社会信用代码; empty for none
	RegNo       string            `json:"regNo"`       // 注册号
	Name        string            `json:"name"`        // 企业名称
	Kind        string            `json:"kind"`        // 主体类型
	Area        string            `json:"area"`        // 6 to 12 digits
	Address     string            `json:"address"`     // 住所
	LegalRep    string            `json:"-"`           // 法定代表人: personal, never leaves the service
	Phone       string            `json:"-"`           // personal
	Industry    string            `json:"industry"`    // GB/T 4754
	Established sampling.Date     `json:"established"` // 成立日期; empty if unknown
	Status      string            `json:"status"`      // sampling.StatusActive or another word
	Class       string            `json:"class"`       // 信用风险分类 A…D or another word, `-` unrated
	Banks       []string          `json:"banks"`       // 专项库, sorted
	HoldUntil   sampling.Date     `json:"holdUntil"`   // 暂缓至; empty for none
	HoldReason  string            `json:"holdReason"`
	Weight      int64             `json:"weight"` // 风险权重, 1…2^31−1: pareto strata draw by it
	Extra       map[string]string `json:"extra"`  // columns of the source that we do not know
	Import      int64             `json:"import"` // the import that last changed it
	UpdatedAt   time.Time         `json:"updatedAt"`
}

// Inspector 执法检查人员 is one who inspects; in a unit of kind experts an expert, in one of kind labs
// a laboratory.
type Inspector struct {
	ID   sampling.InspectorID `json:"id"`
	Name string               `json:"name"` // personal
	Unit sampling.UnitID      `json:"unit"`
	Area string               `json:"area"`
	// 执法证编号; of an expert the letter of appointment 聘书, of a laboratory 资质认定 (CMA)
	CertNo    string            `json:"certNo"`
	CertUntil sampling.Date     `json:"certUntil"`          // 证件有效期至, the last valid day
	Lead      bool              `json:"lead"`               // 可任主办 (组长)
	Gated     bool              `json:"gated"`              // 本系统人员: limited by the gate
	MaxTasks  *int64            `json:"maxTasks,omitempty"` // 单次任务上限; nil for no limit
	Scopes    []sampling.ItemID `json:"scopes"`             // 执法事项, sorted
	Active    bool              `json:"active"`             // 在岗
	Phone     string            `json:"-"`                  // personal
	Extra     map[string]string `json:"extra"`
	Import    int64             `json:"import"`
	UpdatedAt time.Time         `json:"updatedAt"`
}

// Conflict 回避 keeps an inspector away from an entity.
type Conflict struct {
	Inspector sampling.InspectorID `json:"inspector"`
	Entity    sampling.EntityID    `json:"entity"`
	// a label: declared, kin, share, employed, rotation, objected, …
	Reason string        `json:"reason"`
	Until  sampling.Date `json:"until"` // last day; empty for good
}

// Check 检查记录 is a check that was made. Several items checked on one visit are several checks
// of one day and level.
type Check struct {
	Entity sampling.EntityID `json:"entity"`
	On     sampling.Date     `json:"on"`
	Level  string            `json:"level"`  // LevelOwn, LevelCity, LevelSuperior or LevelOther
	Kind   string            `json:"kind"`   // CheckRoutine, CheckCase or CheckSpecial
	Item   sampling.ItemID   `json:"item"`   // empty if unknown
	Source string            `json:"source"` // task id, or "import/" + number
}

// The levels of a check: who made it.
const (
	LevelOwn      = "own"      // 本机关
	LevelCity     = "city"     // 市级
	LevelSuperior = "superior" // 上级
	LevelOther    = "other"    // 其他
)

// The kinds of a check.
const (
	CheckRoutine = "日常检查"
	CheckCase    = "个案检查" // exempt from yearly caps
	CheckSpecial = "专项检查"
)
