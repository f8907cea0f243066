package web

import (
	"net/http"
	"slices"

	"yaohao/inspection"
	"yaohao/internal/account"
	"yaohao/registry"
	"yaohao/sampling"
)

type taskForm struct {
	Draw  string `json:"draw"`
	Unit  string `json:"unit"`
	State string `json:"state"`
	Q     string `json:"q"`
	Page  int    `json:"page"`
}

func (f taskForm) filter() inspection.TaskFilter {
	return inspection.TaskFilter{Draw: f.Draw, Unit: sampling.UnitID(f.Unit),
		State: inspection.State(f.State), Query: f.Q, Page: inspection.Page{Number: f.Page}}
}

type tasksData struct {
	formed[taskForm, inspection.Task]
	States []inspection.State `json:"-"`
	Units  []registry.Unit    `json:"-"`
	Draws  []string           `json:"-"` // that the rows belong to
}

func (s *Server) tasks(r *http.Request) (*answer, error) {
	return s.taskList(r, "tasks.html", "任务与审核", seers...)
}

// taskList shows the tasks that the signed-in person may see in one of the posts.
func (s *Server) taskList(r *http.Request, page, title string, posts ...account.Post) (
	*answer, error) {
	var f taskForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	found, err := inspection.Tasks(r.Context(), s.DB.Querier(), actor(r, posts...), f.filter(),
		s.Now())
	if err != nil {
		return nil, err
	}
	units, err := registry.Units(r.Context(), s.DB.Querier())
	if err != nil {
		return nil, err
	}
	var draws []string
	for _, t := range found.Rows {
		if !slices.Contains(draws, t.Draw) {
			draws = append(draws, t.Draw)
		}
	}
	return show(page, title, tasksData{formed[taskForm, inspection.Task]{listing[inspection.Task]{
		list(found.Rows), found.Total, found.Page.Number, found.Pages(), r.URL.Query()}, f},
		inspection.States(), units, draws}), nil
}

type taskData struct {
	*inspection.TaskDetail
	Edition   inspection.Edition           `json:"edition"`
	Methods   []string                     `json:"-"`
	FollowUps []string                     `json:"-"`
	Points    map[sampling.ItemID][]string `json:"points"` // 检查要点 by item
	Today     sampling.Date                `json:"-"`
	Form      inspection.Entry             `json:"-"` // what the entry form holds
	Review    reviewForm                   `json:"-"` // what the review form holds
}

func (s *Server) task(r *http.Request) (*answer, error) {
	d, err := s.taskData(r, seers...)
	if err != nil {
		return nil, err
	}
	return show("task.html", d.EntityName, d), nil
}

func (s *Server) taskData(r *http.Request, posts ...account.Post) (*taskData, error) {
	ctx, q := r.Context(), s.DB.Querier()
	detail, err := inspection.TaskByID(ctx, q, actor(r, posts...), pathVar(r, "task"), s.Now())
	if err != nil {
		return nil, err
	}
	today := s.today()
	d := &taskData{TaskDetail: detail, Edition: inspection.EditionOn(today),
		Methods: inspection.Methods(), FollowUps: inspection.FollowUps(),
		Points: map[sampling.ItemID][]string{}, Today: today, Form: freshEntry(detail, today),
		Review: reviewForm{Version: detail.Version}}
	for _, i := range detail.Items {
		item, err := registry.ItemByID(ctx, q, i.Item)
		if err != nil {
			return nil, err
		}
		d.Points[i.Item] = item.Checklist
	}
	return d, nil
}

// freshEntry fills the entry form: with the latest version, or for the first one with the usual
// case.
func freshEntry(task *inspection.TaskDetail, today sampling.Date) inspection.Entry {
	if len(task.Results) > 0 {
		return task.Results[0].Entry
	}
	e := inspection.Entry{VisitedOn: today}
	for _, i := range task.Items {
		e.Items = append(e.Items, inspection.ItemEntry{Item: i.Item, Checked: true})
	}
	return e
}

type reviewForm struct {
	Version int    `json:"version"`
	Verdict string `json:"verdict"`
	Opinion string `json:"opinion"`
}

func (s *Server) review(r *http.Request) (*answer, error) {
	var f reviewForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	id := pathVar(r, "task")
	err := s.Inspection.Review(r.Context(), actor(r, account.Reviewer), id, inspection.Decision{
		Version: f.Version, Verdict: inspection.Step(f.Verdict), Opinion: f.Opinion}, s.Now())
	if err != nil {
		return again(r, err, func() (*answer, error) {
			d, err := s.taskData(r, seers...)
			if err != nil {
				return nil, err
			}
			d.Review.Opinion = f.Opinion
			return show("task.html", d.EntityName, d), nil
		})
	}
	return done("/staff/tasks?state=entered", "任务 "+id+" 已审核", map[string]string{"task": id}), nil
}
