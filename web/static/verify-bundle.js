// Where a bundle comes from in a browser: files that were chosen or dropped, a zip of them, or a
// published draw of this site.
(function (yh) {
'use strict';

const { Bad, Missing } = yh;

// bundleOf makes a bundle of a map from names to sources.
function bundleOf(sources) {
  return {
    open(name) {
      if (!sources.has(name)) throw new Missing(`${name} is missing`);
      return sources.get(name);
    },
  };
}

// A file is read piece by piece; it may have gone since it was chosen.
const ofBlob = (name, blob) => ({
  name, size: blob.size,
  async read(at, length) {
    try {
      return new Uint8Array(await blob.slice(at, at + length).arrayBuffer());
    } catch (error) {
      throw new Missing(`${name} cannot be read: ${error.message}`);
    }
  },
});

const ofBytes = (name, bytes) => ({
  name, size: bytes.length, read: async (at, length) => bytes.subarray(at, at + length),
});

const baseName = (path) => path.slice(path.lastIndexOf('/') + 1);

// gather puts files into a map by their bare names. Two plans are two draws.
function gather(files) {
  const sources = new Map();
  for (const { path, source } of files) {
    const name = baseName(path);
    if (!name) continue;
    if (sources.has(name) && name === 'plan.json') {
      throw new Bad('里面不止一份 plan.json，请只选择一次抽取的文件');
    }
    sources.set(name, source);
  }
  if (!sources.has('plan.json')) throw new Bad('里面没有 plan.json，这不是一份核验包');
  return bundleOf(sources);
}

// fromFiles takes what a person chose: [{ path, file }]. A single zip is opened.
async function fromFiles(chosen) {
  if (chosen.length === 1 && /\.zip$/i.test(chosen[0].path)) {
    return gather(await unzip(new Uint8Array(await chosen[0].file.arrayBuffer())));
  }
  return gather(chosen.map(({ path, file }) => ({ path, source: ofBlob(baseName(path), file) })));
}

// unzip lists the files of a zip by its central directory (APPNOTE.TXT 4.3). Each is unpacked when
// it is first read.
async function unzip(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw new Bad('压缩包不完整，请重新下载');
  const count = view.getUint16(end + 10, true);
  const files = [];
  try {
    for (let at = view.getUint32(end + 16, true), i = 0; i < count; i++) {
      const nameLength = view.getUint16(at + 28, true);
      const path = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
      files.push({ path, source: zipped(bytes, view, at, baseName(path)) });
      at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
  } catch (error) {
    if (error instanceof RangeError) throw new Bad('压缩包不完整，请重新下载');
    throw error;
  }
  return files;
}

function zipped(bytes, view, at, name) {
  const method = view.getUint16(at + 10, true);
  const packed = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  const local = view.getUint32(at + 42, true);
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const raw = bytes.subarray(start, start + packed);
  let content;
  return {
    name, size,
    async read(from, length) {
      content = content || await (method === 8 ? inflate(raw, name, size) : raw);
      if (content.length !== size || (method !== 0 && method !== 8)) {
        throw new Missing(`${name} cannot be unpacked`);
      }
      return content.subarray(from, from + length);
    },
  };
}

async function inflate(raw, name, size) {
  if (yh.inflate && !canInflate()) {
    try {
      return yh.inflate(raw, size);
    } catch (error) {
      throw new Missing(`${name} cannot be unpacked: ${error.message}`);
    }
  }
  try {
    const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    throw new Missing(`${name} cannot be unpacked: ${error.message}`);
  }
}

// canInflate tells whether the browser unpacks deflate by itself (2023 and later).
function canInflate() {
  try {
    return Boolean(new DecompressionStream('deflate-raw'));
  } catch (error) {
    return false;
  }
}

// fromSite fetches the public files of a published draw. onFile(done, all) tells how far it is.
async function fromSite(draw, onFile) {
  const sources = new Map();
  const take = async (name) => {
    const [id, file] = [draw, name].map(encodeURIComponent);
    const answer = await fetch(`/draws/${id}/files/${file}`, { cache: 'no-store' });
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Bad(`取 ${name} 失败（${answer.status}），请稍后再试`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    sources.set(name, ofBytes(name, bytes));
    return bytes;
  };
  const plan = await take('plan.json');
  if (!plan) throw new Bad('这次抽取的文件还没有公开');
  let names = ['seed.txt', 'transcript.json'];
  try {
    names = names.concat(yh.frozenFiles(yh.parse(plan)));
  } catch (error) { /* a plan that cannot be read fails its check; it names no files */ }
  for (let i = 0; i < names.length; i++) {
    onFile(i + 1, names.length + 1);
    await take(names[i]);
  }
  return bundleOf(sources);
}

// dropped lists the files of a drop, those inside folders too.
async function dropped(transfer) {
  const entries = [...transfer.items].filter((i) => i.kind === 'file')
    .map((i) => (i.webkitGetAsEntry ? i.webkitGetAsEntry() : null));
  if (entries.length === 0 || entries.includes(null)) {
    return [...transfer.files].map((file) => ({ path: file.name, file }));
  }
  const out = [];
  for (const entry of entries) await walk(entry, out);
  return out;
}

async function walk(entry, out) {
  if (entry.isFile) {
    const file = await new Promise((done, fail) => { entry.file(done, fail); });
    out.push({ path: entry.fullPath, file });
    return;
  }
  const reader = entry.createReader();
  for (;;) { // a reader gives a hundred at a time
    const some = await new Promise((done, fail) => { reader.readEntries(done, fail); });
    if (some.length === 0) return;
    for (const each of some) await walk(each, out);
  }
}

Object.assign(yh, { fromFiles, fromSite, dropped, unzip, bundleOf, ofBytes });
})(globalThis.yaohaoVerify = globalThis.yaohaoVerify || {});
