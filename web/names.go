package web

import (
	"context"
	"net/http"

	"yaohao/internal/account"
	"yaohao/internal/pg"
	"yaohao/registry"
	"yaohao/sampling"
)

// names gives units and items by name to every page, and people by name to those who signed in:
// the public never sees who typed, reviewed or inspected. Each list is read when a page first asks.
type names struct {
	ctx    context.Context
	q      pg.Querier
	staff  bool
	people map[string]string
	units  map[sampling.UnitID]string
	items  map[sampling.ItemID]string
}

func newNames(r *http.Request, q pg.Querier) *names {
	return &names{ctx: r.Context(), q: q, staff: signedIn(r) != nil}
}

// Person gives the name behind an account id.
func (n *names) Person(id string) (string, error) {
	switch id {
	case "system":
		return "系统自动", nil
	case "console":
		return "命令行", nil
	}
	if !n.staff {
		return "", nil
	}
	if n.people == nil {
		list, err := account.Accounts(n.ctx, n.q)
		if err != nil {
			return "", err
		}
		n.people = map[string]string{}
		for _, a := range list {
			n.people[a.ID] = a.Name
		}
	}
	return named(n.people, id), nil
}

// Unit gives the name of a unit.
func (n *names) Unit(id sampling.UnitID) (string, error) {
	if n.units == nil {
		list, err := registry.Units(n.ctx, n.q)
		if err != nil {
			return "", err
		}
		n.units = map[sampling.UnitID]string{}
		for _, u := range list {
			n.units[u.ID] = u.Name
		}
	}
	return named(n.units, id), nil
}

// UnitName is Unit for an id that stands as text.
func (n *names) UnitName(id string) (string, error) { return n.Unit(sampling.UnitID(id)) }

// Item gives the name of an item.
func (n *names) Item(id sampling.ItemID) (string, error) {
	if n.items == nil {
		list, err := registry.Items(n.ctx, n.q)
		if err != nil {
			return "", err
		}
		n.items = map[sampling.ItemID]string{}
		for _, i := range list {
			n.items[i.ID] = i.Name
		}
	}
	return named(n.items, id), nil
}

// named gives the id itself where there is no name: `yaohao import` acts as no account.
func named[K ~string](known map[K]string, id K) string {
	if name, ok := known[id]; ok {
		return name
	}
	return string(id)
}
