// Selection of draw/1 §6: simple random samples by ticket and Pareto samples by exact integer keys.
(function (yh) {
'use strict';

const ZEROS = '0'.repeat(64);

const byText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const byTicket = (a, b) => byText(a.ticket, b.ticket) || byText(a.id, b.id);

// tickets hashes seed|label|id for many ids.
const tickets = (suite, seed, label) => yh.Prefix.text(suite, `${seed}|${label}|`);

// ticketKey is the first 52 bits of a digest: enough to tell nearly all tickets apart in a double.
const ticketKey = (s) => (s[0] >>> 0) * 1048576 + (s[1] >>> 12);

// Simple keeps the n + reserve smallest tickets of a stratum. Rows above the limit, which is the
// largest that can still count, are dropped, so memory does not grow with the population.
class Simple {
  constructor(n, reserve) {
    this.n = n;
    this.keep = n + reserve;
    this.rows = [];
    this.limit = Infinity;
  }

  // offer takes an entity with the state of its ticket's hash.
  offer(state, id, area) {
    const key = ticketKey(state);
    if (key > this.limit) return;
    this.rows.push({ key, ticket: yh.hexOfWords(state), id, area });
    if (this.rows.length >= 2 * this.keep + 1024) this.prune();
  }

  prune() {
    this.rows.sort(byTicket);
    this.rows.length = Math.min(this.rows.length, this.keep);
    if (this.keep === 0) this.limit = -1;
    else if (this.rows.length === this.keep) this.limit = this.rows[this.keep - 1].key;
  }

  result() {
    this.prune();
    const selected = this.rows.slice(0, this.n);
    return { selected, reserve: this.rows.slice(this.n),
      cut: this.n === 0 || selected.length === 0 ? ZEROS : selected[selected.length - 1].ticket };
  }
}

// Pareto needs the whole stratum: X and m become final only when the certain units are known.
class Pareto {
  constructor(n, reserve) {
    this.n = n;
    this.reserve = reserve;
    this.rows = [];
  }

  offer(state, id, area, weight) {
    this.rows.push({ ticket: yh.hexOfWords(state), id, area, weight });
  }

  result() {
    const { certain, rest, m } = rank(this.rows, this.n);
    const drawn = rest.slice(0, m);
    return { selected: certain.concat(drawn), reserve: rest.slice(m, m + this.reserve), certain,
      cut: drawn.length ? drawn[drawn.length - 1].Q.toString() : 'certain' };
  }
}

// rank puts a stratum in the order of §6: the certain units, then the rest by Q. With m = 0 the
// rest has no Q and stands by ticket. Products pass 2^53, Q has about 512 bits on the way: BigInt.
function rank(rows, n) {
  const order = rows.slice().sort((a, b) => b.weight - a.weight || byText(a.id, b.id));
  let X = order.reduce((sum, r) => sum + BigInt(r.weight), 0n);
  let m = n;
  let sure = 0;
  for (; sure < order.length; sure++) {
    const x = BigInt(order[sure].weight);
    if (BigInt(m) * x < X) break;
    m--;
    X -= x;
  }
  const rest = order.slice(sure);
  if (m > 0) {
    for (const r of rest) r.Q = paretoKey(r.ticket, BigInt(r.weight), BigInt(m), X);
    rest.sort((a, b) => (a.Q < b.Q ? -1 : a.Q > b.Q ? 1 : byText(a.id, b.id)));
  } else {
    rest.sort(byTicket);
  }
  return { certain: order.slice(0, sure), rest, m, X };
}

// paretoKey is Q = floor( t·(X − m·x)·2^128 / ((2^257 − t)·m·x) ) with t = 2·int(T) + 1.
function paretoKey(ticket, x, m, X) {
  const t = 2n * BigInt(`0x${ticket}`) + 1n;
  return (t * (X - m * x) << 128n) / (((1n << 257n) - t) * m * x);
}

// newDraws gives a selector per stratum of an item.
function newDraws(item) {
  return new Map(item.strata.map((s) => [s.id, s.method === 'pareto'
    ? new Pareto(yh.sizeOf(s), item.reserve) : new Simple(yh.sizeOf(s), item.reserve)]));
}

// drawItem scans an item's files and draws it.
async function drawItem(item, bundle, suite, seed, tick) {
  const hasher = tickets(suite, seed, item.label);
  const draws = newDraws(item);
  const scan = new yh.ItemScan(item, bundle, suite, tick);
  await scan.run((cells, name) => {
    const draw = draws.get(name);
    if (draw) draw.offer(hasher.run(cells[0]), cells[0], cells[1], Number(cells[7]));
  });
  const strata = item.strata.map((s) =>
    ({ id: s.id, N: s.N, n: yh.sizeOf(s), ...draws.get(s.id).result() }));
  return { scan, strata };
}

Object.assign(yh, { tickets, ticketKey, rank, drawItem, Simple, Pareto, byText });
})(globalThis.yaohaoVerify = globalThis.yaohaoVerify || {});
