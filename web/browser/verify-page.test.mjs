// The page 核验 in a browser, on both screens: a bundle in every form it can be given, a tampered
// one, single entities, a published draw of the office, the saved file, a county's draw.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { flaws, launch, person, phone, program, shoot, startOffice, wide } from './office.mjs';
import { yh } from './verify-core.mjs';
import { makeCounty } from './verify-county.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const vectors = join(here, '../../sampling/testdata/vectors');
const november = '2026-11-M';
let office;
let browser;
let dir;

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'verify-page-'));
  [office, browser] = await Promise.all([startOffice(), launch()]);
});

after(async () => {
  await browser?.close();
  await office?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const files = (name) => readdirSync(join(vectors, name)).map((f) => join(vectors, name, f));

// visit opens the page without a login; loads counts what it asks of the network.
async function visit(screen = wide, path = '/verify') {
  const page = await person(browser, office.base, '', screen);
  page.loads = [];
  page.on('request', (request) => page.loads.push(request.url()));
  await page.goto(path);
  return page;
}

// checked waits for the end of a verification and gives its states by check.
async function checked(page) {
  await page.locator('#v-summary .note.ok, #v-summary .note.bad').waitFor();
  return Object.fromEntries(await page.locator('#v-checks li').evaluateAll((list) =>
    list.map((li) => [li.dataset.check, li.dataset.state])));
}

const allOk = Object.fromEntries(yh.CHECKS.map((name) => [name, 'ok']));

async function ask(page, code) {
  await page.fill('#v-code', code);
  await page.click('#v-form button');
  await page.locator('#v-answer article, #v-answer .note').first().waitFor();
  return page.locator('#v-answer').innerText();
}

for (const screen of [wide, phone]) {
  test(`a bundle is verified at ${screen.width}`, async () => {
    const page = await visit(screen);
    assert.deepEqual(await flaws(page), []);
    await shoot(page, `verify-empty-${screen.width}`);
    const loads = page.loads.length;
    await page.setInputFiles('#v-files', files('nested-families'));
    assert.deepEqual(await checked(page), allOk);
    assert.match(await page.locator('#v-summary').innerText(), 
      /全部 14 项核验通过[\s\S]*摘要由浏览器 WebCrypto 计算/);
    assert.deepEqual(await flaws(page), []);
    const small = await page.locator('main button:visible, #verify summary:visible')
      .evaluateAll((list) => list.filter((b) => b.getBoundingClientRect().height < 44).length);
    assert.equal(small, 0, 'buttons below 44 px');
    await shoot(page, `verify-ok-${screen.width}`);

    const transcript = JSON.parse(readFileSync(join(vectors, 'nested-families/transcript.json')));
    const stratum = transcript.items[0].strata[3];
    assert.match(await ask(page, stratum.selected[0]),
      new RegExp(`抽中[\\s\\S]*第 1 位，本层共 ${stratum.N} 户，抽取前 ${stratum.n} 户[\\s\\S]*主办`));
    await page.locator('.v-answer .v-proof summary').click();
    assert.match(await page.locator('.v-answer .v-proof').innerText(), /在冻结的抽样框里[\s\S]*方案的根/);
    assert.deepEqual(await flaws(page), []);
    await shoot(page, `verify-selected-${screen.width}`);
    // The command that the page shows gives the ticket that it shows.
    const command = await page.locator('.v-answer pre').innerText();
    const ticket = await page.locator('.v-answer section .hash').first().innerText();
    assert.match(await page.locator('.v-answer section').innerText(), /由浏览器 WebCrypto 计算/);
    assert.ok(execFileSync('sh', ['-c', command], { encoding: 'utf8' }).startsWith(`${ticket} `));
    assert.match(await ask(page, stratum.reserve[1]), /候补[\s\S]*它是第 2 候补/);
    assert.deepEqual(page.loads.slice(loads), [], 'nothing leaves the page');
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  test(`a tampered bundle is refused at ${screen.width}`, async () => {
    const page = await visit(screen);
    await page.setInputFiles('#v-files', files('tamper/members-of-two-teams-exchanged'));
    const states = await checked(page);
    assert.equal(states.optimal, 'FAIL');
    assert.equal(states.selection, 'ok');
    assert.match(await page.locator('#v-summary').innerText(), /核验不通过：[^。]*派员最优/);
    const optimal = page.locator('[data-check=optimal]');
    assert.match(await optimal.innerText(), /单位 \w+：[^。]*还有更好的派法[\s\S]*reduced cost/);
    assert.match(await page.locator('#v-facts pre').textContent(),
      /FAIL optimal \w+: reduced cost/);
    assert.deepEqual(await flaws(page), []);
    await shoot(page, `verify-tampered-${screen.width}`);
    await page.setInputFiles('#v-files', files('tamper/float-in-plan'));
    const early = await checked(page);
    assert.equal(early.canonical, 'FAIL');
    assert.equal(early.selection, 'skip');
    assert.equal(await page.locator('#v-lookup').isVisible(), false);
    await page.context().close();
  });
}

test('every tampering is shown at its check', async () => {
  const page = await visit();
  const index = readFileSync(join(vectors, 'INDEX.md'), 'utf8').split('## Reject')[1];
  for (const [, name, check] of index.matchAll(/^- `(tamper\/[^` ]+)` — `(\w+)`/gm)) {
    await page.setInputFiles('#v-files', files(name));
    assert.equal((await checked(page))[check], 'FAIL', name);
  }
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('a shortage is said in the summary and in numbers, laboratories are no inspectors', async () => {
  const page = await visit(phone);
  await page.setInputFiles('#v-files', files('infeasible'));
  assert.deepEqual(await checked(page), allOk);
  const summary = await page.locator('#v-summary').innerText();
  assert.match(summary, /确实派不出人，缺额属实/);
  assert.doesNotMatch(summary, /唯一派法/);
  const staffing = page.locator('[data-check=staffing]');
  assert.match(await staffing.innerText(), /需要 32 个席位，最多可用 26 个，缺 6 个/);
  assert.doesNotMatch(await staffing.innerText(), /都符合规则/);
  await page.setInputFiles('#v-files', files('one-laboratory'));
  assert.deepEqual(await checked(page), allOk);
  assert.match(await page.locator('#v-summary').innerText(), /派员正是规则选定的唯一派法/);
  assert.match(await staffing.innerText(), /\d 家检验机构/);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('files that are no bundle, that lack one, and a commit to compare', async () => {
  const page = await visit();
  const summary = () => page.locator('#v-summary').innerText();
  await page.setInputFiles('#v-files', join(vectors, 'INDEX.md'));
  await checked(page);
  assert.match(await summary(), /没有 plan\.json/);
  await page.setInputFiles('#v-files', files('two-units').filter((f) => !f.includes('roster.')));
  assert.equal((await checked(page)).files, 'FAIL');
  assert.match(await summary(), /文件不全/);
  await page.fill('#v-commit', '0'.repeat(64));
  await page.setInputFiles('#v-files', files('two-units'));
  assert.equal((await checked(page)).commit, 'FAIL');
  await page.fill('#v-commit', 'abc');
  await page.setInputFiles('#v-files', files('two-units'));
  await checked(page);
  assert.match(await summary(), /64 个十六进制字符/);
  const commit = JSON.parse(readFileSync(join(vectors, 'two-units/transcript.json'))).commit;
  await page.fill('#v-commit', ` ${commit.toUpperCase()} `);
  await page.setInputFiles('#v-files', files('two-units'));
  assert.deepEqual(await checked(page), allOk);
  assert.match(await page.locator('[data-check=commit]').innerText(), /与您填写的承诺值相同/);
  await page.context().close();
});

test('why an entity was not drawn', async () => {
  const page = await visit();
  await page.setInputFiles('#v-files', files('cooldown-and-caps'));
  assert.deepEqual(await checked(page), allOk);
  const rows = readFileSync(join(vectors, 'cooldown-and-caps/candidates.SX-001.tsv'), 'utf8')
    .trim().split('\n').map((line) => line.split('\t'));
  const population = readFileSync(join(vectors, 'cooldown-and-caps/population.SX-001.tsv'), 'utf8');
  const transcript = readFileSync(join(vectors, 'cooldown-and-caps/transcript.json'), 'utf8');
  const capped = rows.find((r) => r[3] === 'active' && r[6] === '-' && !population.includes(r[0]));
  assert.match(await ask(page, capped[0]), /不参加抽取[\s\S]*次数已达上限/);
  const closed = rows.find((r) => r[3] !== 'active');
  if (closed) assert.match(await ask(page, closed[0]), /不参加抽取[\s\S]*登记状态/);
  const left = rows.find((r) => population.includes(r[0]) && !transcript.includes(r[0]));
  assert.match(await ask(page, left[0].toLowerCase()), /未抽中[\s\S]*排在后面/);
  await shoot(page, 'verify-not-selected');
  assert.match(await ask(page, '91350100M000100Y43'), /不在这次抽取的任何一份名单里/);
  assert.match(await ask(page, '91350100M000100Y44'), /校验位不对，请检查代码有没有输错/);
  await page.setInputFiles('#v-files', files('mixed-methods'));
  assert.deepEqual(await checked(page), allOk);
  const pareto = JSON.parse(readFileSync(join(vectors, 'mixed-methods/transcript.json')));
  const at = pareto.plan.items[0].strata.findIndex((s) => s.method === 'pareto');
  const drawn = pareto.items[0].strata[at];
  assert.match(await ask(page, drawn.selected[drawn.n - 1]),
    new RegExp(`第 ${drawn.n} 位[\\s\\S]*(必定抽中|次序数 Q = ${drawn.cut})`));
  await page.setInputFiles('#v-files', files('given-tasks'));
  assert.deepEqual(await checked(page), allOk);
  const given = readFileSync(files('given-tasks').find((f) => f.includes('tasks.')), 'utf8');
  assert.match(await ask(page, given.split('\t')[0]), /交办任务[\s\S]*主办/);
  await page.context().close();
});

test('a published draw of the office is opened and verified', async () => {
  const page = await visit(phone, `/draws/${november}`);
  await page.click('text=在浏览器里核验');
  await page.waitForURL(`**/verify?draw=${november}`);
  assert.deepEqual(await checked(page), allOk);
  assert.deepEqual(await flaws(page), []);
  await shoot(page, 'verify-published-390');
  const [bundle] = await Promise.all([page.waitForEvent('download'), page.goto(
    `/draws/${november}/bundle.zip`).catch(() => {})]);
  const zip = join(dir, 'november.zip');
  await bundle.saveAs(zip);
  await page.goto('/verify');
  await page.setInputFiles('#v-files', zip);
  assert.deepEqual(await checked(page), allOk);
  // A browser that neither unpacks nor hashes by itself, as with plain http to another machine.
  await page.evaluate(() => {
    delete globalThis.DecompressionStream;
    globalThis.yaohaoVerify.noWebCrypto = true;
  });
  await page.setInputFiles('#v-files', zip);
  assert.deepEqual(await checked(page), allOk);
  assert.match(await page.locator('#v-summary').innerText(), /本页的 SHA-256 程序/);
  await page.goto('/verify');
  await page.click('text="打开"');
  await page.waitForURL('**/verify?draw=*');
  assert.deepEqual(await checked(page), allOk);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('a folder or files can be dropped', async () => {
  const page = await visit();
  const list = files('sm3').map((path) => [path.split('/').pop(), readFileSync(path, 'utf8')]);
  const transfer = await page.evaluateHandle((all) => {
    const data = new DataTransfer();
    for (const [name, text] of all) data.items.add(new File([text], name));
    return data;
  }, list);
  await page.dispatchEvent('#v-drop', 'drop', { dataTransfer: transfer });
  assert.deepEqual(await checked(page), allOk);
  assert.match(await page.locator('#v-summary').innerText(), /本页的 SM3 程序/);
  await page.setInputFiles('#v-folder', join(vectors, 'one-laboratory'));
  assert.deepEqual(await checked(page), allOk);
  await page.setInputFiles('#v-folder', vectors);
  await checked(page);
  assert.match(await page.locator('#v-summary').innerText(), /不止一份 plan\.json/);
  await page.context().close();
});

test('the saved file works from disk without a network', async () => {
  const page = await visit(phone);
  const [saved] = await Promise.all([page.waitForEvent('download'),
    page.click('text=下载本页离线使用')]);
  assert.equal(saved.suggestedFilename(), 'yaohao-verify.html');
  const path = join(dir, 'yaohao-verify.html');
  await saved.saveAs(path);
  const shown = await page.locator('[href="/verify/offline"]').locator('xpath=../..').innerText();
  assert.ok(shown.includes(yh.hash(yh.suites.sha256, readFileSync(path))));
  await page.context().close();

  const context = await browser.newContext({ viewport: phone, isMobile: true, offline: true });
  const disk = await context.newPage();
  const errors = [];
  disk.on('pageerror', (error) => errors.push(String(error)));
  disk.on('console', (m) => m.type() === 'error' && errors.push(m.text()));
  await disk.goto(pathToFileURL(path).href);
  assert.equal(await disk.locator('text=下载本页离线使用').count(), 0);
  await disk.setInputFiles('#v-files', files('given-and-drawn'));
  assert.deepEqual(await checked(disk), allOk);
  assert.deepEqual(errors, []);
  assert.deepEqual(await flaws(disk), []);
  await shoot(disk, 'verify-offline-390');
  const refused = await disk.evaluate(() =>
    fetch('https://example.org/').then(() => 'sent', String));
  assert.match(refused, /TypeError/);
  await context.close();
});

// What "save page" of a browser leaves: the page beside its scripts, as they stand.
test('the page as a browser saves it works from disk', async () => {
  const page = await visit();
  await page.setInputFiles('#v-files', files('srs-two-strata'));
  await checked(page);
  const html = (await page.content()).replaceAll(/"\/static\/([\w.-]+)[^"]*"/g, '"$1"');
  cpSync(join(here, '../static'), dir, { recursive: true });
  writeFileSync(join(dir, 'saved.html'), html);
  await page.context().close();
  const disk = await (await browser.newContext()).newPage();
  await disk.goto(pathToFileURL(join(dir, 'saved.html')).href);
  assert.equal(await disk.locator('#v-result').isVisible(), false);
  assert.equal(await disk.locator('select[name=draw]').isVisible(), false);
  await disk.setInputFiles('#v-files', files('srs-two-strata'));
  assert.deepEqual(await checked(disk), allOk);
  await disk.context().close();
});

test('a county: 50,000 entities, 500 tasks, 60 inspectors', async (t) => {
  const commit = makeCounty(dir, program);
  const page = await visit();
  await page.fill('#v-commit', commit);
  await page.evaluate(() => { // how often the page could answer meanwhile
    globalThis.gaps = [];
    let last = performance.now();
    setInterval(() => {
      globalThis.gaps.push(performance.now() - last);
      last = performance.now();
    }, 10);
  });
  const names = readdirSync(dir).filter((f) => /\.(json|tsv|txt)$/.test(f));
  await page.setInputFiles('#v-files', names.map((f) => join(dir, f)));
  assert.deepEqual(await checked(page), allOk);
  const took = (await page.locator('#v-summary').innerText()).match(/用时 [\d.]+ 秒/)[0];
  const longest = Math.round(await page.evaluate(() => Math.max(...globalThis.gaps)));
  t.diagnostic(`a county's draw: ${took}, the page answered at least every ${longest} ms`);
  const transcript = JSON.parse(readFileSync(join(dir, 'transcript.json')));
  const { N, selected } = transcript.items[0].strata[0];
  assert.match(await ask(page, selected[36]),
    new RegExp(`第 37 位，本层共 ${yh.words?.n(N) ?? '[\\d,]+'} 户，抽取前 125 户`));
  await page.context().close();
});
