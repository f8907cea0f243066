package registry

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"yaohao/sampling"
)

// unit freezes roster and conflicts of one unit.
func (f *freezing) unit(ctx context.Context, id sampling.UnitID) (*sampling.Unit, error) {
	u, err := UnitByID(ctx, f.q, id)
	if err != nil {
		return nil, err
	}
	roster, err := f.roster(ctx, u)
	if err != nil {
		return nil, err
	}
	if err := f.checkRoster(u, roster); err != nil {
		return nil, err
	}
	lines := make([][]byte, len(roster))
	for i, l := range roster {
		lines[i] = l.AppendLine(nil)
	}
	plan := &sampling.Unit{ID: u.ID, Kind: u.Roster(), Seats: u.Seats, Pool: u.Pool,
		Label: f.spec.UnitLabel, VisitBy: f.spec.VisitBy, AreaRule: u.AreaRule}
	if u.GateMax != nil {
		plan.Gate = &sampling.Gate{Max: *u.GateMax}
	}
	if plan.RosterSHA, err = f.writeSmall(ctx, sampling.NameRoster(id), lines); err != nil {
		return nil, err
	}
	if lines, err = f.conflicts(ctx, id); err != nil {
		return nil, err
	}
	plan.ConflictsSHA, err = f.writeSmall(ctx, sampling.NameConflicts(id), lines)
	return plan, err
}

// roster gives the inspectors of a unit who are on duty. Those with an expired certificate stand on
// it too: draw/1 §7 leaves them out, and everybody can see why.
func (f *freezing) roster(ctx context.Context, u *Unit) ([]sampling.RosterLine, error) {
	return all(ctx, f.q, func(row pgx.CollectableRow) (l sampling.RosterLine, err error) {
		var most *int64
		err = row.Scan(&l.ID, &l.Area, &l.Scopes, &l.Lead, &l.Gated, &l.CertUntil, &most)
		l.Cap, l.Carry = sampling.NoCap, f.spec.Carry[l.ID]
		if most != nil {
			l.Cap = *most
		}
		return l, err
	}, `SELECT id, area, scopes, lead, gated, to_char(cert_until, 'YYYY-MM-DD'), max_tasks
		FROM inspector WHERE unit_id = $1 AND active ORDER BY id COLLATE "C"`, string(u.ID))
}

// conflicts gives the conflicts in force of the inspectors on a unit's roster.
func (f *freezing) conflicts(ctx context.Context, id sampling.UnitID) ([][]byte, error) {
	lines, err := all(ctx, f.q, func(row pgx.CollectableRow) ([]byte, error) {
		var l sampling.ConflictLine
		if err := row.Scan(&l.Inspector, &l.Entity, &l.Reason); err != nil {
			return nil, err
		}
		return l.AppendLine(nil), nil
	}, `SELECT c.inspector_id, c.entity_id, c.reason
		FROM conflict c JOIN inspector i ON i.id = c.inspector_id
		WHERE i.unit_id = $1 AND i.active AND (c.until IS NULL OR c.until >= $2::text::date)
		ORDER BY c.inspector_id COLLATE "C", c.entity_id COLLATE "C"`,
		string(id), string(f.spec.Date))
	if err != nil {
		return nil, fmt.Errorf("conflicts of unit %s: %w", id, err)
	}
	return lines, nil
}
