// December of the sample county through real pages: every page on both screens, then the month
// as operators, an inspector on a phone and a reviewer go through it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { flaws, launch, person, phone, shoot, startOffice, wide } from './office.mjs';

const november = '2026-11-M';
const december = '2026-12-M';
let office;
let browser;

before(async () => {
  office = await startOffice();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await office?.stop();
});

const open = (login, screen) => person(browser, office.base, login, screen);

const notes = (page) => page.locator('.note').allInnerTexts();

test('the public finds a result and its draw', async () => {
  const page = await open();
  await page.goto('/');
  await page.fill('[name=q]', '取暖设备');
  await page.click('text=查询检查结果');
  const name = await page.locator('tbody a').first().innerText();
  assert.match(name, /取暖设备/);
  await page.click(`text=${name}`);
  assert.equal(await page.locator('h1').innerText(), name);
  await page.click(`main a[href="/draws/${november}"]`);
  await page.waitForURL(`**/draws/${november}`);
  assert.match(await page.locator('main').innerText(), /承诺值[\s\S]*三条命令[\s\S]*亲手算一张票/);
  const [bundle] = await Promise.all([page.waitForEvent('download'), page.click('text=下载核验包')]);
  assert.equal(bundle.suggestedFilename(), `${november}.zip`);
  const log = await page.request.get('/log/checkpoint');
  assert.equal(log.status(), 200);
  await page.goto('/results?q=没有这样的企业');
  assert.match(await page.locator('.empty').innerText(), /没有符合条件的公示结果/);
});

test('a refused sign-in shows the form again with the login', async () => {
  const page = await open();
  await page.goto('/staff/plans');
  assert.match(page.url(), /\/login\?next=%2Fstaff%2Fplans$/);
  await page.fill('[name=login]', 'planner');
  await page.fill('[name=password]', 'not the password');
  await page.click('main button');
  assert.match((await notes(page)).join(), /登录名或密码不正确/);
  assert.equal(await page.inputValue('[name=login]'), 'planner');
  assert.equal(await page.inputValue('[name=password]'), '');
  await shoot(page, 'login-refused');
  await page.fill('[name=password]', 'yaohao-demo');
  await page.click('main button');
  await page.waitForURL('**/staff/plans');
  await page.click('text=退出');
  assert.equal(await page.locator('text=工作人员登录').count(), 1);
});

test('two operators type the event, then the list is drawn and sealed', async () => {
  const [one, two] = [await open('operator1'), await open('operator2')];
  const type = async (page, value) => {
    await page.goto(`/staff/draws/${december}`);
    await page.fill('[name=value]', value);
    await page.click('text="录入"');
  };
  await type(one, '11112222333344445555');
  await type(two, '11112222333344445556');
  assert.match((await notes(two)).join(), /不一致/);
  assert.equal(await two.inputValue('[name=value]'), '11112222333344445556');
  await shoot(two, 'entropy-differs');
  await type(two, '11112222333344445555');
  await two.goto('/staff/draws');
  await two.click('text=立即推进');
  await two.goto(`/staff/draws/${december}`);
  assert.match((await notes(two)).join(), /名单密封/);
  const everybody = await open();
  await everybody.goto(`/draws/${december}`);
  assert.match(await everybody.locator('main').innerText(), /已抽取（密封）[\s\S]*公示前密封/);
  assert.equal(await everybody.locator('text=下载核验包').count(), 0);
});

test('an inspector enters a result on a phone, a reviewer returns it, both go on', async () => {
  const inspector = await open('i00001', phone);
  assert.match(inspector.url(), /\/my$/);
  const task = await inspector.locator('a.task').first().getAttribute('href');
  await inspector.click(`a[href="${task}"]`);
  for (const select of await inspector.locator('select[name$=category]').all()) {
    await select.selectOption('5');
  }
  await inspector.locator('label', { hasText: '实地检查' }).locator('input').check();
  await inspector.fill('[name=remark]', '照片三张');
  await inspector.click('text=提交结果');
  assert.match((await notes(inspector)).join(), /须填写发现问题情况/);
  assert.equal(await inspector.inputValue('[name=remark]'), '照片三张');
  assert.ok(await inspector.isChecked('[name=methods][value=实地检查]'));
  await shoot(inspector, 'result-refused-phone');
  for (const text of await inspector.locator('textarea[name$=finding]').all()) {
    await text.fill('进货台账不全');
  }
  for (const text of await inspector.locator('textarea[name$=disposal]').all()) {
    await text.fill('当场责令改正');
  }
  await inspector.click('text=提交结果');
  assert.match((await notes(inspector)).join(), /结果已提交/);

  const reviewer = await open('reviewer');
  assert.match((await notes(reviewer)).join(), /1 项结果等待审核/);
  await reviewer.click('text=去审核');
  await reviewer.locator('tbody a').first().click();
  await reviewer.click('text=退回修改');
  assert.match((await notes(reviewer)).join(), /须填写审核意见/);
  await reviewer.fill('[name=opinion]', '请写明缺少的台账');
  await reviewer.click('text=退回修改');

  await inspector.goto(task);
  assert.match((await notes(inspector)).join(), /审核退回：\s*请写明缺少的台账/);
  await inspector.locator('textarea[name$=finding]').first().fill('缺少九月进货台账');
  await inspector.click('text=提交结果');
  await reviewer.goto(`/staff${task.replace('/my', '')}`);
  await reviewer.click('text="通过"');
  await inspector.goto(task);
  assert.match(await inspector.locator('main').innerText(), /第 2 版[\s\S]*审核通过[\s\S]*第 1 版/);
  await shoot(inspector, 'result-approved-phone');

  const other = await open('i00030', phone);
  const answer = await other.goto(task);
  assert.equal(answer.status(), 403);

  const publisher = await open('publisher');
  await publisher.goto(`/staff/draws/${december}`);
  assert.equal(await publisher.locator('text=公示全部结果').count(), 0);
});

test('a plan that is refused keeps what was typed', async () => {
  const page = await open('planner');
  await page.goto('/staff/plans/new');
  await page.fill('[name=name]', '冬季专项抽查');
  await page.fill('[name=id]', 'W');
  await page.click('text=保存，待批准');
  assert.match((await notes(page)).join(), /至少要有一个抽查事项/);
  assert.equal(await page.inputValue('[name=name]'), '冬季专项抽查');
  await page.check('[name=items][value=GS-001]');
  await page.click('text=保存，待批准');
  await page.waitForURL('**/staff/plans/W');
  await shoot(page, 'plan-draft');
});

test('the look for flaws finds them', async () => {
  const page = await open();
  await page.setContent(`<main><p style="color:#aaa">pale</p><input name="bare"><button>x</button>
    <div style="width:1900px">wide</div></main>`);
  assert.match((await flaws(page)).join('\n'),
    /wider than[\s\S]*contrast[\s\S]*pale[\s\S]*too small[\s\S]*without a label: bare/);
});

// What each person can open. Every page is looked at on both screens.
const everyPage = {
  '': ['/', '/draws', `/draws/${november}`, `/draws/${december}`, '/results', '/results?q=zzz',
    `/results/${november}.CPZL.0001`, '/items', '/items/CP-002', '/method', '/verify',
    '/login', '/nowhere'],
  planner: ['/staff', '/staff/plans', '/staff/plans/M', '/staff/plans/W', '/staff/plans/new',
    '/staff/draws'],
  approver: ['/staff', '/staff/plans/W'],
  operator1: ['/staff', `/staff/draws/${december}`],
  publisher: ['/staff', `/staff/draws/${november}`, `/staff/draws/${december}`],
  reviewer: ['/staff', '/staff/tasks', `/staff/tasks/${november}.CPZL.0001`],
  registrar: ['/staff', '/staff/imports', '/staff/imports/4', '/staff/entities', '/staff/inspectors',
    '/staff/inspectors/I00018'],
  supervisor: ['/staff', '/staff/tasks', '/staff/log', '/staff/accounts', `/staff/draws/${december}`],
  admin: ['/staff', '/staff/accounts', '/my/password'],
  i00002: ['/my', '/staff'],
};

for (const [login, paths] of Object.entries(everyPage)) {
  test(`pages of ${login || 'the public'} fit, read well and break no policy`, async () => {
    for (const screen of [wide, phone]) {
      const page = await open(login, screen);
      for (const path of paths) {
        await page.goto(path);
        if (path === '/my') {
          await page.goto(await page.locator('a.task').first().getAttribute('href'));
          assert.deepEqual(await flaws(page), [], `a task at ${screen.width}`);
          await shoot(page, `${login}-task-${screen.width}`);
          await page.goto(path);
        }
        assert.deepEqual(await flaws(page), [], `${path} at ${screen.width}`);
        const name = path.replace(/[^A-Za-z0-9]+/g, '_');
        await shoot(page, `${login || 'public'}${name}-${screen.width}`);
      }
      assert.deepEqual(page.errors, []);
      await page.context().close();
    }
  });
}
