// The verifier of the page 核验, loaded into Node.js: the very files that the browser runs.
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const load = createRequire(import.meta.url);
for (const part of ['hash', 'json', 'plan', 'files', 'select', 'staff', 'flow', 'run']) {
  load(`../static/verify-${part}.js`);
}

export const yh = globalThis.yaohaoVerify;

// folder makes a bundle of a directory.
export function folder(dir) {
  const names = new Set(readdirSync(dir));
  return {
    open(name) {
      if (!names.has(name)) throw new yh.Missing(`${name} is missing`);
      const path = join(dir, name);
      try {
        const status = statSync(path);
        if (!status.isFile()) throw new Error('not a file');
        return { name, size: status.size, read: async (at, length) => piece(path, at, length) };
      } catch (error) {
        throw new yh.Missing(`${name} cannot be opened: ${error.message}`);
      }
    },
  };
}

function piece(path, at, length) {
  const out = new Uint8Array(length);
  let file;
  try {
    file = openSync(path, 'r');
    for (let got = 0; got < length;) {
      const n = readSync(file, out, got, length - got, at + got);
      if (n === 0) throw new Error('shorter than it was');
      got += n;
    }
    return out;
  } catch (error) {
    throw new yh.Missing(`${path} cannot be read: ${error.message}`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
