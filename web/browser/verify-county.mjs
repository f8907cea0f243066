// A county's draw for the test of speed: 50,000 entities, 500 tasks, 60 inspectors, drawn by the
// program itself (yaohao draw) from files made here. Started by itself it prints the time that the
// checks take under Node.js:
//
//     node verify-county.mjs [PROGRAM]          default ../../bin/yaohao
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folder, yh } from './verify-core.mjs';

const CODE = '0123456789ABCDEFGHJKLMNPQRTUWXY';

// entity gives the valid 统一社会信用代码 number i.
function entity(i) {
  const body = `91330106${String((i * 7919) % 1000000000).padStart(9, '0')}`;
  let sum = 0;
  for (let p = 0, weight = 1; p < 17; p++, weight = (weight * 3) % 31) {
    sum += CODE.indexOf(body[p]) * weight;
  }
  return body + CODE[(31 - (sum % 31)) % 31];
}

// makeCounty writes a whole bundle into dir and gives its commit.
export function makeCounty(dir, program, { entities = 50000, tasks = 500, inspectors = 60 } = {}) {
  const suite = yh.suites.sha256;
  const write = (name, rows) => {
    const text = rows.map((cells) => cells.join('\t') + '\n').join('');
    writeFileSync(join(dir, name), text);
    return yh.hashText(suite, text);
  };
  const candidates = Array.from({ length: entities }, (_, i) => [entity(i), `33010${i % 8}`,
    'ABCD'[i % 4], i % 97 ? 'active' : 'revoked', i % 5, '-', i % 89 ? '-' : '2026-12-01', 1]);
  candidates.sort((a, b) => yh.byText(a[0], b[0]));
  const eligible = candidates.filter((c) => c[3] === 'active' && c[6] === '-');
  const population = eligible.map((c) => [c[0], c[2]]);
  const merkle = new yh.Merkle(suite);
  population.forEach((row) => merkle.add(row.join('\t')));
  const strata = ['A', 'B', 'C', 'D'].map((id) => ({
    id, N: population.filter((r) => r[1] === id).length, method: 'srs',
    ratio: { num: 0, den: 1 }, min: tasks / 4 }));
  const number = (i) => `I${String(i).padStart(5, '0')}`;
  const roster = Array.from({ length: inspectors }, (_, i) => [number(i), '330100', 'GS-001',
    i % 3 ? 1 : 0, 0, '2027-12-31', i % 4, '-']);
  const conflicts = Array.from({ length: inspectors }, (_, i) =>
    [number(i), eligible[i * 11][0], 'declared']);
  const plan = {
    v: 'draw/1', draw: '2026-11-BIG', hash: 'sha256', prev: '0'.repeat(64), date: '2026-11-01',
    items: [{ item: 'GS-001', basis: '双随机抽查事项清单（2026） 第1项', kind: 'routine',
      unit: 'SCJG', label: 'sel', frame: { date: '2026-11-01', strata_by: ['class'] },
      excluded: { inactive: candidates.filter((c) => c[3] !== 'active').length,
        held: candidates.filter((c) => c[3] === 'active' && c[6] !== '-').length, capped: 0 },
      candidates_sha: write('candidates.GS-001.tsv', candidates),
      population_sha: write('population.GS-001.tsv', population),
      population_root: merkle.root(), N: population.length, reserve: 20, strata }],
    units: [{ unit: 'SCJG', kind: 'inspectors', seats: 2, label: 'asg', visit_by: '2026-12-31',
      roster_sha: write('roster.SCJG.tsv', roster),
      conflicts_sha: write('conflicts.SCJG.tsv', conflicts), area_rule: 'any' }],
    entropy: [{ name: 'happy8', kind: 'public', event: '快乐8 第2026296期', bits: 61 }],
  };
  writeFileSync(join(dir, 'plan.json'), yh.canonical(plan));
  execFileSync(program, ['draw', '--plan', join(dir, 'plan.json'), '--dir', dir, '--entropy',
    'happy8=01,05,09,13,17,21,25,29,33,37,41,45,49,53,57,61,65,69,73,77']);
  return yh.hash(suite, readFileSync(join(dir, 'plan.json')));
}

// main makes a county, verifies it and prints how long it took up to the end of each check.
async function main(program) {
  const dir = mkdtempSync(join(tmpdir(), 'verify-county-'));
  try {
    const commit = makeCounty(dir, program);
    const start = performance.now();
    const took = () => `${((performance.now() - start) / 1000).toFixed(2)} s`;
    const run = await yh.verify(folder(dir), { commit,
      onCheck: (check) => console.log(`${took().padStart(8)}  ${check.state} ${check.name}`) });
    const { webcrypto, own } = run.suite.used;
    console.log(`${took().padStart(8)}  exit ${run.exit}; hashed whole: ` +
      `${webcrypto} by WebCrypto, ${own} by the page's own`);
    process.exitCode = run.exit;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const here = fileURLToPath(import.meta.url);
if (process.argv[1] === here) {
  await main(process.argv[2] ?? process.env.YAOHAO_BIN ?? join(here, '../../../bin/yaohao'));
}
