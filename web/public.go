package web

import (
	"net/http"
	"net/url"

	"yaohao/inspection"
	"yaohao/internal/fault"
	"yaohao/registry"
	"yaohao/sampling"
	"yaohao/scheduler"
)

// publicRoutes are open to everybody: items, procedure and results (国办发〔2015〕58号 wants all
// three public).
func (s *Server) publicRoutes(b both) {
	b.get("/", s.home)
	b.get("/draws", s.publicDraws)
	b.get("/draws/{draw}", s.publicDraw)
	b.file("/draws/{draw}/bundle.zip", s.bundle)
	b.file("/draws/{draw}/files/{file}", s.bundleFile)
	b.file("/draws/{draw}/notice.pdf", s.noticePDF)
	b.get("/results", s.results)
	b.get("/results/{task}", s.result)
	b.get("/items", s.items)
	b.get("/items/{item}", s.item)
	b.get("/method", s.method)
	b.file("/log/checkpoint", s.checkpoint)
	b.file("/log/leaves/{index:[0-9]+}", s.leafProof)
}

// listing is a page of any list with what its pager needs.
type listing[T any] struct {
	Rows  []T        `json:"rows"`
	Total int64      `json:"total"`
	Page  int        `json:"page"`
	Pages int        `json:"pages"`
	Query url.Values `json:"-"`
}

// past refuses a page behind the last one, which would look like an empty list.
func (l listing[T]) past() error {
	if l.Page <= l.Pages {
		return nil
	}
	return fault.New(fault.NotFound, "没有第 %d 页，共 %d 页", l.Page, l.Pages).
		WithHint("可从第 1 页重新翻看")
}

type homeData struct {
	Office  string                    `json:"office"`
	Draws   []*scheduler.Draw         `json:"draws"` // the latest
	Total   int                       `json:"totalDraws"`
	Results int64                     `json:"totalResults"`
	Latest  []inspection.PublicResult `json:"results"` // the latest
	Items   int                       `json:"totalItems"`
}

// homeRows is how many draws and results the home page shows.
const homeRows = 5

// outside leaves out of draws what went wrong inside, unless somebody of the office looks.
func outside(r *http.Request, draws []*scheduler.Draw) []*scheduler.Draw {
	if signedIn(r) == nil {
		for _, d := range draws {
			d.Failure, d.FailedAt = "", nil
		}
	}
	return draws
}

func (s *Server) home(r *http.Request) (*answer, error) {
	ctx, q := r.Context(), s.DB.Querier()
	d := homeData{Office: s.officeName(r)}
	draws, total, err := scheduler.Draws(ctx, q, scheduler.DrawFilter{})
	if err != nil {
		return nil, err
	}
	d.Draws, d.Total = list(outside(r, draws[:min(homeRows, len(draws))])), total
	results, err := inspection.PublicResults(ctx, q,
		inspection.Search{Page: inspection.Page{Size: homeRows}})
	if err != nil {
		return nil, err
	}
	d.Results, d.Latest = results.Total, list(results.Rows)
	items, err := publishedItems(r, s)
	if err != nil {
		return nil, err
	}
	d.Items = len(items)
	return show("home.html", "首页", d), nil
}

// officeName is empty before the units are imported.
func (s *Server) officeName(r *http.Request) string {
	office, err := registry.Office(r.Context(), s.DB.Querier())
	if err != nil {
		return ""
	}
	return office.Name
}

type pageForm struct {
	Page int `json:"page"`
}

func (s *Server) publicDraws(r *http.Request) (*answer, error) {
	var f pageForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	draws, total, err := scheduler.Draws(r.Context(), s.DB.Querier(),
		scheduler.DrawFilter{Page: f.Page})
	if err != nil {
		return nil, err
	}
	return show("draws.html", "抽取", newListing(r, outside(r, draws), int64(total), f.Page,
		scheduler.PageSize)), nil
}

// list gives rows that are [] in JSON, not null, when there are none.
func list[T any](rows []T) []T {
	if rows == nil {
		return []T{}
	}
	return rows
}

func newListing[T any](r *http.Request, rows []T, total int64, page, size int) listing[T] {
	return listing[T]{Rows: list(rows), Total: total, Page: max(page, 1),
		Pages: max(1, int((total+int64(size)-1)/int64(size))), Query: r.URL.Query()}
}

type drawData struct {
	*scheduler.DrawDetail
	Stats    *inspection.Stats     `json:"stats,omitempty"`
	Files    []registry.FrozenFile `json:"files"`
	Public   []string              `json:"public"` // names of the files that are public now
	Steps    []drawStep            `json:"-"`
	Progress []progress            `json:"-"` // states with tasks, in the order of a task's life
	Reported int64                 `json:"-"` // tasks with a result
	Ready    bool                  `json:"-"` // every result is approved
	Verify   []string              `json:"verify"`
	Notice   bool                  `json:"notice"`
	CanVoid  bool                  `json:"-"`
	Example  *ticketExample        `json:"example,omitempty"`
	Refills  []inspection.Refill   `json:"refills,omitempty"`
	LeafPlan *int64                `json:"leafPlan,omitempty"`
	Inferred *inferred             `json:"inferred,omitempty"`
}

// ticketExample shows one drawn entity's ticket as anybody can compute it.
type ticketExample struct {
	Hash   string            `json:"hash"` // suite of draw/1 §1
	Seed   string            `json:"seed"`
	Label  string            `json:"label"`
	Item   sampling.ItemID   `json:"item"`
	Entity sampling.EntityID `json:"entity"`
	Ticket string            `json:"ticket"`
	Cut    string            `json:"cut"`
}

func (s *Server) publicDraw(r *http.Request) (*answer, error) {
	d, err := s.drawData(r, pathVar(r, "draw"))
	if err != nil {
		return nil, err
	}
	return show("draw.html", "抽取 "+d.ID, d), nil
}

type resultsForm struct {
	Q    string `json:"q"`
	Draw string `json:"draw"`
	Page int    `json:"page"`
}

type resultsData struct {
	listing[inspection.PublicResult]
	Form resultsForm `json:"-"`
}

func (s *Server) results(r *http.Request) (*answer, error) {
	var f resultsForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	found, err := inspection.PublicResults(r.Context(), s.DB.Querier(), inspection.Search{
		Query: f.Q, Draw: f.Draw, Page: inspection.Page{Number: f.Page}})
	if err != nil {
		return nil, err
	}
	return show("results.html", "检查结果", resultsData{listing[inspection.PublicResult]{
		list(found.Rows), found.Total, found.Page.Number, found.Pages(), r.URL.Query()}, f}), nil
}

func (s *Server) result(r *http.Request) (*answer, error) {
	got, err := inspection.PublicResultOf(r.Context(), s.DB.Querier(), pathVar(r, "task"))
	if err != nil {
		return nil, err
	}
	return show("result.html", got.EntityName, got), nil
}

func publishedItems(r *http.Request, s *Server) ([]registry.Item, error) {
	all, err := registry.Items(r.Context(), s.DB.Querier())
	if err != nil {
		return nil, err
	}
	public := []registry.Item{}
	for _, i := range all {
		if i.Published {
			public = append(public, i)
		}
	}
	return public, nil
}

func (s *Server) items(r *http.Request) (*answer, error) {
	items, err := publishedItems(r, s)
	if err != nil {
		return nil, err
	}
	return show("items.html", "抽查事项清单", items), nil
}

type itemData struct {
	registry.Item
	Rules []registry.Rule    `json:"rules"`
	Caps  []registry.ItemCap `json:"caps"`
	Dept  string             `json:"dept"`
}

func (s *Server) item(r *http.Request) (*answer, error) {
	ctx, q, id := r.Context(), s.DB.Querier(), sampling.ItemID(pathVar(r, "item"))
	item, err := registry.ItemByID(ctx, q, id)
	if err != nil {
		return nil, err
	}
	rules, err := registry.Rules(ctx, q, id)
	if err != nil {
		return nil, err
	}
	caps, err := registry.Caps(ctx, q, id)
	if err != nil {
		return nil, err
	}
	unit, err := registry.UnitByID(ctx, q, item.Unit)
	if err != nil {
		return nil, err
	}
	return show("item.html", item.Name, itemData{*item, rules, list(caps), unit.Name}), nil
}

func (s *Server) method(*http.Request) (*answer, error) {
	return show("method.html", "怎样核验", map[string]string{
		"logKey": s.LogKey, "baseURL": s.BaseURL}), nil
}
