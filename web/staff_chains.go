package web

import (
	"net/http"
	"strings"

	"yaohao/internal/account"
	"yaohao/scheduler"
)

// chainForm makes a chain that the office keeps or, with tips, registers one that somebody outside
// the office holds: one tip a line.
type chainForm struct {
	ID    string `json:"id"`
	Hash  string `json:"hash"`
	Links int    `json:"links"`
	Lanes int    `json:"lanes"`
	By    string `json:"by"`
	Tips  string `json:"tips"`
}

type chainsData struct {
	Chains []scheduler.Chain `json:"chains"`
	Form   chainForm         `json:"-"`
}

func (s *Server) chains(r *http.Request) (*answer, error) {
	return s.chainsPage(r, chainForm{Links: 60, Lanes: 2})
}

func (s *Server) chainsPage(r *http.Request, f chainForm) (*answer, error) {
	chains, err := scheduler.Chains(r.Context(), s.DB.Querier())
	if err != nil {
		return nil, err
	}
	return show("chains.html", "哈希链", chainsData{chains, f}), nil
}

func (s *Server) createChain(r *http.Request) (*answer, error) {
	var f chainForm
	err := decode(r, &f)
	if f.Lanes == 0 {
		f.Lanes = 1
	}
	if err == nil {
		who := actor(r, account.Operator)
		spec := scheduler.ChainSpec{ID: f.ID, Hash: f.Hash, Links: f.Links}
		if tips := strings.Fields(f.Tips); len(tips) > 0 || f.By != "" {
			err = s.Scheduler.RegisterChain(r.Context(), who, spec, f.By, tips, s.Now())
		} else {
			err = s.Scheduler.NewChain(r.Context(), who, spec, f.Lanes, s.Now())
		}
	}
	if err != nil {
		return again(r, err, func() (*answer, error) { return s.chainsPage(r, f) })
	}
	return done("/staff/chains", "哈希链已建立，链端已写入日志", map[string]string{"id": f.ID}), nil
}
