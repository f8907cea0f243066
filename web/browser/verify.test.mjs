// The third verifier without a browser: every vector of draw/1 and every tampering with one, the
// tables of the vectors, and the published values of the hash functions.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, getHashes } from 'node:crypto';
import { createRequire } from 'node:module';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { folder, yh } from './verify-core.mjs';

const load = createRequire(import.meta.url);
for (const part of ['lookup', 'words', 'reasons']) load(`../static/verify-${part}.js`);

const here = fileURLToPath(new URL('.', import.meta.url));
const vectors = process.env.YAOHAO_VECTORS ?? join(here, '../../sampling/testdata/vectors');
const index = readFileSync(join(vectors, 'INDEX.md'), 'utf8');
const lines = (name) => readFileSync(join(vectors, name), 'utf8').split('\n').slice(0, -1)
  .map((line) => line.split('\t'));

const { sha256, sm3 } = yh.suites;

test('hashes give their published values', () => {
  // FIPS 180-4 examples; GB/T 32905-2016 appendix A.
  const two = 'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq';
  assert.equal(yh.hashText(sha256, two),
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1');
  assert.equal(yh.hashText(sm3, 'abc'),
    '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0');
  assert.equal(yh.hashText(sm3, 'abcd'.repeat(16)),
    'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732');
});

test('hashes agree with those of Node.js at every length and in every piece', () => {
  const bytes = Uint8Array.from({ length: 400 }, (_, i) => (i * 73 + 5) % 128);
  const text = String.fromCharCode(...bytes);
  for (const [suite, name] of [[sha256, 'sha256'], [sm3, 'sm3']]) {
    if (!getHashes().includes(name)) continue;
    for (let n = 0; n <= bytes.length; n++) {
      const want = createHash(name).update(bytes.subarray(0, n)).digest('hex');
      const cut = (n * 7) % (n + 1);
      const pieces = new yh.Hasher(suite).update(bytes.subarray(0, cut));
      assert.equal(pieces.update(bytes.subarray(cut, n)).hex(), want);
      const prefix = new yh.Prefix(suite, bytes.subarray(0, cut));
      assert.equal(prefix.hex(text.slice(cut, n)), want);
    }
  }
});

test('SHA-256 is compared with WebCrypto before it is used', async () => {
  assert.equal(await yh.selfTest(), 'webcrypto');
  yh.noWebCrypto = true;
  try {
    assert.equal(await yh.selfTest(), 'own');
    const run = await yh.verify(folder(join(vectors, 'srs-two-strata')));
    assert.equal(run.exit, 0);
    assert.equal(run.suite.used.webcrypto, 0);
    assert.match(yh.words.hashedBy(run.suite), /^摘要由本页的 SHA-256 程序计算/);
  } finally {
    yh.noWebCrypto = false;
  }
});

const bundle = (name) => folder(join(vectors, name));
const stated = (name) => JSON.parse(readFileSync(join(vectors, name, 'transcript.json')));
const found = (run) => Object.fromEntries(run.checks.map((c) => [c.name, c]));

test('WebCrypto decides what is hashed once: our own may be wrong', async () => {
  const { compress } = sha256;
  const { selfTest } = yh;
  sha256.compress = (state, block, at) => {
    compress(state, block, at);
    state[0] ^= 1;
  };
  try {
    await assert.rejects(yh.verify(bundle('srs-two-strata')), /published values/);
    yh.selfTest = async () => 'webcrypto';
    const { commit, seed } = stated('given-tasks');
    const given = await yh.verify(bundle('given-tasks'), { commit });
    for (const name of ['commit', 'entropy', 'seed', 'files']) {
      assert.equal(found(given)[name].state, 'ok', name);
    }
    assert.equal(given.seed, seed);
    assert.equal(given.leaf, createHash('sha256')
      .update(readFileSync(join(vectors, 'given-tasks/transcript.json'))).digest('hex'));
    assert.equal(given.suite.used.own, 0);
    const drawn = await yh.verify(bundle('srs-two-strata'));
    assert.equal(found(drawn).seed.state, 'ok');
    assert.match(found(drawn).files.text, /^\S+ does not have the root or the N of the plan$/);
    assert.equal(found(drawn).selection.state, 'FAIL');
    const [item] = drawn.plan.items;
    const id = stated('srs-two-strata').items[0].strata[0].selected[0];
    await assert.rejects(yh.lookupItem(drawn, item, id), /ticket of .* differs/);
  } finally {
    Object.assign(yh, { selfTest });
    sha256.compress = compress;
  }
  const run = await yh.verify(bundle('srs-two-strata'));
  const { selected } = stated('srs-two-strata').items[0].strata[0];
  const answer = await yh.lookupItem(run, run.plan.items[0], selected[0]);
  assert.equal(answer.order.by, 'webcrypto');
  assert.match(yh.words.hashedBy(run.suite), /^摘要由浏览器 WebCrypto 计算（/);
});

test('a WebCrypto that errs is noticed, one that refuses is replaced', async () => {
  const { selfTest } = yh;
  const real = globalThis.crypto.subtle;
  const replace = (digest) => Object.defineProperty(globalThis.crypto, 'subtle',
    { configurable: true, value: { digest } });
  try {
    replace(async (name, bytes) => new Uint8Array(await real.digest(name, bytes)).reverse());
    await assert.rejects(yh.verify(bundle('two-units')), /differs from WebCrypto's/);
    yh.selfTest = async () => 'webcrypto';
    assert.equal(found(await yh.verify(bundle('two-units'))).commit.state, 'FAIL');
    replace(async () => { throw new Error('no memory'); });
    const run = await yh.verify(bundle('two-units'));
    assert.equal(run.exit, 0);
    assert.equal(run.suite.used.webcrypto, 0);
  } finally {
    delete globalThis.crypto.subtle; // the real one stands in the prototype
    yh.selfTest = selfTest;
  }
  assert.equal(globalThis.crypto.subtle, real);
});

test('files above the limit are hashed piece by piece, SM3 always by our own', async () => {
  const { whole } = yh;
  try {
    yh.whole = 1000;
    const run = await yh.verify(bundle('srs-two-strata'));
    assert.equal(run.exit, 0);
    assert.ok(run.suite.used.webcrypto > 0 && run.suite.used.own > 0);
    assert.match(yh.words.hashedBy(run.suite), /另有 \d+ 个大文件由本页的 SHA-256 程序计算/);
  } finally {
    yh.whole = whole;
  }
  const run = await yh.verify(bundle('sm3'));
  assert.deepEqual([run.exit, run.suite.used.webcrypto], [0, 0]);
  assert.match(yh.words.hashedBy(run.suite), /SM3 程序/);
});

const accepted = index.split('## Reject')[0].match(/^- `[^`]+`/gm).map((l) => l.slice(3, -1));
for (const name of accepted) {
  test(`vector ${name}`, async () => {
    const run = await yh.verify(folder(join(vectors, name)));
    assert.deepEqual(run.checks.filter((c) => c.state !== 'ok'), []);
    assert.deepEqual(run.checks.map((c) => c.name), yh.CHECKS);
    assert.equal(run.exit, 0);
  });
}

const rejected = [...index.split('## Reject')[1].split('## Tables')[0].matchAll(
  /^- `([^` ]+)(?: --commit (\w+))?` — `(\w+)`/gm)];
for (const [, name, commit, check] of rejected) {
  test(`reject ${name}`, async () => {
    const run = await yh.verify(folder(join(vectors, name)), { commit });
    const failed = run.checks.filter((c) => c.state === 'FAIL').map((c) => c.name);
    assert.ok(failed.includes(check), `${check} expected, ${failed} failed`);
    for (const { state, text } of run.checks) {
      if (state === 'FAIL') assert.match(yh.reasons(text).join(), /[\u4e00-\u9fff].*。$/s, text);
    }
    assert.equal(run.exit, 1);
  });
}

test('a failed check says in Chinese what is wrong, as far as it is known', () => {
  assert.deepEqual(yh.reasons('roster.JTYS.tsv is missing; tasks.KJJ.tsv:1: column 3: "-"'),
    ['缺少文件：人员名册 roster.JTYS.tsv。', '交办任务 tasks.KJJ.tsv 第 1 行第 3 列（事项）的值 "-" 不合规则。']);
  const two = yh.reasons('JTYS: E1: I2 is not eligible; WSJK: tasks');
  assert.deepEqual(two.map((text) => text.slice(0, 8)), ['单位 JTYS：', '单位 WSJK：']);
  assert.deepEqual(yh.reasons('something else'), []);
  assert.deepEqual(yh.reasons(''), []);
});

test('the list of vectors was read', () => {
  assert.ok(accepted.length >= 22, `${accepted.length}`);
  assert.ok(rejected.length >= 100, `${rejected.length}`);
});

test('canonical JSON', () => {
  for (const [fate, hex, what] of lines('canonical.tsv')) {
    const bytes = hex === '-' ? new Uint8Array(0) : yh.bytesOfHex(hex);
    if (fate === 'accept') assert.doesNotThrow(() => yh.parse(bytes), what);
    else assert.throws(() => yh.parse(bytes), yh.Bad, what);
  }
});

test('entity identifiers and lines', () => {
  for (const [fate, id] of lines('ids.tsv')) assert.equal(yh.isEntity(id), fate === 'accept', id);
  for (const [fate, hex, what] of lines('lines.tsv')) {
    const text = Buffer.from(hex === '-' ? '' : hex, 'hex').toString();
    assert.equal(yh.isLine(text), fate === 'accept', what);
  }
});

test('tickets, pair numbers and role hashes', () => {
  for (const [seed, label, id, ticket] of lines('tickets.txt')) {
    assert.equal(yh.tickets(sha256, seed, label).hex(id), ticket);
  }
  for (const [what, seed, ...rest] of lines('numbers.tsv')) {
    const want = rest.pop();
    const text = what === 'role' ? [seed, 'role', ...rest] : [seed, ...rest];
    assert.ok(yh.hashText(sha256, text.join('|')).startsWith(want));
    if (what === 'pair') {
      const state = yh.Prefix.text(sha256, text.slice(0, -1).join('|') + '|').run(rest[3]);
      assert.equal(yh.weightOf(state), parseInt(want, 16));
    }
  }
});

test('sizes', () => {
  for (const row of lines('sizes.tsv')) {
    const [N, rule, num, den, part, of, base, done, min, capNum, capDen, want] = row;
    const value = Number;
    const stratum = { id: 'A', N: value(N) };
    if (rule === 'ratio') stratum.ratio = { num: value(num), den: value(den) };
    if (rule === 'pace') {
      stratum.pace = { num: value(num), den: value(den), part: value(part), of: value(of),
        base: value(base), done: value(done) };
    }
    if (rule === 'all') stratum.all = true;
    if (min !== '-') stratum.min = value(min);
    if (capNum !== '-') stratum.cap = { num: value(capNum), den: value(capDen) };
    if (want === 'invalid') assert.throws(() => yh.sizeOf(stratum), yh.Bad, row.join(' '));
    else assert.equal(yh.sizeOf(stratum), value(want), row.join(' '));
  }
});

test('Merkle roots, and a proof for every line', () => {
  for (const [n, root] of lines('merkle.tsv')) {
    const merkle = new yh.Merkle(sha256);
    const rows = Array.from({ length: Number(n) }, (_, i) => `line ${i}`);
    rows.forEach((row) => merkle.add(row));
    assert.equal(merkle.root(), root);
    const leaves = rows.map((row) => merkle.leaf(row));
    rows.forEach((row, i) => {
      const path = yh.proof(merkle, leaves, i);
      assert.equal(yh.climb(merkle, merkle.leaf(row), path), root);
      if (n > 1) assert.notEqual(yh.climb(merkle, merkle.leaf('line -1'), path), root);
    });
  }
});

test('pareto keys and order', { skip: !index.includes('pareto.tsv') }, () => {
  const cases = group(lines('pareto.tsv'));
  for (const rows of cases.values()) {
    const [, n, seed, label] = rows[0];
    const draw = new yh.Pareto(Number(n), rows.length);
    const hasher = yh.tickets(sha256, seed, label);
    for (const [, , , , id, weight] of rows.slice().reverse()) {
      draw.offer(hasher.run(id), id, '330100', Number(weight));
    }
    const found = draw.result();
    const all = [...found.selected, ...found.reserve];
    assert.deepEqual(all.map((r) => r.id), rows.map((r) => r[4]));
    assert.deepEqual(all.map((r) => String(r.Q ?? '-')), rows.map((r) => r[7]));
    assert.deepEqual(found.certain.map((r) => r.id),
      rows.filter((r) => r[6] === 'certain').map((r) => r[4]));
  }
});

function group(rows) {
  const out = new Map();
  for (const row of rows) out.set(row[0], [...(out.get(row[0]) ?? []), row]);
  return out;
}

// Any other byte anywhere must be noticed by some check, without an error of the program itself.
test('no changed byte passes', async () => {
  let x = 12345;
  const dice = (n) => { x = (x * 1103515245 + 12345) % 2147483648; return Math.floor(x / 8) % n; };
  for (const name of ['nested-families', 'infeasible', 'mixed-methods', 'given-and-drawn', 'sm3']) {
    const all = new Map(readdirSync(join(vectors, name)).map((file) =>
      [file, new Uint8Array(readFileSync(join(vectors, name, file)))]));
    for (let round = 0; round < 120; round++) {
      const file = [...all.keys()][dice(all.size)];
      const changed = all.get(file).slice();
      const at = dice(changed.length);
      changed[at] = dice(4) ? changed[at] ^ (1 << dice(7)) : dice(256);
      if (changed[at] === all.get(file)[at]) continue;
      const part = dice(5) ? changed : changed.slice(0, at);
      const run = await yh.verify({ open(wanted) {
        const bytes = wanted === file ? part : all.get(wanted);
        if (!bytes) throw new yh.Missing(`${wanted} is missing`);
        return { name: wanted, size: bytes.length,
          read: async (from, length) => bytes.subarray(from, from + length) };
      } });
      assert.notEqual(run.exit, 0, `${name}/${file} at ${at}`);
    }
  }
});

const cli = join(here, 'verify-cli.mjs');

test('the command line prints the lines and codes of §9', () => {
  const good = join(vectors, 'srs-two-strata');
  const text = execFileSync('node', [cli, good], { encoding: 'utf8' });
  assert.deepEqual(text.split('\n').slice(0, -1).map((l) => l.split(' ', 2)),
    yh.CHECKS.map((name) => ['ok', name]));
  const bad = spawnSync('node', [cli, good, join(vectors, 'tamper/wrong-grade')],
    { encoding: 'utf8' });
  assert.equal(bad.status, 1);
  assert.match(bad.stdout, /^== .*srs-two-strata exit 0\nok canonical/);
  assert.match(bad.stdout, /== .*wrong-grade exit 1\n[\s\S]*FAIL grade grade is/);
  const dir = mkdtempSync(join(tmpdir(), 'verify-'));
  try {
    for (const name of ['seed.txt', 'plan.json', 'roster.SCJG.tsv']) {
      cpSync(join(vectors, 'infeasible'), dir, { recursive: true });
      rmSync(join(dir, name), { recursive: true, force: true });
      const missing = spawnSync('node', [cli, dir], { encoding: 'utf8' });
      assert.match(missing.stdout, new RegExp(`^FAIL \\w+ .*${name}`, 'm'));
      assert.equal(missing.status, 2, `without ${name}`);
      mkdirSync(join(dir, name)); // there, but it cannot be opened
      assert.equal(spawnSync('node', [cli, dir]).status, 2, `${name} is a folder`);
      rmSync(join(dir, name), { recursive: true });
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
  assert.equal(spawnSync('node', [cli, join(vectors, 'nowhere')]).status, 2);
});
