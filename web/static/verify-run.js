// The checks of draw/1 §9 in their order. A bundle is anything with open(name), which gives
// { name, size, read(at, length) } or throws Missing; page and command line share everything else.
(function (yh) {
'use strict';

const { Bad, Missing, utf8, record, list, string, anyString, integer, equalLists } = yh;

const CHECKS = ['canonical', 'plan', 'commit', 'entropy', 'seed', 'grade', 'files', 'population',
  'size', 'selection', 'staffing', 'optimal', 'unique', 'roles'];

// Keys and types of the transcript (§8). The plan inside it is compared as bytes.

const INT64 = /^(?:0|-?[1-9][0-9]{0,18})$/;
const number64 = string((text) =>
  INT64.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text));
const pair = (value, at) => {
  list(number64)(value, at);
  if (value.length !== 2) throw new Bad(`${at}: not a pair`);
};
const anyInteger = integer(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
const anyRecord = (value, at) => {
  if (typeof value !== 'object' || Array.isArray(value)) throw new Bad(`${at}: not an object`);
};
const ids = list(anyString);
const teams = list(ids);
const duals = record({ task: list(pair), 'lead?': list(pair), 'gated?': list(pair),
  inspector: list(pair) });
const shortage = record({ unit: anyString, infeasible: record({ tasks: ids, full: ids,
  inspectors: ids, needed: anyInteger, available: anyInteger }) });
const staffed = record({ unit: anyString, R: anyInteger, tasks: ids, inspectors: ids, teams, duals,
  'tied?': list(record({ teams, duals })) });
const transcriptKeys = record({
  plan: anyRecord, commit: anyString, seed: anyString, grade: anyString,
  entropy: list(record({ name: anyString, value: anyString })),
  items: list(record({ item: anyString, strata: list(record({ id: anyString, N: anyInteger,
    n: anyInteger, cut: anyString, selected: ids, reserve: ids })) })),
  staffing: list((value, at) => (value.infeasible ? shortage : staffed)(value, at)),
});

// pause lets the page paint and answer. Timers would wait a second in a tab behind others.
function pause() {
  if (typeof setImmediate === 'function') return new Promise((done) => setImmediate(done));
  return new Promise((done) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      done();
    };
    channel.port2.postMessage(0);
  });
}

const SLICE = 30; // milliseconds of work between two pauses

// Progress counts work in two halves: bytes of the frozen files, then pairs of task and inspector.
class Progress {
  constructor(report) {
    this.report = report || (() => {});
    this.last = performance.now();
    this.start(1, 0, 0);
  }

  start(total, from, to) { Object.assign(this, { total: Math.max(1, total), done: 0, from, to }); }

  async tick(work) {
    this.done += work;
    if (performance.now() - this.last < SLICE) return;
    this.report(this.from + (this.to - this.from) * Math.min(1, this.done / this.total));
    await pause();
    this.last = performance.now();
  }
}

// sizeIn gives the bytes of a file, 0 if it cannot be opened: that shows where it is read.
function sizeIn(bundle, name) {
  try {
    return bundle.open(name).size;
  } catch (error) {
    return 0;
  }
}

// Run is one verification. checks lists { name, state, text, facts }: state is ok, FAIL or, where
// an earlier failure left nothing to compute from, skip; facts are numbers for the page.
class Run {
  constructor(bundle, options) {
    this.bundle = bundle;
    this.options = options;
    this.checks = [];
    this.published = options.commit; // undefined: nothing to compare with
    this.missing = false;
    this.progress = new Progress(options.onProgress);
    this.tick = (work) => this.progress.tick(work);
  }

  // exit is the code of the command line (§9).
  get exit() {
    if (this.missing) return 2;
    const whole = this.checks.length === CHECKS.length;
    return whole && this.checks.every((c) => c.state === 'ok') ? 0 : 1;
  }

  add(name, state, text, facts = {}) {
    const check = { name, state, text, facts };
    this.checks.push(check);
    if (this.options.onCheck) this.options.onCheck(check);
    return state === 'ok';
  }

  // check runs one check, which gives [text, facts] or throws.
  async check(name, body) {
    try {
      const found = await body();
      return found ? this.add(name, 'ok', ...found) : this.add(name, 'skip', '');
    } catch (error) {
      if (error instanceof Missing) this.missing = true;
      else if (!(error instanceof Bad)) throw error;
      return this.add(name, 'FAIL', error.message);
    }
  }

  async bytes(name) {
    const source = this.bundle.open(name);
    return source.read(0, source.size);
  }

  async all() {
    this.vouched = await yh.selfTest();
    if (await this.check('canonical', () => this.canonical()) &&
        await this.check('plan', () => this.checkPlan())) {
      await this.check('commit', () => this.checkCommit());
      await this.check('entropy', () => this.checkEntropy());
      await this.check('seed', () => this.checkSeed());
      await this.check('grade', () => this.checkGrade());
      await this.readFiles();
      await this.check('size', () => this.checkSize());
      await this.check('selection', () => this.checkSelection());
      await this.checkUnits();
    }
    this.progress.report(1);
    for (const name of CHECKS.slice(this.checks.length)) this.add(name, 'skip', '');
    return this;
  }

  async canonical() {
    for (const name of ['plan', 'transcript']) {
      const bytes = await this.bytes(`${name}.json`);
      this[`${name}Bytes`] = bytes;
      try {
        this[name] = yh.parse(bytes);
      } catch (error) {
        throw error instanceof Bad ? new Bad(`${name}.json: ${error.message}`) : error;
      }
      await this.tick(0);
    }
    const { plan, transcript } = this;
    try {
      transcriptKeys(transcript, '');
    } catch (error) {
      throw error instanceof Bad ? new Bad(`transcript.json: ${error.message}`) : error;
    }
    if (yh.canonical(transcript.plan) !== yh.canonical(plan)) {
      throw new Bad('plan.json is not the plan of the transcript');
    }
    return [`plan.json ${this.planBytes.length} bytes, transcript.json ` +
      `${this.transcriptBytes.length} bytes`];
  }

  async checkPlan() {
    const { plan } = this;
    yh.checkPlan(plan);
    this.suite = yh.suiteOf(plan.hash);
    this.commit = await yh.digest(this.suite, this.planBytes);
    this.leaf = await yh.digest(this.suite, this.transcriptBytes); // what the log stores (§8)
    this.entropy = this.transcript.entropy;
    this.seedText = utf8(`draw/1 seed\ncommit=${this.commit}\n` +
      this.entropy.map((e) => `${e.name}=${e.value}\n`).join(''));
    this.seed = await yh.digest(this.suite, this.seedText);
    return [`${plan.draw} ${plan.date} ${plan.hash}, ${plan.items.length} items, ` +
      `${plan.units.length} units${yh.isTrial(plan) ? ', test run' : ''}`];
  }

  checkCommit() {
    const { published } = this;
    if (this.transcript.commit !== this.commit) {
      throw new Bad('commit is not the hash of plan.json');
    }
    if (published !== undefined && published !== this.commit) {
      throw new Bad('commit is not the published one');
    }
    return [this.commit, { compared: published !== undefined }];
  }

  async checkEntropy() {
    const { plan, entropy } = this;
    if (!equalLists(entropy.map((e) => e.name), plan.entropy.map((e) => e.name))) {
      throw new Bad('entropy names or their order');
    }
    for (const [i, { name, kind, bits, commit }] of plan.entropy.entries()) {
      const { value } = entropy[i];
      if (!yh.isLine(value)) throw new Bad(`value of ${name} is not a line`);
      if ((kind === 'seal' || kind === 'chain') && !/^[0-9a-f]{64}$/.test(value)) {
        throw new Bad(`value of ${name} is not the hex of a ${kind}`);
      }
      if (kind === 'beacon' && !/^(?:[0-9a-f]{2})+$/.test(value)) {
        throw new Bad(`value of ${name} is not the hex of a beacon`);
      }
      if ((kind === 'public' || kind === 'beacon') && bits > 8 * utf8(value).length) {
        throw new Bad(`value of ${name} does not hold ${bits} bits`);
      }
      if (commit !== undefined && await yh.digestText(this.suite, value) !== commit) {
        throw new Bad(`value of ${name} does not open its commit`);
      }
    }
    return [entropy.map((e) => e.name).join(', ')];
  }

  async checkSeed() {
    const bytes = await this.bytes('seed.txt');
    if (bytes.length !== this.seedText.length || bytes.some((b, i) => b !== this.seedText[i])) {
      throw new Bad('seed.txt');
    }
    if (this.transcript.seed !== this.seed) throw new Bad('seed is not the hash of seed.txt');
    return [this.seed];
  }

  checkGrade() {
    const { plan, transcript } = this;
    const grade = yh.gradeOf(plan);
    if (transcript.grade !== grade) throw new Bad(`grade is ${grade}`);
    const events = plan.entropy.filter((e) => e.kind === 'public' || e.kind === 'beacon');
    const parts = [grade, ...events.map((e) => `${e.event} (${e.bits} bits)`)];
    if (plan.items.length === 0) parts.push('staffing only');
    return [parts.join('; '), { grade, events }];
  }

  // readFiles runs files and population: what is frozen is read once, items are drawn on the way.
  async readFiles() {
    const { plan, bundle } = this;
    const names = yh.frozenFiles(plan);
    this.progress.start(names.reduce((sum, name) => sum + sizeIn(bundle, name), 0), 0, 0.6);
    const problems = [];
    this.tables = [];
    for (const unit of plan.units) this.tables.push(await this.readTables(unit, problems));
    this.draws = [];
    for (const item of plan.items) {
      const draw = await this.attempt(problems,
        () => yh.drawItem(item, bundle, this.suite, this.seed, this.tick));
      if (draw && draw.scan.files) problems.push(draw.scan.files);
      this.draws.push(draw && !draw.scan.malformed ? draw : null);
    }
    await this.check('files', () => {
      if (problems.length) throw new Bad(problems.join('; '));
      return [`${names.length} files`, { files: names.length }];
    });
    await this.check('population', () => this.checkPopulation());
  }

  // attempt gives what body gives, or null if a file is missing or malformed.
  async attempt(problems, body) {
    try {
      return await body();
    } catch (error) {
      if (error instanceof Missing) this.missing = true;
      else if (!(error instanceof Bad)) throw error;
      problems.push(error.message);
      return null;
    }
  }

  async readTables(unit, problems) {
    const out = {};
    for (const kind of ['roster', 'conflicts', ...(unit.tasks_sha ? ['tasks'] : [])]) {
      const wanted = unit[`${kind}_sha`];
      const read = await this.attempt(problems, () => yh.table(
        this.bundle.open(`${kind}.${unit.unit}.tsv`), kind, this.suite, wanted, this.tick));
      if (read && read.problem) problems.push(read.problem);
      out[kind] = read && read.rows;
    }
    return out.roster && out.conflicts && (out.tasks || !unit.tasks_sha) ? out : null;
  }

  checkPopulation() {
    for (const draw of this.draws) if (draw && draw.scan.framed) throw new Bad(draw.scan.framed);
    if (this.draws.includes(null)) return null;
    const eligible = this.plan.items.reduce((sum, i) => sum + i.N, 0);
    const excluded = this.draws.reduce((sum, d) =>
      sum + Object.values(d.scan.excluded).reduce((a, b) => a + b, 0), 0);
    return [`${eligible} eligible, ${excluded} excluded`, { eligible, excluded }];
  }

  checkSize() {
    const { plan, transcript } = this;
    if (!equalLists(transcript.items.map((i) => i.item), plan.items.map((i) => i.item))) {
      throw new Bad('items of the transcript');
    }
    let drawn = 0;
    plan.items.forEach((item, number) => {
      const key = (s, n) => `${s.N} ${n} ${s.id}`;
      const stated = transcript.items[number].strata.map((s) => key(s, s.n));
      if (!equalLists(stated, item.strata.map((s) => key(s, yh.sizeOf(s))))) {
        throw new Bad(`item ${item.item}: strata, N or n`);
      }
      drawn += item.strata.reduce((sum, s) => sum + yh.sizeOf(s), 0);
    });
    const strata = plan.items.reduce((sum, i) => sum + i.strata.length, 0);
    return [`${strata} strata, ${drawn} drawn`, { strata, drawn }];
  }

  checkSelection() {
    const { plan, transcript, draws } = this;
    const total = { selected: 0, reserve: 0 };
    plan.items.forEach((item, number) => {
      const stated = transcript.items[number];
      if (!draws[number]) return;
      draws[number].strata.forEach((stratum, at) => {
        const other = stated && stated.strata[at];
        const place = `item ${item.item} stratum ${stratum.id}`;
        if (!other || other.id !== stratum.id) throw new Bad(`${place}: not in the transcript`);
        for (const part of ['selected', 'reserve']) {
          if (!equalLists(other[part], stratum[part].map((r) => r.id))) {
            throw new Bad(`${place}: ${part}`);
          }
          total[part] += stratum[part].length;
        }
        if (other.cut !== stratum.cut) throw new Bad(`${place}: cut`);
      });
    });
    if (draws.includes(null)) return null;
    return [`${total.selected} selected, ${total.reserve} in reserve`, total];
  }

  // checkUnits runs staffing, optimal, unique and roles. A check fails with the first unit that
  // fails it; a unit whose staffing is not legal has nothing for the later ones to look at.
  async checkUnits() {
    const { plan, transcript, draws } = this;
    this.problems = plan.units.map((unit, u) => {
      const complete = this.tables[u] &&
        plan.items.every((i, number) => i.unit !== unit.unit || draws[number]);
      if (!complete) return null;
      const tasks = yh.tasksOf(unit, plan, draws, this.tables[u].tasks);
      return new yh.Problem(unit, this.tables[u], tasks, this.suite, this.seed);
    });
    const size = (p) => (p ? p.tasks.length * p.roster.length : 0);
    this.progress.start(6 * this.problems.reduce((sum, p) => sum + size(p), 0), 0.6, 1);
    const units = plan.units.map((unit, u) => ({ name: unit.unit, problem: this.problems[u],
      entry: transcript.staffing[u] }));
    const named = equalLists(transcript.staffing.map((s) => s.unit), plan.units.map((u) => u.unit));
    await this.each('staffing', units, async (unit) => {
      if (!named) throw new Bad('units of the transcript');
      unit.seating = await yh.checkStaffing(unit.problem, unit.entry, this.tick);
      unit.legal = true;
      return unitWords(unit);
    });
    const legal = units.filter((u) => u.legal && u.seating);
    const whole = units.every((u) => u.legal);
    await this.each('optimal', legal, async (unit) => {
      const { problem, entry, seating } = unit;
      unit.unique = await yh.certify(problem, seating, entry.duals, entry.R, this.tick);
    }, whole);
    await this.each('unique', legal, (unit) =>
      yh.checkUnique(unit.problem, unit.entry, unit.unique !== false, this.tick),
    whole && legal.every((u) => u.unique !== undefined));
    await this.each('roles', legal, (unit) => yh.checkRoles(unit.problem, unit.seating), whole);
  }

  // each runs a check over units; the line has the words that body gives for them.
  async each(name, units, body, whole = true) {
    await this.check(name, async () => {
      const words = [];
      const facts = [];
      const failed = [];
      for (const unit of units) {
        if (!unit.problem) continue;
        try {
          const found = await body(unit);
          if (found) words.push(found[0]);
          if (found) facts.push(found[1]);
        } catch (error) {
          if (!(error instanceof Bad)) throw error;
          failed.push(`${unit.name}: ${error.message}`);
        }
      }
      if (failed.length) throw new Bad(failed.join('; '));
      if (!whole || units.some((u) => !u.problem)) return null;
      return [words.join('; ') || `${units.length} units`, { units: facts }];
    });
  }
}

function unitWords({ name, problem, entry }) {
  const facts = { name, kind: problem.unit.kind, tasks: problem.tasks.length,
    inspectors: problem.roster.length, exact: yh.exactTasks(problem), k: problem.k, conflicts: problem.conflictLines };
  let text = `${name}: ${facts.tasks} tasks, ${facts.inspectors} inspectors, ` +
    `${facts.exact} tasks with exactly ${facts.k} eligible, ${facts.conflicts} conflicts`;
  if (entry.infeasible) {
    facts.needed = entry.infeasible.needed;
    facts.available = entry.infeasible.available;
    text += `, shortage: needed ${facts.needed}, available ${facts.available}`;
  }
  return [text, facts];
}

// verify runs every check over a bundle. options: commit (the published one), onCheck, onProgress.
const verify = (bundle, options = {}) => new Run(bundle, options).all();

Object.assign(yh, { verify, CHECKS, sizeIn });
})(globalThis.yaohaoVerify = globalThis.yaohaoVerify || {});
