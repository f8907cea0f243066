// The certificate of draw/1 §7 against brute force: small units of every kind, pair numbers of a
// few bits so that staffings tie, and a shortage now and then.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { yh } from './verify-core.mjs';

// random gives a repeatable stream of small integers (xorshift32).
function random(seed) {
  let x = seed * 2654435761 >>> 0 || 1;
  return (n) => {
    x ^= x << 13; x >>>= 0; x ^= x >>> 17; x ^= x << 5; x >>>= 0;
    return x % n;
  };
}

// unitOf makes a unit with its problem. Families are disjoint, nested or equal as nesting says.
function unitOf(seed) {
  const dice = random(seed);
  const k = 1 + dice(3);
  const unit = { unit: 'U', label: 'asg', seats: k, kind: 'labs', visit_by: '2026-12-31',
    area_rule: 'any', conflicts_sha: '' };
  const shape = dice(4);
  if (shape) unit.gate = { max: dice(k) };
  const size = 3 + dice(3);
  const roster = Array.from({ length: size }, (_, j) => {
    const three = dice(3);
    const lead = three === 0 ? 0 : 1;
    const gated = shape === 1 ? (three === 1 ? 1 : 0) : shape === 2 ? (three < 2 ? 1 : 0)
      : 1 - lead; // disjoint, lead inside gated, equal
    return [`I${j}`, '330100', 'A', String(lead), String(gated), '2027-01-01', String(dice(3)),
      dice(3) ? '-' : String(dice(3))];
  });
  const tasks = Array.from({ length: 1 + dice(3) }, (_, i) =>
    ({ id: `P.${i}`, parts: [{ item: 'A', area: '330100' }] }));
  const conflicts = roster.filter(() => dice(4) === 0).map((r) => [r[0], `P.${dice(3)}`, 'kin']);
  return new yh.Problem(unit, { roster, conflicts }, tasks, yh.suites.sha256, 'ab'.repeat(32));
}

// teamsFor lists the legal teams of a task without regard to the caps.
function teamsFor(problem, i) {
  const out = [];
  const pick = (team, rest) => {
    if (team.length === problem.k) {
      const legal = problem.families.list.every((f) =>
        team.filter((j) => f.has(problem.roster[j])).length <= f.limit);
      if (legal) out.push(team);
      return;
    }
    rest.forEach((j, at) => pick([...team, j], rest.slice(at + 1)));
  };
  pick([], problem.eligible(i));
  return out;
}

// best tries every staffing and gives those of least cost.
function best(problem, R) {
  const w = problem.tasks.map((_, i) => problem.roster.map((r) =>
    yh.weightOf(problem.pairs(i, R).run(r.id))));
  const choices = problem.tasks.map((_, i) => teamsFor(problem, i));
  let least = null;
  let found = [];
  const go = (teams, loads) => {
    const i = teams.length;
    if (i === choices.length) {
      const cost = [0, 0];
      problem.roster.forEach((r, j) => {
        for (let l = 1; l <= loads[j]; l++) cost[0] += 2 * (r.carry + l) - 1;
      });
      teams.forEach((team, t) => team.forEach((j) => { cost[1] += w[t][j]; }));
      const order = least ? cost[0] - least[0] || cost[1] - least[1] : -1;
      if (order < 0) [least, found] = [cost, []];
      if (order <= 0) found.push(teams);
      return;
    }
    for (const team of choices[i]) {
      const next = loads.slice();
      team.forEach((j) => { next[j]++; });
      if (team.every((j) => next[j] <= problem.roster[j].cap)) go([...teams, team], next);
    }
  };
  go([], problem.roster.map(() => 0));
  return found;
}

// potentialsOf lowers potentials from (0,0) over residual arcs, as the rules describe it, in
// BigInt and with every single arc; null if that does not end (a negative cycle).
function potentialsOf(problem, teams, R) {
  const BASE = 1n << 60n; // a pair as one number: first·2^60 + second
  const arcs = [];
  const both = (u, v, cost, room, flow) => {
    if (flow < room) arcs.push([u, v, cost]);
    if (flow > 0) arcs.push([v, u, -cost]);
  };
  const { list, inside, of } = problem.families;
  const gate = (i, g) => `${list[g].name}${i}`;
  problem.tasks.forEach((_, i) => {
    list.forEach((f, g) => both(g === 1 && inside ? gate(i, 0) : `t${i}`, gate(i, g), 0n, f.limit,
      teams[i].filter((j) => f.has(problem.roster[j])).length));
    for (const j of problem.eligible(i)) {
      const w = BigInt(yh.weightOf(problem.pairs(i, R).run(problem.roster[j].id)));
      both(of[j].length ? gate(i, of[j].at(-1)) : `t${i}`, `i${j}`, w, 1,
        teams[i].includes(j) ? 1 : 0);
    }
  });
  problem.roster.forEach((r, j) => {
    const load = teams.flat().filter((x) => x === j).length;
    for (let l = 1; l <= Math.min(r.cap, problem.tasks.length); l++) {
      both(`i${j}`, 'sink', BigInt(2 * (r.carry + l) - 1) * BASE, 1, l <= load ? 1 : 0);
    }
  });
  const pi = new Map();
  const at = (v) => pi.get(v) ?? 0n;
  for (let round = 0, changed = true; changed; round++) {
    if (round > 200) return null;
    changed = false;
    for (const [u, v, c] of arcs) {
      if (at(v) > at(u) + c) {
        pi.set(v, at(u) + c);
        changed = true;
      }
    }
  }
  const pair = (v) => {
    const second = BigInt.asIntN(60, at(v));
    return [String((at(v) - second) / BASE), String(second)];
  };
  const duals = { task: problem.tasks.map((_, i) => pair(`t${i}`)),
    inspector: problem.roster.map((_, j) => pair(`i${j}`)) };
  list.forEach((f, g) => { duals[f.name] = problem.tasks.map((_, i) => pair(gate(i, g))); });
  return duals;
}

const names = (problem, teams) => teams.map((team) => team.map((j) => problem.roster[j].id));
const still = async () => {};

async function verdict(problem, teams, duals, R) {
  const seating = await yh.seat(problem, names(problem, teams), still);
  return yh.certify(problem, seating, duals, R, still);
}

test('certificates against every staffing of 600 small units', async () => {
  const real = yh.weightOf;
  const seen = { unique: 0, tied: 0, short: 0, worse: 0, moved: 0 };
  try {
    for (let seed = 1; seed <= 600; seed++) {
      yh.weightOf = (state) => (state[0] >>> 0) % (seed % 2 ? 3 : 65536);
      const problem = unitOf(seed);
      assert.equal(problem.families.overlap, false);
      const optimal = best(problem, 0);
      if (optimal.length === 0) {
        seen.short++;
        const most = await yh.partial(problem, still);
        assert.ok(most.filled < problem.k * problem.tasks.length, `unit ${seed}`);
        continue;
      }
      const teams = optimal[seed % optimal.length];
      const duals = potentialsOf(problem, teams, 0);
      const unique = await verdict(problem, teams, duals, 0);
      assert.equal(unique, optimal.length === 1, `unit ${seed}: ${optimal.length} best staffings`);
      seen[unique ? 'unique' : 'tied']++;
      const entry = (R, tied) =>
        ({ R, tied: tied.map((t) => ({ teams: names(problem, t), duals })) });
      const sorted = teams.map((t) => t.slice().sort());
      if (!unique) {
        await yh.checkUnique(problem, entry(1, [sorted]), true, still);
        await assert.rejects(yh.checkUnique(problem, entry(0, []), false, still), yh.Bad);
      } else {
        await assert.rejects(yh.checkUnique(problem, entry(1, [sorted]), true, still),
          /the only one/);
      }
      // Any other potentials are refused, and so is any worse staffing with its own.
      const dice = random(seed + 7);
      const key = Object.keys(duals)[dice(Object.keys(duals).length)];
      const moved = structuredClone(duals);
      const spot = moved[key][dice(moved[key].length)];
      spot[1] = String(BigInt(spot[1]) + (dice(2) ? 1n : -1n));
      await assert.rejects(verdict(problem, teams, moved, 0), yh.Bad, `unit ${seed}: ${key}`);
      seen.moved++;
      const other = problem.tasks.map((_, i) => teamsFor(problem, i)).map((c) => c[dice(c.length)]);
      const loads = problem.roster.map((_, j) => other.flat().filter((x) => x === j).length);
      const legal = problem.roster.every((r, j) => loads[j] <= r.cap);
      const same = optimal.some((o) => JSON.stringify(o) === JSON.stringify(other));
      if (legal && !same) {
        assert.equal(potentialsOf(problem, other, 0), null, `unit ${seed}: a negative cycle`);
        await assert.rejects(verdict(problem, other, duals, 0), yh.Bad);
        seen.worse++;
      }
    }
  } finally {
    yh.weightOf = real;
  }
  for (const [what, times] of Object.entries(seen)) assert.ok(times > 20, `${what}: ${times}`);
});
