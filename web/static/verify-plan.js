// The plan of draw/1 §3 to §5: keys, types, patterns, ranges, orders, references, dates and sizes.
(function (yh) {
'use strict';

const { Bad, utf8 } = yh;

const IDENTIFIER = /^[0-9A-Z][0-9A-Z._-]{0,63}$/;
const LABEL = /^[0-9a-z][0-9a-z._-]{0,31}$/;
const WORD = /^[0-9A-Za-z][0-9A-Za-z._-]{0,31}$/;
const AREA = /^[0-9]{6,12}$/;
const HEX64 = /^[0-9a-f]{64}$/;
const COUNT_MAX = 1000000000;
const CODE = '0123456789ABCDEFGHJKLMNPQRTUWXY'; // values 0…30 of GB 32100

// isCode tells a valid 统一社会信用代码: the check character makes the weighted sum divisible by 31.
function isCode(id) {
  if (id.length !== 18) return false;
  let sum = 0;
  let weight = 1;
  for (let i = 0; i < 18; i++) {
    const value = CODE.indexOf(id[i]);
    if (value < 0) return false;
    sum += i < 17 ? value * weight : value;
    weight = (weight * 3) % 31;
  }
  return sum % 31 === 0;
}

// isEntity tells an entity identifier of §1.
function isEntity(id) {
  if (!IDENTIFIER.test(id)) return false;
  const dot = id.indexOf('.');
  if (dot < 0) return isCode(id);
  return /^[A-Z][0-9A-Z]*\../.test(id) && !(id.startsWith('R.') && isCode(id.slice(2)));
}

function isDate(text) {
  const found = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
  if (!found) return false;
  const [year, month, day] = found.slice(1).map(Number);
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return year >= 1900 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

// What a line must not hold: controls, and characters that change a text unseen.
const INVISIBLE = new RegExp('[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f' +
  '\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\u{e0000}-\\u{e007f}]', 'u');

function isLine(text) {
  const size = utf8(text).length;
  return size >= 1 && size <= 1000 && !text.startsWith(' ') && !text.endsWith(' ') &&
    !INVISIBLE.test(text) && text.normalize('NFC') === text;
}

// Readers of one value each. They take the place in the plan, for the message.

function expect(holds, at, value) {
  if (!holds) throw new Bad(`${at}: bad value ${JSON.stringify(value)}`);
  return value;
}

const string = (test) => (value, at) =>
  expect(typeof value === 'string' && (test.test ? test.test(value) : test(value)), at, value);
const integer = (low, high) => (value, at) =>
  expect(Number.isSafeInteger(value) && value >= low && value <= high, at, value);
const oneOf = (...words) => (value, at) => expect(words.includes(value), at, value);
const count = integer(0, COUNT_MAX);
const identifier = string(IDENTIFIER);
const label = string(LABEL);
const hex = string(HEX64);
const date = string(isDate);
const line = string(isLine);
const anyString = string(() => true);

// record reads an object with exactly these keys; a name that ends in ? may be absent.
const record = (fields) => (value, at) => {
  if (typeof value !== 'object' || Array.isArray(value)) throw new Bad(`${at}: not an object`);
  const known = new Map(Object.entries(fields).map(([k, read]) => [k.replace('?', ''), read]));
  for (const key of Object.keys(value)) {
    if (!known.has(key)) throw new Bad(`${at ? `${at}: ` : ''}unknown key '${key}'`);
  }
  for (const key of Object.keys(fields)) {
    const name = key.replace('?', '');
    const place = at ? `${at}: ${name}` : name;
    if (name in value) known.get(name)(value[name], place);
    else if (key === name) throw new Bad(`${place}: missing`);
  }
  return value;
};

const list = (read) => (value, at) => {
  if (!Array.isArray(value)) throw new Bad(`${at}: not a list`);
  for (const each of value) read(each, at);
  return value;
};

function ascending(rows, key, at, what) {
  for (let i = 1; i < rows.length; i++) {
    if (!(key(rows[i - 1]) < key(rows[i]))) throw new Bad(`${at}: not strictly sorted by ${what}`);
  }
}

const fraction = (value, at) => {
  record({ num: count, den: integer(1, 1000000) })(value, at);
  if (value.num > value.den) throw new Bad(`${at}: num > den`);
};

const pace = (value, at) => {
  record({ num: count, den: integer(1, 1000000), part: integer(1, 1000), of: integer(1, 1000),
    base: count, done: count })(value, at);
  if (value.num > value.den) throw new Bad(`${at}: num > den`);
  if (value.part > value.of) throw new Bad(`${at}: part > of`);
};

const ceilDiv = (a, b) => (a + b - 1n) / b;
const least = (a, b) => (a < b ? a : b);
const most = (a, b) => (a > b ? a : b);

// sizeOf gives n of a stratum (§4.1) or throws if the plan is invalid. The products pass 2^53.
function sizeOf(s) {
  const rule = s.pace || { part: 1, of: 1, base: s.N, done: 0, ...(s.ratio || { num: 1, den: 1 }) };
  const [num, den, part, of, base, done] =
    [rule.num, rule.den, rule.part, rule.of, rule.base, rule.done].map(BigInt);
  const N = BigInt(s.N);
  const floor = most(0n, ceilDiv(base * num * part, den * of) - done);
  let limit = N;
  if (s.cap) {
    const [capNum, capDen] = [BigInt(s.cap.num), BigInt(s.cap.den)];
    if (num * capDen > capNum * den) {
      throw new Bad(`stratum ${s.id}: the floor ratio exceeds the ceiling ratio`);
    }
    limit = least(N, most(floor, base * capNum / capDen - done));
  }
  const n = least(N, most(BigInt(s.min || 0), floor));
  if (n > limit) throw new Bad(`stratum ${s.id}: n above its limit`);
  return Number(n);
}

// isStratum tells values of area or class, joined by /, and ~ for the cool-down cell (§3).
const isStratum = (text) =>
  text.replace(/~$/, '').split('/').every((part) => part === '-' || WORD.test(part));

const stratum = (value, at) => {
  record({ id: string(isStratum), N: integer(1, COUNT_MAX), method: oneOf('srs', 'pareto'),
    'ratio?': fraction, 'pace?': pace, 'all?': oneOf(true), 'min?': count, 'cap?': fraction,
  })(value, at);
  if (['ratio', 'pace', 'all'].filter((k) => k in value).length !== 1) {
    throw new Bad(`${at}: exactly one of ratio, pace, all`);
  }
  if (value.all && value.method !== 'srs') throw new Bad(`${at}: a census is srs`);
  const rule = value.ratio || value.pace;
  if (value.id.endsWith('~') && rule && rule.num < 1) {
    throw new Bad(`${at}: a cool-down cell with ratio 0`);
  }
  sizeOf(value);
};

const frame = (value, at) => {
  record({
    date, 'cooldown_from?': date,
    strata_by: list(oneOf('area2', 'area4', 'area6', 'class')),
    'caps?': list(record({ counter: integer(0, 3), max: count,
      'class?': string((c) => c === '-' || WORD.test(c)) })),
  })(value, at);
  if (value.cooldown_from > value.date) throw new Bad(`${at}: cooldown_from after the date`);
  if (new Set(value.strata_by).size !== value.strata_by.length) {
    throw new Bad(`${at}: strata_by names a word twice`);
  }
  if (value.caps && value.caps.length === 0) throw new Bad(`${at}: caps is empty`);
  // Without class comes first: no class sorts before every class.
  ascending(value.caps || [], (c) => `${c.counter}${c.class || ''}`, `${at}: caps`,
    'counter, class');
};

const item = (value, at) => {
  record({
    item: identifier, basis: line, kind: oneOf('key', 'seasonal', 'risk', 'routine'),
    unit: identifier, label, frame,
    excluded: record({ inactive: count, held: count, capped: count }),
    candidates_sha: hex, population_sha: hex, population_root: hex, N: count, reserve: count,
    strata: list(stratum),
  })(value, at);
  ascending(value.strata, (s) => s.id, `${at}: strata`, 'id');
  if (value.strata.reduce((sum, s) => sum + s.N, 0) !== value.N) {
    throw new Bad(`${at}: N is not the sum over strata`);
  }
};

const unit = (value, at) => {
  record({
    unit: identifier, kind: oneOf('inspectors', 'experts', 'labs'), seats: integer(1, 99),
    'gate?': record({ max: integer(0, 98) }), 'pool?': fraction, label, visit_by: date,
    roster_sha: hex, conflicts_sha: hex, area_rule: oneOf('any', 'same2', 'same4', 'same6'),
    'tasks_sha?': hex, 'from?': hex,
  })(value, at);
  if (value.kind === 'inspectors') integer(2, 99)(value.seats, `${at}: seats`);
  if (value.gate) integer(0, value.seats - 1)(value.gate.max, `${at}: gate: max`);
  if (value.from && !value.tasks_sha) throw new Bad(`${at}: from without tasks_sha`);
};

const KINDS = ['public', 'beacon', 'witness', 'seal', 'chain'];

const entropy = (value, at) => {
  const closed = value && (value.kind === 'seal' || value.kind === 'chain');
  record({ name: label, kind: oneOf(...KINDS), event: line, bits: integer(0, 1024),
    ...(closed ? { commit: hex, 'by?': line } : {}) })(value, at);
  if (value.name === 'commit') throw new Bad(`${at}: name commit`);
};

function checkEntropy(entries) {
  if (entries.length === 0) throw new Bad('entropy: empty');
  for (const key of ['name', 'event']) {
    if (new Set(entries.map((e) => e[key])).size !== entries.length) {
      throw new Bad(`entropy ${key} repeated`);
    }
  }
  const kinds = entries.map((e) => e.kind);
  const last = Math.max(kinds.lastIndexOf('public'), kinds.lastIndexOf('beacon'));
  if (last >= 0 && kinds.lastIndexOf('witness') > last) {
    throw new Bad('entropy: a witness line after the last public event');
  }
}

function checkReferences(plan) {
  const named = new Set(plan.items.map((i) => i.unit));
  const given = new Set(plan.units.filter((u) => u.tasks_sha).map((u) => u.unit));
  const units = new Set(plan.units.map((u) => u.unit));
  for (const name of named) {
    if (given.has(name)) throw new Bad(`units: ${name} has items and given tasks`);
    if (!units.has(name)) throw new Bad(`items: unit ${name} is not in the plan`);
  }
  for (const name of units) {
    if (!named.has(name) && !given.has(name)) throw new Bad(`units: nobody names ${name}`);
  }
  for (const i of plan.items) {
    if (i.frame.date > plan.date) throw new Bad(`items: ${i.item}: frame dated after the freeze`);
  }
  for (const u of plan.units) {
    if (u.visit_by < plan.date) throw new Bad(`units: ${u.unit}: visit_by before the freeze`);
  }
}

// checkPlan throws Bad at the first rule of §3 to §5 that the parsed plan breaks.
function checkPlan(plan) {
  record({
    v: oneOf('draw/1'), draw: identifier, hash: oneOf('sha256', 'sm3'), prev: hex, date,
    items: list(item), units: list(unit), entropy: list(entropy), 'note?': line,
  })(plan, '');
  ascending(plan.items, (i) => i.item, 'items', 'item');
  ascending(plan.units, (u) => u.unit, 'units', 'unit');
  if (plan.units.length === 0) throw new Bad('units: empty');
  checkEntropy(plan.entropy);
  checkReferences(plan);
}

// gradeOf counts what §5 counts.
function gradeOf(plan) {
  const bits = plan.entropy.filter((e) => e.kind === 'public' || e.kind === 'beacon')
    .reduce((sum, e) => sum + e.bits, 0);
  if (bits >= 60) return 'public';
  return plan.entropy.some((e) => e.kind === 'witness' || e.by) ? 'sealed' : 'self';
}

// isTrial tells a trial run (§10): everything in it bears the label test.
const isTrial = (plan) => [...plan.items, ...plan.units].every((x) => x.label === 'test');

// frozenFiles names the files that a plan commits to (§2).
function frozenFiles(plan) {
  return [
    ...plan.items.flatMap((i) => [`candidates.${i.item}.tsv`, `population.${i.item}.tsv`]),
    ...plan.units.flatMap((u) => [`roster.${u.unit}.tsv`, `conflicts.${u.unit}.tsv`,
      ...(u.tasks_sha ? [`tasks.${u.unit}.tsv`] : [])]),
  ];
}

Object.assign(yh, {
  checkPlan, sizeOf, gradeOf, isTrial, frozenFiles, record, list, string, anyString, integer,
  isEntity, isCode, isDate, isLine, isStratum, IDENTIFIER, LABEL, WORD, AREA, COUNT_MAX,
});
})(globalThis.yaohaoVerify = globalThis.yaohaoVerify || {});
