// The page 核验: it opens a bundle, shows the checks as they are done and answers for one entity.
// Texts reach the page as text nodes only: nothing in a bundle can become markup.
(function (yh) {
'use strict';

const { Bad, Missing } = yh;
const $ = (id) => document.getElementById(id);
const { n } = yh.words;

// el makes an element. Children are nodes or texts; absent ones are left out.
function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

const hash = (text) => el('span', 'hash', text);
const note = (kind, ...children) => el('p', `note ${kind}`, ...children);

// pairs makes a list of terms; an entry without a value is left out.
const pairs = (entries) => el('dl', 'kv', entries.filter((e) => e && e[1] !== null)
  .map(([term, ...value]) => [el('dt', '', term), el('dd', '', ...value)]));

let run = null; // the verification that is shown
let busy = false;

function show(id, ...children) {
  $(id).replaceChildren(...children);
  $(id).hidden = children.length === 0;
}

function progress(bar, share) {
  $(bar).hidden = share === null;
  if (share !== null) $(bar).value = share;
}

// explain gives the words for whatever went wrong outside the checks.
function explain(error) {
  if (error instanceof Bad || error instanceof Missing) {
    return yh.reasons(error.message).join('') || error.message;
  }
  return `无法完成：${error.message}`;
}

// work runs one thing at a time and shows its failure.
async function work(place, body) {
  if (busy) return;
  busy = true;
  document.body.classList.add('working');
  try {
    await body();
  } catch (error) {
    show(place, note('bad', el('b', '', explain(error))));
    if (!(error instanceof Bad || error instanceof Missing)) console.error(error);
  } finally {
    busy = false;
    document.body.classList.remove('working');
    progress('v-progress', null);
    progress('v-lookup-progress', null);
  }
}

// open takes a bundle from somewhere and verifies it.
const open = (load) => work('v-summary', async () => {
  run = null;
  for (const id of ['v-summary', 'v-facts', 'v-checks', 'v-answer']) show(id);
  $('v-lookup').hidden = true;
  $('v-result').hidden = false;
  $('v-result').scrollIntoView({ block: 'start' });
  show('v-summary', note('', '正在读取文件……'));
  progress('v-progress', 0);
  const commit = readCommit();
  const bundle = await load();
  const started = performance.now();
  show('v-summary', note('', '正在重算……'));
  $('v-checks').hidden = false;
  const done = await yh.verify(bundle, {
    commit, onProgress: (share) => progress('v-progress', share),
    onCheck: (check) => $('v-checks').append(checkLine(check)),
  });
  show('v-summary', ...summary(done, performance.now() - started));
  if (!done.seed) return show('v-facts', output(done)); // nothing to ask about
  show('v-facts', ...facts(done), output(done));
  run = done;
  return offerLookup();
});

// readCommit gives the published commit that was typed, if any.
function readCommit() {
  const text = $('v-commit').value.normalize('NFKC').replace(/\s+/g, '').toLowerCase();
  if (text && !/^[0-9a-f]{64}$/.test(text)) throw new Bad('承诺值应是 64 个十六进制字符');
  return text || undefined;
}

const MARKS = { ok: ['通过', 'ok'], FAIL: ['不符', 'bad'], skip: ['未检查', ''] };

function checkLine(check) {
  const { title, text } = yh.describe(check);
  const [mark, kind] = MARKS[check.state];
  const line = el('li', `v-check ${kind}`,
    el('span', `badge ${kind}`, mark), el('b', '', title), el('code', 'dim', check.name),
    el('p', 'v-lines', text),
    check.state === 'FAIL' && [el('p', 'v-lines', yh.reasons(check.text).join('\n')),
      el('p', 'hash small dim', check.text)]);
  line.dataset.check = check.name;
  line.dataset.state = check.state;
  return line;
}

// staffed says of a whole verification what its teams are; a unit may truly have none (§7).
function staffed({ checks }) {
  const { units } = checks.find((c) => c.name === 'staffing').facts;
  const short = units.filter((u) => u.needed !== undefined).length;
  if (!short) return '派员正是规则选定的唯一派法';
  return short === units.length ? '确实派不出人，缺额属实' :
    '派员正是规则选定的唯一派法，其余机构确实派不出人，缺额属实';
}

function summary(done, time) {
  const failed = done.checks.filter((c) => c.state === 'FAIL');
  const took = `用时 ${(time / 1000).toFixed(time < 10000 ? 1 : 0)} 秒。`;
  const by = el('span', 'dim small', done.suite && yh.words.hashedBy(done.suite));
  if (done.exit === 0) {
    return [note('ok', el('b', '', `全部 ${done.checks.length} 项核验通过。`),
      ` 名单与承诺的方案一致，抽中的正是规则选定的那些，${staffed(done)}。任何人重算，结果都一样。`,
      took, by), ...warnings(done)];
  }
  const names = failed.map((c) => yh.describe(c).title).join('、');
  const what = done.missing ? '文件不全，无法完成核验' : '核验不通过';
  return [note('bad', el('b', '', `${what}：${names}。`),
    done.missing ? ' 请选择核验包里的全部文件再试。' : ' 这份抽取记录与它的文件、规则不符，详见下面各项。', took, by)];
}

// output is what the command line prints (§9), to be copied.
const output = (done) => el('details', 'v-proof', el('summary', '', '逐项原始输出'),
  el('pre', '', done.checks.filter((c) => c.state !== 'skip')
    .map((c) => `${c.state} ${c.name} ${c.text}\n`).join('')));

// warnings are what holds and yet has to be known.
function warnings({ plan }) {
  const grade = yh.gradeOf(plan);
  return [
    ...(yh.isTrial(plan) ? [note('warn', '这是一次试运行（标签一律为 test），结果不作为正式抽取。')] : []),
    ...(grade !== 'public' ? [note('warn', `${yh.words.GRADES[grade]}。`)] : []),
  ];
}

function facts(done) {
  const { plan, suite, commit, seed } = done;
  const out = [el('h3', '', '这次抽取')];
  out.push(pairs([
    ['抽取编号', hash(plan.draw)], ['冻结日期', plan.date],
    ['事项', plan.items.length ? plan.items.map((i) => i.item).join('、') : '没有抽取，只派员'],
    ['承诺值', hash(commit)], ['种子', hash(seed)],
    ['抽取记录的摘要', hash(done.leaf), el('span', 'dim small', '（日志里存的应是它）')], ['算法', suite.title],
  ]));
  out.push(el('h3', '', '随机来源'),
    el('p', 'small dim', '请到发布处对照这些数值：开出的是不是它，核验包自己证明不了。'),
    ...plan.entropy.map((e, i) => el('div', 'v-source',
      el('b', '', yh.words.KINDS[e.kind]), el('span', 'dim small', ` ${e.event}`,
        e.kind === 'public' || e.kind === 'beacon' ? `（${e.bits} 比特）` : ''),
      el('p', 'hash', done.entropy[i] ? done.entropy[i].value : '没有数值'))));
  return out;
}

// The form for one entity.

function offerLookup() {
  const choices = run.plan.items.map((i) => new Option(`${i.item} ${i.basis}`, i.item));
  $('v-item').replaceChildren(new Option('全部事项', ''), ...choices);
  $('v-item').closest('label').hidden = choices.length < 2;
  $('v-lookup').hidden = false;
}

const lookup = () => work('v-answer', async () => {
  const typed = $('v-code').value;
  show('v-answer');
  if (!typed.trim()) throw new Bad('请输入统一社会信用代码或编号');
  if (yh.codesOf(typed).length === 0) {
    throw new Bad('这不是有效的统一社会信用代码或编号，请检查有没有输错');
  }
  const wanted = $('v-item').value;
  const items = run.plan.items.filter((i) => !wanted || i.item === wanted);
  progress('v-lookup-progress', 0);
  run.progress.report = (share) => progress('v-lookup-progress', share);
  const sizes = items.flatMap((i) => [`candidates.${i.item}.tsv`, `population.${i.item}.tsv`])
    .map((name) => yh.sizeIn(run.bundle, name));
  run.progress.start(sizes.reduce((a, b) => a + b, 0), 0, 1);
  const cards = [];
  for (const item of items) {
    const answer = await yh.lookupItem(run, item, typed);
    if (answer.cells || wanted) cards.push(answerCard(answer));
  }
  for (const given of yh.lookupGiven(run, typed)) cards.push(givenCard(given));
  if (cards.length === 0) {
    const code = yh.codesOf(typed)[0].replace(/^R\.(?=.{18}$)/, '');
    const wrong = code.length === 18 && !yh.isCode(code);
    cards.push(note('warn', `${code} 不在这次抽取的任何一份名单里。`,
      wrong && '它的校验位不对，请检查代码有没有输错。'));
  }
  if (run.exit !== 0) {
    cards.unshift(note('bad', '注意：这份核验包没有通过核验，下面的计算只说明这些文件。'));
  }
  show('v-answer', ...cards);
});

const FATES = {
  selected: ['抽中', 'ok'], reserve: ['候补', 'info'], none: ['未抽中', ''],
};

function verdict(answer) {
  const { order } = answer;
  if (!answer.cells) return ['不在候选名单', 'warn', '这个编号不在本事项的候选名单里，没有参加抽取。'];
  if (answer.excluded) {
    return ['不参加抽取', 'warn', `在候选名单里，但${yh.words.EXCLUDED[answer.excluded]}，按方案排除。`];
  }
  if (!answer.listed) return ['被漏掉', 'bad', '按方案应参加抽取，抽样框里却没有它：抽样框有误。'];
  const of = `在“${yh.words.stratumWords(answer.stratum)}”层第 ${n(order.place)} 位，` +
    `本层共 ${n(order.N)} 户，`;
  const [name, kind] = FATES[order.fate];
  const drawn = `抽取前 ${n(order.n)} 户`;
  if (order.fate === 'selected') return [name, kind, `${of}${drawn}，所以抽中。`];
  if (order.fate === 'reserve') {
    return [name, kind, `${of}${drawn}；它是第 ${n(order.place - order.n)} 候补。`];
  }
  return [name, kind, `${of}${drawn}，排在后面，所以没有抽中。`];
}

function answerCard(answer) {
  const { item, id, cells, order, proof } = answer;
  const [name, kind, text] = verdict(answer);
  const card = el('article', 'v-answer',
    el('h3', '', el('span', `badge ${kind}`, name), ` ${item.item} `,
      el('span', 'dim', item.basis)),
    el('p', 'v-verdict', text));
  card.dataset.fate = order ? order.fate : answer.excluded || 'absent';
  if (!cells) return card;
  card.append(pairs([
    ['编号', hash(id)], ['行政区划', cells[1]], ['信用分类', cells[2] === '-' ? '未评级' : cells[2]],
    ['登记状态', cells[3] === 'active' ? '存续（在业）' : cells[3]],
    ['本年已查', `${cells[4].split(',').join('、')} 次`],
    ['上次检查', cells[5] === '-' ? '无' : cells[5]],
    cells[6] === '-' ? null : ['暂缓至', cells[6]],
    answer.team ? ['检查人员', teamWords(answer.team)] : null,
  ]));
  if (order) card.append(ticketPart(answer), proofPart(item, proof));
  return card;
}

const teamWords = (team) => team.map((id, i) => `${id}（${i ? '协办' : '主办'}）`).join('、');

// ticketPart shows the ticket, the command that repeats it and the cut.
function ticketPart({ item, id, order }) {
  const tool = run.suite.name === 'sm3' ? 'openssl dgst -sm3' : 'sha256sum';
  const part = el('section', '', el('h4', '', '它的票'),
    el('p', '', hash(order.ticket)),
    order.by === 'webcrypto' && el('p', 'small dim', '这个摘要由浏览器 WebCrypto 计算。'),
    el('p', 'small dim', '亲手算一遍，在任何一台电脑的终端里：'),
    el('pre', '', `printf '%s|%s|%s' ${run.seed} ${item.label} ${id} | ${tool}`));
  if (order.method === 'srs') {
    part.append(el('p', 'small', '同层按票从小到大排列。分界（最后一个抽中者的票）：', hash(order.cut)));
  } else {
    part.append(el('p', 'small', order.certain ? '它的权重够大，必定抽中。'
      : ['按权重抽取，权重 ', n(order.weight), '，次序数 Q = ', hash(String(order.Q ?? '—')),
        '，从小到大排列。分界：', hash(order.cut)]));
  }
  return part;
}

// proofPart shows the path from the entity's line to the root that the plan committed to.
function proofPart(item, proof) {
  const details = el('details', '',
    el('summary', '', el('span', `badge ${proof.holds ? 'ok' : 'bad'}`,
      proof.holds ? '在冻结的抽样框里' : '与方案的根不符'), ` 第 ${n(proof.number)} 行，证明 ${
      proof.path.length} 步`),
    el('p', 'small dim', '从这一行的摘要出发，逐步与旁边的摘要合并，最后应得到方案里写明的默克尔根（RFC 6962）。'),
    pairs([['这一行', hash(proof.line.replace(/\t/g, ' ⇥ '))], ['叶', hash(proof.leaf)]]),
    el('ol', 'v-path', proof.path.map((step) => el('li', '',
      el('span', 'dim', step.side === 'left' ? '左 ' : '右 '), hash(step.hash)))),
    pairs([['算得的根', hash(proof.root)], ['方案的根', hash(item.population_root)]]));
  details.className = 'v-proof';
  return details;
}

function givenCard({ unit, cells, team }) {
  const card = el('article', 'v-answer',
    el('h3', '', el('span', 'badge info', '交办任务'), ` ${unit.unit}`),
    el('p', 'v-verdict', '这一户是别处抽取、交给本单位检查的任务，本次只决定由谁检查。'),
    pairs([['编号', hash(cells[0])], ['行政区划', cells[1]], ['事项', cells[2]],
      team ? ['检查人员', teamWords(team)] : null]));
  card.dataset.fate = 'given';
  return card;
}

// The ways to open a bundle.

const take = (list) => open(() => yh.fromFiles(list));
const listOf = (input) => [...input.files]
  .map((file) => ({ path: file.webkitRelativePath || file.name, file }));

function begin() {
  const page = $('verify');
  // A page that was saved shows what it showed then: start afresh.
  for (const id of ['v-summary', 'v-facts', 'v-checks', 'v-answer']) show(id);
  $('v-result').hidden = $('v-lookup').hidden = true;
  progress('v-progress', null);
  progress('v-lookup-progress', null);
  for (const [button, input] of [['v-pick', 'v-files'], ['v-pick-folder', 'v-folder']]) {
    $(button).addEventListener('click', () => $(input).click());
    $(input).addEventListener('change', () => {
      const list = listOf($(input));
      $(input).value = ''; // so that the same choice can be made again
      if (list.length) take(list);
    });
  }
  if (!('webkitdirectory' in $('v-folder')) || matchMedia('(pointer: coarse)').matches) {
    $('v-pick-folder').hidden = true; // telephones have no folders to choose
  }
  const zone = $('v-drop');
  for (const kind of ['dragenter', 'dragover', 'dragleave', 'drop']) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.toggle('over', kind === 'dragenter' || kind === 'dragover');
    });
  }
  document.addEventListener('drop', (event) => {
    const found = yh.dropped(event.dataTransfer); // the list is gone once this function returns
    open(async () => yh.fromFiles(await found));
  });
  $('v-form').addEventListener('submit', (event) => {
    event.preventDefault();
    lookup();
  });
  const served = /^https?:$/.test(location.protocol);
  for (const node of document.querySelectorAll('[data-online]')) node.hidden = !served;
  page.hidden = false;
  const { draw } = page.dataset;
  if (draw && served) openDraw(draw);
}

function openDraw(draw) {
  open(() => yh.fromSite(draw, (done, all) => {
    show('v-summary', note('', `正在取文件 ${done}/${all}……`));
  }));
  $('v-again').hidden = false;
  $('v-again').addEventListener('click', () => openDraw(draw), { once: true });
}

begin();
})(globalThis.yaohaoVerify = globalThis.yaohaoVerify || {});
