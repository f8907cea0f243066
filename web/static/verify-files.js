// The frozen files of draw/1 §2, read line by line: well formed, in order, with the plan's hash.
(function (yh) {
'use strict';

const { Bad, isEntity, isDate, isStratum: stratum, IDENTIFIER, LABEL, WORD, AREA, COUNT_MAX } = yh;

// Missing is a file of the bundle that is not there or cannot be read.
class Missing extends Error {}

const PIECE = 4 << 20; // bytes read at a time
const WINDOW = 256 << 10; // bytes turned into lines at a time
const LONGEST = 4 << 20; // characters of a line; a roster's scopes are the longest there are

// Lines reads a source { name, size, read(at, length) } of a bundle. next gives a line without its
// LF, null at the end; close gives the hash of the whole file, which WebCrypto computes where it
// takes a file of that size, else our own program piece by piece. A character of a line is a byte:
// what a frozen file may hold is ASCII, and other bytes fit no pattern.
class Lines {
  constructor(source, suite, tick) {
    this.source = source;
    this.tick = tick;
    this.suite = suite;
    this.whole = yh.takesWhole(suite, source.size);
    this.hasher = this.whole ? null : new yh.Hasher(suite);
    this.read = 0; // bytes of the file taken so far
    this.piece = new Uint8Array(0);
    this.at = 0; // place of the next window in the piece
    this.text = new TextDecoder('latin1');
    this.lines = [];
    this.index = 0;
    this.carry = ''; // the start of a line that goes on in the next window
    this.number = 0; // of the line given last, from 1
  }

  async next() {
    while (this.index >= this.lines.length) {
      if (!await this.window()) return null;
    }
    this.number++;
    return this.lines[this.index++];
  }

  async window() {
    if (this.at >= this.piece.length && !await this.load()) {
      if (this.carry) throw new Bad(`${this.source.name}:${this.number + 1}: no final LF`);
      return false;
    }
    const bytes = this.piece.subarray(this.at, this.at + WINDOW);
    this.at += bytes.length;
    this.lines = (this.carry + this.text.decode(bytes)).split('\n');
    this.carry = this.lines.pop();
    this.index = 0;
    if (this.carry.length > LONGEST) throw new Bad(`${this.source.name}: line too long`);
    await this.tick(bytes.length);
    return true;
  }

  async load() {
    if (this.read >= this.source.size) return false;
    const length = this.whole ? this.source.size : Math.min(PIECE, this.source.size - this.read);
    this.piece = await this.source.read(this.read, length);
    this.read += length;
    this.at = 0;
    if (this.whole) this.digest = yh.digest(this.suite, this.piece);
    else this.hasher.update(this.piece);
    return true;
  }

  // close reads what is left for the hash alone.
  async close() {
    for (this.carry = ''; this.read < this.source.size;) {
      await this.load();
      await this.tick(this.piece.length);
    }
    if (this.whole) return this.digest || yh.digest(this.suite, new Uint8Array(0));
    yh.tally(this.suite, 'own');
    return this.hasher.hex();
  }
}

// Tests of one column each.
const number = (low, high) => (text) =>
  /^(?:0|[1-9][0-9]{0,9})$/.test(text) && Number(text) >= low && Number(text) <= high;
const count = number(0, COUNT_MAX);
const matches = (pattern) => (text) => pattern.test(text);
const orNone = (test) => (text) => text === '-' || test(text);
const bit = matches(/^[01]$/);
const weight = number(1, 2147483647);

function visits(text) {
  const counts = text.split(',');
  return counts.length <= 4 && counts.every(count);
}

function codes(text) {
  const all = text.split(',');
  return all.every((c, i) => IDENTIFIER.test(c) && (i === 0 || all[i - 1] < c));
}

const columns = {
  candidates: [isEntity, matches(AREA), orNone(matches(WORD)), matches(WORD), visits,
    orNone(isDate), orNone(isDate), weight],
  population: [isEntity, stratum],
  weighted: [isEntity, stratum, weight],
  roster: [matches(IDENTIFIER), matches(AREA), orNone(codes), bit, bit, isDate, count,
    orNone(count)],
  tasks: [isEntity, matches(AREA), codes],
  conflicts: [matches(IDENTIFIER), isEntity, matches(LABEL)],
};

// cellsOf splits the line that rows is at into columns and checks each of them.
function cellsOf(line, rows) {
  const cells = line.split('\t');
  const tests = columns[rows.kind];
  if (cells.length !== tests.length) {
    throw new Bad(`${rows.where()}: ${cells.length} columns, not ${tests.length}`);
  }
  for (let i = 0; i < tests.length; i++) {
    if (!tests[i](cells[i])) {
      throw new Bad(`${rows.where()}: column ${i + 1}: ${JSON.stringify(cells[i])}`);
    }
  }
  return cells;
}

// Rows reads the rows of a file of one kind in their order.
class Rows extends Lines {
  constructor(source, kind, suite, tick) {
    super(source, suite, tick);
    this.kind = kind;
    this.last = null;
  }

  where() { return `${this.source.name}:${this.number}`; }

  async row() {
    const line = await this.next();
    return line === null ? null : this.check(line);
  }

  check(line) {
    const cells = cellsOf(line, this);
    const last = this.last;
    const sorted = last === null || last[0] < cells[0] ||
      (this.kind === 'conflicts' && last[0] === cells[0] && last[1] < cells[1]);
    if (!sorted) throw new Bad(`${this.where()}: not strictly ascending`);
    this.last = cells;
    return cells;
  }
}

const MAX_ROSTER = 10000;

// table reads a whole small file and compares its hash.
async function table(source, kind, suite, wanted, tick) {
  const rows = new Rows(source, kind, suite, tick);
  const out = [];
  for (let cells = await rows.row(); cells !== null; cells = await rows.row()) {
    out.push(cells);
    if (kind === 'roster' && out.length > MAX_ROSTER) {
      throw new Bad(`${source.name}: more than ${MAX_ROSTER} lines`);
    }
  }
  const wrong = await rows.close() !== wanted;
  return { rows: out, problem: wrong ? `${source.name} does not have the hash of the plan` : null };
}

// classify applies §3 to one candidate: { excluded } or { stratum }.
function classify(frame, [, area, cls, status, visited, lastVisit, holdUntil]) {
  if (status !== 'active') return { excluded: 'inactive' };
  if (holdUntil !== '-' && holdUntil > frame.date) return { excluded: 'held' };
  if (frame.caps) {
    const counts = visited.split(',').map(Number);
    const capped = frame.caps.some((c) =>
      (c.class === undefined || c.class === cls) && counts[c.counter] >= c.max);
    if (capped) return { excluded: 'capped' };
  }
  const values = frame.strata_by.map((by) => (by === 'class' ? cls : area.slice(0, Number(by[4]))));
  const cool = frame.cooldown_from !== undefined && lastVisit !== '-' &&
    lastVisit >= frame.cooldown_from;
  return { stratum: (values.join('/') || 'all') + (cool ? '~' : '') };
}

const weighted = (item) => item.strata.some((s) => s.method === 'pareto');

// ItemScan reads candidates and population of an item side by side, once: form, hashes, root, what
// §3 makes of the candidates, and a ticket for every eligible entity. visit sees each of them:
// visit(cells, stratum).
class ItemScan {
  constructor(item, bundle, suite, tick) {
    this.item = item;
    this.name = `item ${item.item}`;
    this.kind = weighted(item) ? 'weighted' : 'population';
    const open = (name, kind) => new Rows(bundle.open(name), kind, suite, tick);
    this.candidates = open(`candidates.${item.item}.tsv`, 'candidates');
    this.population = open(`population.${item.item}.tsv`, this.kind);
    this.merkle = new yh.Merkle(suite);
    this.excluded = { inactive: 0, held: 0, capped: 0 };
    this.counts = new Map(); // stratum → N
    this.files = null; // the first rule of each check that does not hold
    this.framed = null;
    this.malformed = false;
  }

  async run(visit) {
    try {
      await this.candidatesRows(visit);
      await this.populationRest();
    } catch (error) {
      if (!(error instanceof Bad)) throw error;
      this.files = this.files || error.message;
      this.malformed = true;
      return;
    }
    await this.hashes();
    this.frameTotals();
  }

  async candidatesRows(visit) {
    const { frame } = this.item;
    const needed = Math.max(-1, ...(frame.caps || []).map((c) => c.counter));
    let width = 0;
    for (let cells = await this.candidates.row(); cells; cells = await this.candidates.row()) {
      const counts = cells[4].split(',').length;
      if (width === 0 && counts <= needed) {
        throw new Bad(`${this.candidates.source.name}: counter ${needed} of caps is missing`);
      }
      if (width !== 0 && counts !== width) {
        throw new Bad(`${this.candidates.where()}: column 5: not as many counts as above`);
      }
      width = counts;
      const fate = classify(frame, cells);
      if (fate.excluded) {
        this.excluded[fate.excluded]++;
        continue;
      }
      this.counts.set(fate.stratum, (this.counts.get(fate.stratum) || 0) + 1);
      await this.compare(cells, fate.stratum);
      visit(cells, fate.stratum);
    }
  }

  // compare takes the next line of the population, which must be this candidate's.
  async compare(cells, name) {
    const line = await this.population.next();
    const wanted = `${cells[0]}\t${name}${this.kind === 'weighted' ? `\t${cells[7]}` : ''}`;
    if (line === null) {
      this.framed = this.framed || `${this.name}: ${cells[0]} is not in the population`;
      return;
    }
    if (line !== wanted) {
      this.framed = this.framed || `${this.name}: ${JSON.stringify(wanted)} expected, ` +
        `population has ${JSON.stringify(line)}`;
    }
    this.population.check(line);
    this.merkle.add(line);
  }

  async populationRest() {
    const rows = this.population;
    for (let line = await rows.next(); line !== null; line = await rows.next()) {
      this.framed = this.framed || `${this.name}: population has more lines`;
      this.population.check(line);
      this.merkle.add(line);
    }
  }

  async hashes() {
    const { item } = this;
    for (const [rows, wanted] of [[this.candidates, item.candidates_sha],
      [this.population, item.population_sha]]) {
      if (await rows.close() !== wanted) {
        this.files = this.files || `${rows.source.name} does not have the hash of the plan`;
      }
    }
    if (this.merkle.size !== item.N || this.merkle.root() !== item.population_root) {
      this.files = this.files ||
        `${this.population.source.name} does not have the root or the N of the plan`;
    }
  }

  frameTotals() {
    const stated = this.item.excluded;
    if (Object.keys(stated).some((k) => this.excluded[k] !== stated[k])) {
      this.framed = this.framed || `${this.name}: excluded counts ${JSON.stringify(this.excluded)}`;
    }
    const { strata } = this.item;
    if (this.counts.size !== strata.length || strata.some((s) => this.counts.get(s.id) !== s.N)) {
      this.framed = this.framed || `${this.name}: strata or their N`;
    }
  }
}

Object.assign(yh, { Missing, Rows, ItemScan, table, classify, weighted });
})(globalThis.yaohaoVerify = globalThis.yaohaoVerify || {});
