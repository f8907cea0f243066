// The certificate of draw/1 §7: potentials that prove a staffing to be the best and only one, and a
// maximum flow that proves a shortage.
(function (yh) {
'use strict';

const { Bad, equalLists } = yh;

const TWO32 = 4294967296;

// Potentials are pairs of 64-bit integers, each kept as two halves in doubles: high·2^32 + low.
class Potentials {
  constructor(size) {
    this.half = [0, 1, 2, 3].map(() => new Float64Array(size)); // high and low, twice
  }

  set(node, pair) {
    pair.forEach((text, p) => {
      const value = BigInt(text);
      this.half[2 * p][node] = Number(value >> 32n);
      this.half[2 * p + 1][node] = Number(value & 0xffffffffn);
    });
  }

  // sign tells the sign of the pair (c, w) + π(u) − π(v). |c| and w are below 2^49, so where the
  // high halves differ by 2^20 or more they decide, and below that the sum is exact in a double.
  sign(c, w, u, v) {
    const [high1, low1, high2, low2] = this.half;
    const first = (high1[u] - high1[v]) * TWO32 + (low1[u] - low1[v] + c);
    if (first !== 0) return Math.sign(first);
    return Math.sign((high2[u] - high2[v]) * TWO32 + (low2[u] - low2[v] + w));
  }
}

// Network names the nodes of a unit: tasks, inspectors, a gate per task and family, the sink.
class Network {
  constructor(problem) {
    this.problem = problem;
    this.T = problem.tasks.length;
    this.J = problem.roster.length;
    this.families = problem.families;
    this.sink = this.T + this.J + this.T * this.families.list.length;
    this.size = this.sink + 1;
  }

  inspector(j) { return this.T + j; }

  gate(i, g) { return this.T + this.J + g * this.T + i; }

  // door is the node from which inspector j is reached for task i: the innermost of his gates.
  door(i, j) {
    const mine = this.families.of[j];
    return mine.length ? this.gate(i, mine[mine.length - 1]) : i;
  }

  // gates lists the gate arcs of a task: { from, to, limit, flow } with the flow of its team.
  gates(i, team) {
    return this.families.list.map((family, g) => ({
      from: g === 1 && this.families.inside ? this.gate(i, 0) : i,
      to: this.gate(i, g),
      limit: family.limit,
      flow: team.filter((j) => family.has(this.problem.roster[j])).length,
    }));
  }
}

function potentials(network, duals) {
  const pi = new Potentials(network.size); // the sink stays (0,0)
  const put = (key, length, node) => {
    if (!duals[key] || duals[key].length !== length) throw new Bad(`duals: ${key}`);
    duals[key].forEach((pair, at) => pi.set(node(at), pair));
  };
  put('task', network.T, (i) => i);
  put('inspector', network.J, (j) => network.inspector(j));
  for (const name of ['lead', 'gated']) {
    const g = network.families.list.findIndex((f) => f.name === name);
    if (g >= 0) put(name, network.T, (i) => network.gate(i, g));
    else if (duals[name]) throw new Bad(`duals: ${name} without that family`);
  }
  return pi;
}

// residual calls arc(u, v, c, w) for every residual arc that can be the tightest of its kind: of
// the parallel arcs to the sink those are the next one to fill and the last one filled.
async function residual(network, seating, R, arc, tick) {
  const { problem, T } = network;
  for (let i = 0; i < T; i++) {
    const team = seating.teams[i];
    const hasher = problem.pairs(i, R);
    const eligible = problem.eligible(i);
    for (const j of eligible) {
      const w = yh.weightOf(hasher.run(problem.roster[j].id));
      if (team.includes(j)) arc(network.inspector(j), network.door(i, j), 0, -w);
      else arc(network.door(i, j), network.inspector(j), 0, w);
    }
    for (const g of network.gates(i, team)) {
      if (g.flow < g.limit) arc(g.from, g.to, 0, 0);
      if (g.flow > 0) arc(g.to, g.from, 0, 0);
    }
    await tick(eligible.length * 4);
  }
  problem.roster.forEach((r, j) => {
    const load = seating.loads[j];
    const node = network.inspector(j);
    if (load < Math.min(r.cap, T)) arc(node, network.sink, 2 * (r.carry + load + 1) - 1, 0);
    if (load > 0) arc(network.sink, node, 1 - 2 * (r.carry + load), 0);
  });
}

// certify checks that the potentials are valid and the largest (§7) and gives whether the staffing
// is unique. It throws Bad if they are not.
async function certify(problem, seating, duals, R, tick) {
  const network = new Network(problem);
  const pi = potentials(network, duals);
  const { size, sink } = network;
  for (let v = 0; v < size; v++) {
    if (pi.sign(0, 0, v, sink) > 0) throw new Bad('a potential above (0,0)');
  }
  const tight = { from: [], to: [] };
  await residual(network, seating, R, (u, v, c, w) => {
    const sign = pi.sign(c, w, u, v);
    if (sign < 0) throw new Bad(`reduced cost of ${nodeName(network, u)} -> ` +
      `${nodeName(network, v)} is negative`);
    if (sign === 0) {
      tight.from.push(u);
      tight.to.push(v);
    }
  }, tick);
  const roots = [];
  for (let v = 0; v < size; v++) if (pi.sign(0, 0, v, sink) === 0) roots.push(v);
  if (reached(graph(size, tight.from, tight.to), roots) !== size) {
    throw new Bad('potentials are not the largest');
  }
  return !hasCycle(network, seating, tight);
}

function nodeName(network, node) {
  const { T, J, problem } = network;
  if (node < T) return `task ${problem.tasks[node].id}`;
  if (node < T + J) return `inspector ${problem.roster[node - T].id}`;
  if (node === network.sink) return 'sink';
  const g = Math.floor((node - T - J) / T);
  return `${network.families.list[g].name} gate of ${problem.tasks[(node - T - J) % T].id}`;
}

// graph gives the heads of the arcs of each node: those of u stand from start[u] to start[u + 1].
function graph(size, from, to) {
  const start = new Int32Array(size + 1);
  for (const u of from) start[u + 1]++;
  for (let u = 0; u < size; u++) start[u + 1] += start[u];
  const next = start.slice();
  const heads = new Int32Array(from.length);
  from.forEach((u, a) => { heads[next[u]++] = to[a]; });
  return { size, start, heads };
}

function reached({ size, start, heads }, roots) {
  const seen = new Uint8Array(size);
  const queue = [];
  const visit = (v) => {
    if (seen[v]) return;
    seen[v] = 1;
    queue.push(v);
  };
  roots.forEach(visit);
  for (let at = 0; at < queue.length; at++) {
    for (let a = start[queue[at]]; a < start[queue[at] + 1]; a++) visit(heads[a]);
  }
  return queue.length;
}

// hasCycle looks for a directed cycle of tight arcs after merging the ends of partly filled gate
// arcs: such an arc is tight both ways and no choice at all. Arcs between other nodes never join
// merged ones, so an arc inside a merged node is that gate arc.
function hasCycle(network, seating, tight) {
  const merged = Int32Array.from({ length: network.size }, (_, v) => v);
  for (let i = 0; i < network.T; i++) {
    for (const g of network.gates(i, seating.teams[i])) { // the outer gate comes first
      if (g.flow > 0 && g.flow < g.limit) merged[g.to] = merged[g.from];
    }
  }
  const from = [];
  const to = [];
  const degree = new Int32Array(network.size);
  tight.from.forEach((u, a) => {
    const v = merged[tight.to[a]];
    if (merged[u] === v) return;
    from.push(merged[u]);
    to.push(v);
    degree[v]++;
  });
  const { start, heads } = graph(network.size, from, to);
  const queue = [...degree.keys()].filter((v) => degree[v] === 0); // nothing leads there any more
  for (let at = 0; at < queue.length; at++) {
    for (let a = start[queue[at]]; a < start[queue[at] + 1]; a++) {
      if (--degree[heads[a]] === 0) queue.push(heads[a]);
    }
  }
  return queue.length < network.size;
}

// Flow is a maximum flow by Dinic's algorithm. Arcs a and a ^ 1 are each other's reverse.
class Flow {
  constructor(size) {
    this.size = size;
    this.first = new Int32Array(size).fill(-1);
    this.next = [];
    this.to = [];
    this.room = [];
  }

  arc(u, v, capacity) {
    for (const [a, b, c] of [[u, v, capacity], [v, u, 0]]) {
      this.next.push(this.first[a]);
      this.first[a] = this.to.length;
      this.to.push(b);
      this.room.push(c);
    }
  }

  levels(source, target) {
    this.level = new Int32Array(this.size).fill(-1);
    this.level[source] = 0;
    const queue = [source];
    for (let at = 0; at < queue.length; at++) {
      for (let a = this.first[queue[at]]; a >= 0; a = this.next[a]) {
        const v = this.to[a];
        if (this.room[a] === 0 || this.level[v] >= 0) continue;
        this.level[v] = this.level[queue[at]] + 1;
        queue.push(v);
      }
    }
    return this.level[target] >= 0;
  }

  // augment sends one unit down the levels, if it can. The path is kept in a list, not the stack.
  augment(source, target) {
    const path = [];
    let u = source;
    while (u !== target) {
      let a = this.current[u];
      while (a >= 0 && !(this.room[a] > 0 && this.level[this.to[a]] === this.level[u] + 1)) {
        a = this.next[a];
      }
      this.current[u] = a;
      if (a >= 0) {
        path.push(a);
        u = this.to[a];
      } else {
        if (path.length === 0) return false;
        u = this.to[path.pop() ^ 1];
        this.current[u] = this.next[this.current[u]]; // a dead end: never again in this phase
      }
    }
    for (const a of path) {
      this.room[a]--;
      this.room[a ^ 1]++;
    }
    return true;
  }

  async run(source, target, tick) {
    let total = 0;
    while (this.levels(source, target)) {
      this.current = this.first.slice();
      while (this.augment(source, target)) total++;
      await tick(0);
    }
    return total;
  }
}

// partial fills as many seats of a unit as can be and gives the flow with its source.
async function partial(problem, tick) {
  const network = new Network(problem);
  const source = network.size;
  const flow = new Flow(source + 1);
  for (let i = 0; i < network.T; i++) {
    flow.arc(source, i, problem.k);
    for (const g of network.gates(i, [])) flow.arc(g.from, g.to, g.limit);
    const eligible = problem.eligible(i);
    for (const j of eligible) flow.arc(network.door(i, j), network.inspector(j), 1);
    await tick(eligible.length);
  }
  problem.roster.forEach((r, j) =>
    flow.arc(network.inspector(j), network.sink, Math.min(r.cap, network.T)));
  const filled = await flow.run(source, network.sink, tick);
  return { network, flow, source, filled };
}

// short gives the tasks and inspectors reached from an empty seat; the sink is not passed through.
function short({ network, flow, source }) {
  const seen = new Uint8Array(flow.size);
  const queue = [];
  const visit = (v) => {
    if (seen[v] || v === network.sink || v === source) return;
    seen[v] = 1;
    queue.push(v);
  };
  for (let a = flow.first[source]; a >= 0; a = flow.next[a]) {
    if (flow.room[a] > 0) visit(flow.to[a]);
  }
  for (let at = 0; at < queue.length; at++) {
    for (let a = flow.first[queue[at]]; a >= 0; a = flow.next[a]) {
      if (flow.room[a] > 0) visit(flow.to[a]);
    }
  }
  const { T, J } = network;
  return {
    tasks: [...Array(T).keys()].filter((i) => seen[i]),
    full: [...Array(J).keys()].filter((j) => seen[T + j]),
  };
}

// roomOf counts how many of the inspectors eligible for a task and not full the gates let into one
// team, were it as large as can be.
function roomOf(problem, i, full) {
  const { list, inside, of } = problem.families;
  const counts = new Array(list.length + 1).fill(0); // by innermost family, the last: in none
  for (const j of problem.eligible(i)) {
    if (!full.has(j)) counts[of[j].length ? of[j][of[j].length - 1] : list.length]++;
  }
  const gated = list.map((f, g) => Math.min(f.limit, counts[g]));
  if (inside) gated.splice(0, 2, Math.min(list[0].limit, counts[0] + gated[1]));
  return gated.reduce((sum, n) => sum + n, counts[list.length]);
}

// checkShortage compares a shortage of a transcript with the one found here.
async function checkShortage(problem, stated, tick) {
  const most = await partial(problem, tick);
  if (most.filled === problem.k * problem.tasks.length) throw new Bad('every seat can be filled');
  const { tasks, full } = short(most);
  const { roster } = problem;
  const ids = (list) => list.map((j) => roster[j].id);
  if (!equalLists(stated.tasks, tasks.map((i) => problem.tasks[i].id)) ||
      !equalLists(stated.full, ids(full))) {
    throw new Bad('tasks and full of the shortage are not those of a maximum partial staffing');
  }
  const able = new Set();
  for (const i of tasks) for (const j of problem.eligible(i)) able.add(j);
  if (!equalLists(stated.inspectors, ids([...able].sort((a, b) => a - b)))) {
    throw new Bad('inspectors of the shortage');
  }
  const B = new Set(full);
  const needed = problem.k * tasks.length;
  const available = full.reduce((sum, j) => sum + roster[j].cap, 0) +
    tasks.reduce((sum, i) => sum + roomOf(problem, i, B), 0);
  if (stated.needed !== needed || stated.available !== available) {
    throw new Bad(`shortage: needed ${needed}, available ${available}`);
  }
}

// checkUnique runs `unique` of one unit (§7): the staffing itself, and one that ties for every R
// before it.
async function checkUnique(problem, entry, unique, tick) {
  const tied = entry.tied || [];
  if (entry.R < 0) throw new Bad('R below 0');
  if (entry.R === 0 ? entry.tied !== undefined : tied.length !== entry.R) {
    throw new Bad(`R ${entry.R} with ${entry.tied ? tied.length : 'no'} ties`);
  }
  for (let R = 0; R < tied.length; R++) {
    for (const team of tied[R].teams) {
      if (team.some((id, at) => at > 0 && !(team[at - 1] < id))) {
        throw new Bad(`tied ${R}: team not sorted`);
      }
    }
    const seating = await yh.seat(problem, tied[R].teams, tick);
    if (await certify(problem, seating, tied[R].duals, R, tick)) {
      throw new Bad(`tied ${R}: that staffing is the only one`);
    }
  }
  if (!unique) throw new Bad('another staffing is as good');
}

Object.assign(yh, { certify, checkShortage, checkUnique, partial });
})(globalThis.yaohaoVerify = globalThis.yaohaoVerify || {});
