// Staffing of draw/1 §7: tasks, eligibility, families, legal teams and the order of roles. That a
// staffing is the best one, or that none exists, is checked in verify-flow.js.
(function (yh) {
'use strict';

const { Bad, byText } = yh;

const AREA_DIGITS = { any: 0, same2: 2, same4: 4, same6: 6 };

// Problem is what a unit has to staff: tasks, roster, who is eligible, the limits of the families.
class Problem {
  constructor(unit, tables, tasks, suite, seed) {
    this.unit = unit;
    this.k = unit.seats;
    this.suite = suite;
    this.seed = seed;
    this.tasks = tasks;
    this.digits = AREA_DIGITS[unit.area_rule];
    this.roster = tables.roster.map(([id, area, scopes, lead, gated, cert, carry, cap]) => ({
      id, area, scopes: new Set(scopes === '-' ? [] : scopes.split(',')), lead: lead === '1',
      gated: gated === '1', certified: cert >= unit.visit_by, carry: Number(carry),
      cap: cap === '-' ? Infinity : Number(cap),
    }));
    this.index = new Map(this.roster.map((r, j) => [r.id, j]));
    this.conflicts = new Map(); // entity → set of inspectors
    for (const [inspector, entity] of tables.conflicts) {
      if (!this.index.has(inspector)) continue;
      if (!this.conflicts.has(entity)) this.conflicts.set(entity, new Set());
      this.conflicts.get(entity).add(this.index.get(inspector));
    }
    this.conflictLines = tables.conflicts.length;
    this.pools = new Map(); // tasks with equal items and areas share a list
    this.families = families(unit, this.roster);
  }

  // eligible lists the inspectors, as places in the roster, who may take a task.
  eligible(i) {
    const { id, parts } = this.tasks[i];
    const key = parts.map((p) => `${p.item}@${p.area.slice(0, this.digits)}`).join(' ');
    if (!this.pools.has(key)) {
      const fits = (r) => r.certified && parts.every((p) => r.scopes.has(p.item) &&
        r.area.slice(0, this.digits) === p.area.slice(0, this.digits));
      this.pools.set(key, [...this.roster.keys()].filter((j) => fits(this.roster[j])));
    }
    const recused = this.conflicts.get(id);
    const pool = this.pools.get(key);
    return recused ? pool.filter((j) => !recused.has(j)) : pool;
  }

  // pairs hashes w(i, j) for one task: its run(inspector id) gives the state of the hash.
  pairs(i, R) {
    return yh.Prefix.text(this.suite,
      `${this.seed}|${this.unit.label}|${R}|${this.tasks[i].id}|`);
  }
}

// weightOf is the first 48 bits of a hash.
const weightOf = (state) => (state[0] >>> 0) * 65536 + (state[1] >>> 16);

// families gives the limited families of a unit as a list from the outer to the inner one; `inside`
// tells whether the second stands in the first. An empty family has no gate. The rest of the
// program asks `of(j)`: the places in the list of the families that inspector j belongs to.
function families(unit, roster) {
  const all = [{ name: 'lead', limit: unit.seats - 1, has: (r) => !r.lead }];
  if (unit.gate) all.push({ name: 'gated', limit: unit.gate.max, has: (r) => r.gated });
  for (const f of all) f.size = roster.filter(f.has).length;
  const list = all.filter((f) => f.size > 0);
  // A stable sort: of two equal families lead, which stands first, is the outer one.
  list.sort((a, b) => b.size - a.size);
  const both = list.length === 2 ? roster.filter((r) => list.every((f) => f.has(r))).length : 0;
  return {
    list,
    overlap: both > 0 && both < list[1].size,
    inside: both > 0,
    of: roster.map((r) => [...list.keys()].filter((g) => list[g].has(r))),
  };
}

// tasksOf gives the tasks of a unit, sorted: what its items selected, or the lines of its file.
function tasksOf(unit, plan, draws, given) {
  if (unit.tasks_sha) {
    return given.map(([id, area, items]) =>
      ({ id, parts: items.split(',').map((item) => ({ item, area })) }));
  }
  const tasks = new Map();
  plan.items.forEach((item, number) => {
    if (item.unit !== unit.unit) return;
    for (const stratum of draws[number].strata) {
      for (const { id, area } of stratum.selected) {
        if (!tasks.has(id)) tasks.set(id, { id, parts: [] });
        tasks.get(id).parts.push({ item: item.item, area });
      }
    }
  });
  return [...tasks.values()].sort((a, b) => byText(a.id, b.id));
}

function checkPool(problem) {
  const { unit, roster } = problem;
  if (problem.families.overlap) throw new Bad('families overlap');
  if (!unit.pool) return;
  const outside = roster.filter((r) => !r.gated).length;
  if (outside * unit.pool.den < roster.length * unit.pool.num) {
    throw new Bad(`pool: ${outside} of ${roster.length} are not gated`);
  }
}

// seat turns the teams of a transcript into places in the roster and checks every rule of §7 that
// is not about the cost.
async function seat(problem, teams, tick) {
  const { k, roster, families: fam } = problem;
  if (teams.length !== problem.tasks.length) throw new Bad('teams are not parallel to tasks');
  const loads = new Array(roster.length).fill(0);
  const seated = [];
  for (let i = 0; i < teams.length; i++) {
    const { id } = problem.tasks[i];
    const team = teams[i].map((name) => {
      if (!problem.index.has(name)) throw new Bad(`${id}: ${name} is not in the roster`);
      return problem.index.get(name);
    });
    if (team.length !== k || new Set(team).size !== k) {
      throw new Bad(`${id}: not ${k} different inspectors`);
    }
    const may = new Set(problem.eligible(i));
    for (const j of team) {
      if (!may.has(j)) throw new Bad(`${id}: ${roster[j].id} is not eligible`);
      loads[j]++;
    }
    fam.list.forEach((family) => {
      if (team.filter((j) => family.has(roster[j])).length > family.limit) {
        throw new Bad(`${id}: too many of family ${family.name}`);
      }
    });
    seated.push(team);
    await tick(may.size);
  }
  roster.forEach((r, j) => {
    if (loads[j] > r.cap) throw new Bad(`${r.id}: above his cap`);
  });
  return { teams: seated, loads };
}

function equalLists(a, b) { return a.length === b.length && a.every((x, i) => x === b[i]); }

// checkStaffing runs the check of one unit. It gives the seated teams, or null with a shortage.
async function checkStaffing(problem, entry, tick) {
  checkPool(problem);
  const ids = problem.tasks.map((t) => t.id);
  if (entry.infeasible) {
    await yh.checkShortage(problem, entry.infeasible, tick);
    return null;
  }
  if (!equalLists(entry.tasks, ids)) throw new Bad('tasks');
  if (!equalLists(entry.inspectors, problem.roster.map((r) => r.id))) throw new Bad('inspectors');
  return seat(problem, entry.teams, tick);
}

// roleOrder is the order of a team of ids (§7): the lead, then the members.
function roleOrder(problem, entity, team) {
  const hasher = yh.Prefix.text(problem.suite,
    `${problem.seed}|role|${problem.unit.unit}|${entity}|`);
  const ranked = team.map((j) => ({ j, key: hasher.hex(problem.roster[j].id) }))
    .sort((a, b) => byText(a.key, b.key));
  const lead = ranked.findIndex((r) => problem.roster[r.j].lead);
  if (lead > 0) ranked.unshift(ranked.splice(lead, 1)[0]);
  return ranked.map((r) => r.j);
}

function checkRoles(problem, seating) {
  seating.teams.forEach((team, i) => {
    const { id } = problem.tasks[i];
    if (!equalLists(team, roleOrder(problem, id, team))) throw new Bad(`${id}: order of roles`);
  });
}

// exactTasks counts the tasks that have no choice: exactly k eligible inspectors.
const exactTasks = (problem) =>
  problem.tasks.filter((_, i) => problem.eligible(i).length === problem.k).length;

Object.assign(yh, {
  Problem, tasksOf, checkStaffing, checkRoles, exactTasks, equalLists, seat, weightOf,
});
})(globalThis.yaohaoVerify = globalThis.yaohaoVerify || {});
