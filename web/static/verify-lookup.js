// One entity of a bundle: why it was drawn or not. Everything is computed from the frozen files,
// nothing is taken from the transcript but the names of the team.
(function (yh) {
'use strict';

const { Bad } = yh;

// codesOf gives the identifiers that a person can mean by what was typed: a 统一社会信用代码, an
// identifier as it stands, or a registration number without its R.
function codesOf(typed) {
  const code = typed.normalize('NFKC').replace(/\s+/g, '').toUpperCase();
  return [code, `R.${code}`].filter(yh.isEntity);
}

// findCandidate gives the line of the first of ids among an item's candidates, or null.
async function findCandidate(run, item, ids) {
  const rows = new yh.Rows(run.bundle.open(`candidates.${item.item}.tsv`), 'candidates', run.suite,
    run.tick);
  for (let line = await rows.next(); line !== null; line = await rows.next()) {
    const end = line.indexOf('\t');
    if (ids.includes(line.slice(0, end))) return rows.check(line);
  }
  return null;
}

// inFrame reads the population: the place of the entity in it, a leaf for every line, and the
// tickets of everybody in the same stratum.
async function inFrame(run, item, id, stratum) {
  const kind = yh.weighted(item) ? 'weighted' : 'population';
  const rows = new yh.Rows(run.bundle.open(`population.${item.item}.tsv`), kind, run.suite,
    run.tick);
  const hasher = yh.tickets(run.suite, run.seed, item.label);
  const merkle = new yh.Merkle(run.suite);
  const found = { index: -1, leaves: [], peers: [], line: null, merkle };
  for (let cells = await rows.row(); cells !== null; cells = await rows.row()) {
    const line = cells.join('\t');
    if (cells[0] === id) {
      found.index = found.leaves.length;
      found.line = line;
    }
    found.leaves.push(merkle.leaf(line));
    if (cells[1] === stratum) {
      found.peers.push({ id: cells[0], ticket: hasher.hex(cells[0]),
        weight: Number(cells[2] || 1) });
    }
  }
  return found;
}

// proofOf gives the path of the entity's line and whether it leads to the root of the plan.
function proofOf(item, { merkle, leaves, index, line }) {
  const path = yh.proof(merkle, leaves, index);
  const root = yh.climb(merkle, merkle.leaf(line), path);
  return {
    line, number: index + 1, leaf: yh.hexOfBytes(merkle.leaf(line)), root,
    path: path.map((p) => ({ side: p.side, hash: yh.hexOfBytes(p.hash) })),
    holds: root === item.population_root && leaves.length === item.N,
  };
}

// placeOf gives the entity's place in the order of its stratum (§6).
function placeOf(item, cell, peers, id) {
  const n = yh.sizeOf(cell);
  const simple = cell.method === 'srs';
  const order = simple ? { certain: [], m: n, X: 0n,
    rest: peers.sort((a, b) => yh.byText(a.ticket, b.ticket) || yh.byText(a.id, b.id)) }
    : yh.rank(peers, n);
  const all = order.certain.concat(order.rest);
  const at = all.findIndex((p) => p.id === id);
  const drawn = order.rest.slice(0, order.m);
  const last = drawn[drawn.length - 1];
  return {
    n, N: cell.N, place: at + 1, method: cell.method, ticket: all[at].ticket,
    weight: all[at].weight, Q: all[at].Q, certain: at < order.certain.length,
    cut: simple ? (last ? last.ticket : '0'.repeat(64)) : (last ? last.Q.toString() : 'certain'),
    fate: at < n ? 'selected' : at < n + item.reserve ? 'reserve' : 'none',
  };
}

// teamOf gives the team that the transcript names for an entity in a unit, the lead first.
function teamOf(run, unit, id) {
  const entry = run.transcript.staffing.find((s) => s.unit === unit);
  const at = entry && entry.tasks ? entry.tasks.indexOf(id) : -1;
  return at < 0 ? null : entry.teams[at];
}

// confirm hashes the entity's ticket once more, by WebCrypto where the browser has it. It gives who
// did; another ticket than that of the stratum's order is the fault of one of the two programs.
async function confirm(run, item, id, ticket) {
  const suite = yh.suiteOf(run.suite.name);
  if (await yh.digestText(suite, `${run.seed}|${item.label}|${id}`) !== ticket) {
    throw new Error(`the ticket of ${id} differs from WebCrypto's`);
  }
  return suite.used.webcrypto ? 'webcrypto' : 'own';
}

// lookupItem answers for one item: { item, id, cells, excluded, stratum, proof, order, team }.
async function lookupItem(run, item, typed) {
  const answer = { item, ids: codesOf(typed) };
  if (answer.ids.length === 0) return answer;
  answer.cells = await findCandidate(run, item, answer.ids);
  if (!answer.cells) return answer;
  const id = answer.cells[0];
  const fate = yh.classify(item.frame, answer.cells);
  Object.assign(answer, { id, excluded: fate.excluded, stratum: fate.stratum });
  const frame = await inFrame(run, item, id, fate.stratum);
  answer.listed = frame.index >= 0;
  if (!answer.listed) return answer;
  answer.proof = proofOf(item, frame);
  const cell = item.strata.find((s) => s.id === fate.stratum);
  if (!cell || fate.excluded) throw new Bad(`${id}: 抽样框与候选名单不符`);
  answer.order = placeOf(item, cell, frame.peers, id);
  answer.order.by = await confirm(run, item, id, answer.order.ticket);
  if (answer.order.fate === 'selected') answer.team = teamOf(run, item.unit, id);
  return answer;
}

// lookupGiven finds an entity among the tasks that were given to units (§4.2).
function lookupGiven(run, typed) {
  const ids = codesOf(typed);
  return run.plan.units.flatMap((unit, u) => {
    const rows = (run.tables && run.tables[u] && run.tables[u].tasks) || [];
    return rows.filter((cells) => ids.includes(cells[0]))
      .map((cells) => ({ unit, cells, team: teamOf(run, unit.unit, cells[0]) }));
  });
}

Object.assign(yh, { codesOf, lookupItem, lookupGiven });
})(globalThis.yaohaoVerify = globalThis.yaohaoVerify || {});
