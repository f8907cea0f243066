#!/usr/bin/env node
// The verifier of the page 核验 on the command line:
//
//     node verify-cli.mjs DIR... [--commit HEX]
//
// It prints the lines of draw/1 §9 and ends with their exit code. Several directories are checked
// one after the other, each under a line "== DIR exit N"; the exit code is then the largest.
import { parseArgs } from 'node:util';
import { folder, yh } from './verify-core.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true, options: { commit: { type: 'string' } },
});
if (positionals.length === 0) {
  process.stderr.write('usage: node verify-cli.mjs DIR... [--commit HEX]\n');
  process.exit(2);
}

let worst = 0;
for (const dir of positionals) {
  let lines;
  let exit = 2;
  try {
    const run = await yh.verify(folder(dir), { commit: values.commit });
    lines = run.checks.filter((c) => c.state !== 'skip')
      .map((c) => `${c.state} ${c.name} ${c.text}\n`);
    exit = run.exit;
  } catch (error) {
    if (!error.code) throw error; // not the directory's fault
    lines = [`FAIL canonical ${dir}: ${error.message}\n`];
  }
  if (positionals.length > 1) lines.unshift(`== ${dir} exit ${exit}\n`);
  process.stdout.write(lines.join(''));
  worst = Math.max(worst, exit);
}
process.exitCode = worst;
