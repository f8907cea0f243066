// What the page says in Chinese beside each check, for citizens.
(function (yh) {
'use strict';

const n = (x) => String(x).replace(/\B(?=(\d{3})+$)/g, ',');

const GRADES = {
  public: '公开级：公共事件的随机量不少于 60 比特，任何一方都左右不了结果',
  sealed: '见证级：有机关以外的人参与，公共事件的随机量不足 60 比特',
  self: '自证级：公共事件的随机量不足 60 比特，也没有机关以外的人参与，不能排除机关自行操纵随机数的可能',
};

const KINDS = { public: '公共事件', beacon: '公开信标', witness: '见证人', seal: '密封数值',
  chain: '预先承诺的数列' };

const ROSTERS = { inspectors: '名检查人员', experts: '名专家', labs: '家检验机构' };

const unitWords = (u) => (u.needed === undefined
  ? `${u.name}：${n(u.tasks)} 个任务，${n(u.inspectors)} ${ROSTERS[u.kind]}，回避关系 ${n(u.conflicts)} 条` +
    (u.exact ? `；${n(u.exact)} 个任务恰好只有 ${u.k} 人可派，没有选择余地` : '')
  : `${u.name}：确实派不出人。有关任务需要 ${n(u.needed)} 个席位，最多可用 ${n(u.available)} 个，` +
    `缺 ${n(u.needed - u.available)} 个`);

// Each check: its name, what it means that it holds (with the numbers found), and that it does not.
const WORDS = {
  canonical: ['文件格式', () => '两份文件逐字节符合唯一写法；抽取记录里的方案就是承诺的那一份。',
    '文件被改过或不完整：写法不规范，或记录里的方案与承诺的方案不是同一份。'],
  plan: ['方案合规', () => '事项、分层、比例、随机来源都符合规则，抽取数在法定下限与上限之间。',
    '方案本身违反抽取规则。'],
  commit: ['承诺值', (f) => (f.compared ? 'plan.json 的摘要与您填写的承诺值相同。'
    : 'plan.json 的摘要就是记录里的承诺值。要排除事后换方案，请填写开奖之前公布的承诺值再核验一次。'),
  '方案与承诺值不符：方案可能是事后改的。'],
  entropy: ['随机数值', () => '每个随机来源都有数值，次序与方案相同，密封的数值与事先的承诺相符。',
    '随机数值缺少、不合规则，或密封的数值与事先的承诺不符。'],
  seed: ['种子', () => '种子由承诺值和随机数值重新算出，一致。', '种子不是由承诺值和随机数值算出来的。'],
  grade: ['随机性等级', (f) => `${GRADES[f.grade]}。`, '记录里写的随机性等级不实。'],
  files: ['冻结名单', (f) => `${n(f.files)} 份名单的格式、摘要、行数都与方案写明的一致，一个字也没有改过。`,
    '有名单与方案里的摘要不符，或格式不合规则。'],
  population: ['抽样框', (f) => `按方案重新筛选：合格 ${n(f.eligible)} 户次，排除 ${n(f.excluded)} 户次，` +
    '没有漏掉或多出任何一户。', '抽样框不是由候选名单按方案筛选出来的：漏掉或多出了对象。'],
  size: ['抽取数量', (f) => `${n(f.strata)} 层共应抽 ${n(f.drawn)} 户次，与记录一致。`, '抽取数量与方案算出的不同。'],
  selection: ['抽取结果', (f) => `重新算出每一户的票：抽中 ${n(f.selected)} 户次、候补 ${n(f.reserve)} 户次，` +
    '名单、次序、分界完全一致。', '抽中或候补的名单与重新计算的不同。'],
  staffing: ['派员合规', (f) => [
    ...(f.units.some((u) => u.needed === undefined)
      ? ['每一组的人数、资格、区域、回避、任务上限都符合规则。'] : []),
    ...f.units.map(unitWords)].join('\n'),
    '派员违反规则：人数、资格、区域、回避、专家比例或任务上限不符，或所称派不出人不实。'],
  optimal: ['派员最优', () => '没有别的派法让工作量更均衡；同样均衡时，由随机数决定派给谁。',
    '这不是规则选定的派法：还有更好的派法，或证明材料不符。'],
  unique: ['派员唯一', () => '符合规则的最优派法只有这一种，没有人可以挑选。', '派法不是唯一的，或平局的材料不符。'],
  roles: ['主办与协办', () => '每组的主办、协办次序由随机数决定，一致。', '主办、协办的次序与重新计算的不同。'],
};

// describe gives the title and the explanation of a finished check.
function describe({ name, state, facts }) {
  const [title, good, bad] = WORDS[name];
  if (state === 'skip') return { title, text: '前面的检查没有通过，这一项无从计算。' };
  return { title, text: state === 'ok' ? good(facts) : bad };
}

// hashedBy says who computed the hashes of a verification.
function hashedBy({ name, title, used }) {
  if (name === 'sm3') return '摘要由本页的 SM3 程序计算（浏览器没有 SM3）。';
  const own = `本页的 ${title} 程序`;
  if (!used.webcrypto) return `摘要由${own}计算（浏览器在这里不提供 WebCrypto）。`;
  return `摘要由浏览器 WebCrypto 计算（承诺值、种子、各份文件等，共 ${n(used.webcrypto)} 个` +
    `${used.own ? `；另有 ${n(used.own)} 个大文件由${own}计算` : ''}）；` +
    `大量的票和默克尔树由${own}计算，开始前已与 WebCrypto 对照。`;
}

const EXCLUDED = {
  inactive: '登记状态不是存续（在业）', held: '暂缓检查（刚被上级检查过，或经批准延期）',
  capped: '今年受检查的次数已达上限',
};

// stratumWords reads a stratum's name to a person.
const stratumWords = (id) => (id.endsWith('~')
  ? `${id}（冷却期内检查过，按较低比例抽取）` : id);

Object.assign(yh, { describe, words: { n, GRADES, KINDS, EXCLUDED, stratumWords, hashedBy } });
})(globalThis.yaohaoVerify = globalThis.yaohaoVerify || {});
