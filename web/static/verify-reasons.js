// The details of failed checks in Chinese. The checks speak English as the command line does; here
// every common detail has its sentence for citizens, found by its pattern.
(function (yh) {
'use strict';

const FILES = { candidates: '候选名单', population: '抽样框', roster: '人员名册', tasks: '交办任务',
  conflicts: '回避关系' };

const COLUMNS = {
  candidates: ['编号', '行政区划', '信用分类', '登记状态', '本年已查次数', '上次检查日期', '暂缓至', '权重'],
  population: ['编号', '层', '权重'],
  roster: ['编号', '行政区划', '可查事项', '能否主办', '是否限额', '证件有效期', '已承担任务', '任务上限'],
  tasks: ['编号', '行政区划', '事项'],
  conflicts: ['检查人员', '检查对象', '原因'],
};

const OWN = { 'plan.json': '方案', 'transcript.json': '抽取记录', 'seed.txt': '种子文件' };

// file names a file of a bundle to a person.
const file = (name) => {
  const what = OWN[name] || FILES[name.split('.')[0]];
  return what ? `${what} ${name} ` : `${name} `;
};

const whole = (name) => file(name).trimEnd();

const column = (name, number) => (COLUMNS[name.split('.')[0]] || [])[number - 1] || '';

// quoted reads a value that a detail gives as JSON.
function quoted(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    return text;
  }
}

// misplaced compares the line that the population should have with the one it has.
function misplaced([, item, wanted, found]) {
  const [id, stratum] = quoted(wanted).split('\t');
  const [other, its] = quoted(found).split('\t');
  if (id !== other) return `事项 ${item} 的抽样框里，应是 ${id} 的位置上是 ${other}：有对象被漏掉或多出。`;
  return stratum === its ? `事项 ${item}：${id} 的权重与候选名单不同。`
    : `事项 ${item}：${id} 应在“${stratum}”层，抽样框却把它放在“${its}”层。`;
}

function excludedCounts([, item, counts]) {
  const { inactive, held, capped } = quoted(counts);
  return `事项 ${item}：方案写的排除户数与重新筛选的不同，重算是：非存续 ${inactive} 户、暂缓 ${held} 户、` +
    `次数已满 ${capped} 户。`;
}

const PARTS = { selected: '抽中的名单或次序', reserve: '候补的名单或次序', cut: '抽中与未抽中的分界' };
const FAMILY = { lead: '没有一人能主办', gated: '限额人员太多' };

// Of the frozen files and those beside them.
const OF_FILES = [
  [/^(\S+) is missing$/, (m) => `缺少文件：${whole(m[1])}。`],
  [/^(\S+) cannot be (?:opened|read)/, (m) => `${file(m[1])}打不开或读不出来。`],
  [/^(\S+) cannot be unpacked/, (m) => `${file(m[1])}无法解压，请重新下载。`],
  [/^(\S+) does not have the hash of the plan$/,
    (m) => `${file(m[1])}的摘要与方案里写的不同：冻结之后被改过，或不是同一份。`],
  [/^(\S+) does not have the root or the N of the plan$/,
    (m) => `${file(m[1])}的默克尔根或行数与方案里写的不同：冻结之后被改过，或不是同一份。`],
  [/^(\S+?): counter (\d+) of caps is missing$/,
    (m) => `${file(m[1])}没有方案的次数上限要用的第 ${Number(m[2]) + 1} 个次数。`],
  [/^(\S+):(\d+): column 5: not as many counts as above$/,
    (m) => `${file(m[1])}第 ${m[2]} 行：检查次数的个数与上面各行不同。`],
  [/^(\S+):(\d+): column (\d+): (.*)$/s, (m) => `${file(m[1])}第 ${m[2]} 行第 ${m[3]} 列` +
    `（${column(m[1], m[3])}）的值 ${m[4]} 不合规则。`],
  [/^(\S+):(\d+): (\d+) columns, not (\d+)$/,
    (m) => `${file(m[1])}第 ${m[2]} 行有 ${m[3]} 列，应有 ${m[4]} 列。`],
  [/^(\S+):(\d+): not strictly ascending$/,
    (m) => `${file(m[1])}第 ${m[2]} 行次序不对，或与上一行重复。`],
  [/^(\S+):(\d+): no final LF$/, (m) => `${file(m[1])}最后一行（第 ${m[2]} 行）没有换行，文件可能被截断。`],
  [/^(\S+): line too long$/, (m) => `${file(m[1])}有一行太长。`],
  [/^(\S+): more than (\d+) lines$/, (m) => `${file(m[1])}超过 ${m[2]} 行。`],
];

// Of plan.json and transcript.json as texts.
const OF_TEXT = [
  [/^plan\.json is not the plan of the transcript$/,
    () => '抽取记录里的方案与 plan.json 不是同一份：方案被换过。'],
  [/^(\S+\.json): duplicate key '(.*)' at character/s, (m) => `${file(m[1])}里字段“${m[2]}”写了两次。`],
  [/^(\S+\.json): keys not sorted: '(.*)' at character/s,
    (m) => `${file(m[1])}里字段“${m[2]}”没有按规定的次序写。`],
  [/^(\S+\.json): number .* at character (\d+)$/s,
    (m) => `${file(m[1])}第 ${Number(m[2]) + 1} 个字符处的数字写法不合规则（只许整数）。`],
  [/^(\S+\.json): .* at character (\d+)$/s,
    (m) => `${file(m[1])}第 ${Number(m[2]) + 1} 个字符附近不是规定的写法，文件被改过或不完整。`],
  [/^(\S+\.json): not UTF-8$/, (m) => `${file(m[1])}不是 UTF-8 文字。`],
  [/^(\S+\.json): not the canonical form$/, (m) => `${file(m[1])}不是规定的唯一写法。`],
];

const field = (place) => (place ? `字段 ${place.replace(/: /g, ' → ')} ` : '');

// Of the fields of both.
const OF_FIELDS = [
  [/^(?:(.*): )?unknown key '(.*)'$/s, (m) => `${field(m[1])}有规则之外的内容“${m[2]}”。`],
  [/^(.*): missing$/, (m) => `缺少${field(m[1]).trim()}。`],
  [/^(.*): not (?:an object|a list|a pair)$/, (m) => `${field(m[1])}的类型不对。`],
  [/^(.*?): bad value (.*)$/s, (m) => `${field(m[1])}的值 ${m[2]} 不合规则。`],
  [/^(.*): not strictly sorted by /, (m) => `${field(m[1])}没有按规定排序，或有重复。`],
  [/: num > den$/, () => '比例大于一。'],
  [/: part > of$/, () => '进度的期次超过总期数。'],
  [/: exactly one of ratio, pace, all$/, () => '每层的数量应写比例、进度、全查三者之一，且只写一个。'],
  [/: a census is srs$/, () => '全查的层只能用等概率的方法。'],
  [/: a cool-down cell with ratio 0$/, () => '冷却期的层比例为零：检查过的企业不能就此免查。'],
  [/^stratum (.*): the floor ratio exceeds the ceiling ratio$/,
    (m) => `“${m[1]}”层的下限比例高于法定上限比例。`],
  [/^stratum (.*): n above its limit$/, (m) => `“${m[1]}”层的抽取数超过上限。`],
  [/: cooldown_from after the date$/, () => '冷却期的起始日晚于筛选的日期。'],
  [/: strata_by names a word twice$/, () => '分层的依据写了两次。'],
  [/: caps is empty$/, () => '次数上限是空的。'],
  [/: N is not the sum over strata$/, () => '抽样框总数不等于各层之和。'],
  [/^items: (.*): frame dated after the freeze$/, (m) => `事项 ${m[1]} 的筛选日期晚于冻结日期。`],
  [/^items: unit (.*) is not in the plan$/, (m) => `事项所属的单位 ${m[1]} 不在方案里。`],
  [/^units: (.*): visit_by before the freeze$/, (m) => `单位 ${m[1]} 的检查截止日早于冻结日期。`],
  [/^units: (.*) has items and given tasks$/, (m) => `单位 ${m[1]} 既有抽取的事项，又有交办任务。`],
  [/^units: nobody names (.*)$/, (m) => `单位 ${m[1]} 既没有事项，也没有交办任务。`],
  [/: from without tasks_sha$/, () => '写了任务的来源，却没有交办任务。'],
  [/^(entropy|units): empty$/, (m) => (m[1] === 'units' ? '方案里没有单位。' : '方案里没有随机来源。')],
  [/^entropy name repeated$/, () => '两个随机来源用了同一个名称。'],
  [/^entropy event repeated$/, () => '同一个公共事件写了两次，随机量被重复计算。'],
  [/^entropy: a witness line after the last public event$/,
    () => '见证人的话排在最后一个公共事件之后：那时结果已可预知，话可以挑着说。'],
  [/^entropy: name commit$/, () => '随机来源不能叫 commit。'],
];

const ENTROPY = { seal: '密封数值（64 个十六进制字符）', chain: '数列的一环（64 个十六进制字符）',
  beacon: '信标数值（十六进制）' };

// Of the checks from commit to selection.
const OF_DRAW = [
  [/^commit is not the hash of plan\.json$/, () => '记录里的承诺值不是 plan.json 的摘要。'],
  [/^commit is not the published one$/, () => 'plan.json 的摘要与您填写的承诺值不同。'],
  [/^entropy names or their order$/, () => '随机数值的名称或次序与方案不同。'],
  [/^value of (\S+) is not a line$/, (m) => `随机来源 ${m[1]} 的数值含有不许用的字符，或太长、是空的。`],
  [/^value of (\S+) is not the hex of a (\w+)$/,
    (m) => `随机来源 ${m[1]} 的数值不是规定的${ENTROPY[m[2]]}。`],
  [/^value of (\S+) does not hold (\d+) bits$/,
    (m) => `随机来源 ${m[1]} 的数值太短，装不下方案所称的 ${m[2]} 比特。`],
  [/^value of (\S+) does not open its commit$/,
    (m) => `随机来源 ${m[1]} 的数值与事先的承诺不符：不是当初密封的那一个。`],
  [/^seed\.txt$/, () => 'seed.txt 不是由承诺值和随机数值按规定写成的。'],
  [/^seed is not the hash of seed\.txt$/, () => '记录里的种子不是 seed.txt 的摘要。'],
  [/^grade is (\w+)$/, (m) => `按规则应是${(yh.words.GRADES[m[1]] || '').split('：')[0]}，记录写的是别的。`],
  [/^item (\S+): (".*") expected, population has (".*")$/s, misplaced],
  [/^item (\S+): (\S+) is not in the population$/,
    (m) => `事项 ${m[1]}：${m[2]} 合格，抽样框里却没有，被漏掉了。`],
  [/^item (\S+): population has more lines$/, (m) => `事项 ${m[1]} 的抽样框里有不合格、不该参加抽取的对象。`],
  [/^item (\S+): excluded counts (.*)$/, excludedCounts],
  [/^item (\S+): strata or their N$/, (m) => `事项 ${m[1]}：方案写的层或各层户数与重新筛选的不同。`],
  [/^items of the transcript$/, () => '记录里的事项与方案不同。'],
  [/^item (\S+): strata, N or n$/, (m) => `事项 ${m[1]}：记录里的层、户数或抽取数与按方案算出的不同。`],
  [/^item (\S+) stratum (.*): (selected|reserve|cut)$/,
    (m) => `事项 ${m[1]}“${m[2]}”层：${PARTS[m[3]]}与重新计算的不同。`],
  [/^item (\S+) stratum (.*): not in the transcript$/, (m) => `事项 ${m[1]}：记录里没有“${m[2]}”层。`],
];

// Of the checks of staffing; the unit stands in front of the detail.
const OF_UNITS = [
  [/^families overlap$/, () => '不能主办的人与限额人员部分重叠，规则不允许。'],
  [/^pool: (\d+) of (\d+) are not gated$/,
    (m) => `名册 ${m[2]} 人里只有 ${m[1]} 人不受限额，没有达到方案规定的比例。`],
  [/^tasks$/, () => '记录里的任务不是抽中（或交办）的那些。'],
  [/^inspectors$/, () => '记录里的检查人员与名册不同。'],
  [/^teams are not parallel to tasks$/, () => '组数与任务数不同。'],
  [/^(\S+): (\S+) is not in the roster$/, (m) => `${m[1]} 派了名册以外的 ${m[2]}。`],
  [/^(\S+): not (\d+) different inspectors$/, (m) => `${m[1]} 派的不是 ${m[2]} 名不同的检查人员。`],
  [/^(\S+): (\S+) is not eligible$/,
    (m) => `${m[1]} 派了 ${m[2]}，此人不能查这一户：证件、事项范围、区域不合，或应当回避。`],
  [/^(\S+): too many of family (\w+)$/, (m) => `${m[1]} 的组里${FAMILY[m[2]] || `${m[2]} 太多`}。`],
  [/^(\S+): above his cap$/, (m) => `${m[1]} 的任务超过本人的上限。`],
  [/^every seat can be filled$/, () => '所称派不出人不实：每个席位都派得出人。'],
  [/^tasks and full of the shortage /, () => '缺人说明里的任务或满额人员与重新计算的不同。'],
  [/^inspectors of the shortage$/, () => '缺人说明里的检查人员与重新计算的不同。'],
  [/^shortage: needed (\d+), available (\d+)$/,
    (m) => `缺人说明的数目不对：重算是需要 ${m[1]} 个席位，最多可用 ${m[2]} 个。`],
  [/^(?:tied \d+: )?potentials are not the largest$/, () => '最优的证明材料不是规定的那一组。'],
  [/^reduced cost of .* is negative$/s, () => '按证明材料，还有更好的派法；或证明材料被改过。'],
  [/^a potential above \(0,0\)$/, () => '最优的证明材料有不许的正数。'],
  [/^duals: /, () => '最优的证明材料缺少，或多出。'],
  [/^R below 0$/, () => '轮次是负数。'],
  [/^R (\d+) with (?:no|\d+) ties$/, (m) => `轮次写的是 ${m[1]}，平局的材料却不是 ${m[1]} 份。`],
  [/^tied (\d+): team not sorted$/, (m) => `第 ${m[1]} 轮平局材料里的组没有按编号排列。`],
  [/^tied (\d+): that staffing is the only one$/,
    (m) => `第 ${m[1]} 轮并没有平局：那一轮的派法是唯一的，不该再换一轮。`],
  [/^another staffing is as good$/, () => '另有一种同样好的派法：这一轮是平局，应当换一轮再算。'],
  [/^(\S+): order of roles$/, (m) => `${m[1]} 的主办、协办次序与重新计算的不同。`],
  [/^units of the transcript$/, () => '记录里的单位与方案不同。'],
];

function say(rules, text) {
  for (const [pattern, words] of rules) {
    const found = pattern.exec(text);
    if (found) return words(found);
  }
  return null;
}

// reasonOf gives the sentence for one detail, or null. The file or the unit in front comes off
// where the rest alone has a sentence.
function reasonOf(text) {
  const plain = say([...OF_FILES, ...OF_TEXT, ...OF_DRAW, ...OF_UNITS], text);
  if (plain) return plain;
  const [, front, rest] = /^(\S+): (.*)$/s.exec(text) || [null, '', ''];
  if (OWN[front]) return `${whole(front)}：${say(OF_FIELDS, rest) || '内容不合规则。'}`;
  return say(OF_FIELDS, text) || (rest && say(OF_UNITS, rest) &&
    `单位 ${front}：${say(OF_UNITS, rest)}`) || null;
}

// reasons gives the sentences for the text of a failed check, which may name several details. What
// has none is left to the raw line.
function reasons(text) {
  const found = text.split('; ').map(reasonOf).filter(Boolean);
  return found.length ? [...new Set(found)] : [reasonOf(text)].filter(Boolean);
}

Object.assign(yh, { reasons });
})(globalThis.yaohaoVerify = globalThis.yaohaoVerify || {});
