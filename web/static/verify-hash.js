// Hashes of draw/1 §1: SHA-256 (FIPS 180-4), SM3 (GB/T 32905-2016) and the Merkle tree of RFC 6962.
//
// What is hashed once goes through WebCrypto where the browser has it (digest): files, commit,
// seed, values, the ticket of an entity that is asked for. The bulk is millions of hashes of some
// 80 bytes: tickets, Merkle trees, pair numbers. WebCrypto answers each through a promise, which
// costs far more than the hash, so they go through the functions below; selfTest compares the two
// beforehand.
//
// The verify-*.js files are classic scripts that share one object, yaohaoVerify: a page that was
// saved to disk loads them from file://, where modules are refused.
(function (yh) {
'use strict';

const K256 = new Int32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
  0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
  0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
  0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
  0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
  0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
  0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
  0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);

const W = new Int32Array(68); // the schedule of the block at work

function loadBlock(b, at) {
  for (let i = 0; i < 16; i++, at += 4) {
    W[i] = (b[at] << 24) | (b[at + 1] << 16) | (b[at + 2] << 8) | b[at + 3];
  }
}

// compress256 takes the 64 bytes of b from at on into the state s.
function compress256(s, b, at) {
  loadBlock(b, at);
  for (let i = 16; i < 64; i++) {
    const x = W[i - 15];
    const y = W[i - 2];
    W[i] = (W[i - 16] + W[i - 7] +
      (((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)) +
      (((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10))) | 0;
  }
  let a = s[0], b1 = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
  for (let i = 0; i < 64; i++) {
    const t = (h + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) +
      ((e & f) ^ (~e & g)) + K256[i] + W[i]) | 0;
    const u = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) +
      ((a & b1) ^ (a & c) ^ (b1 & c))) | 0;
    h = g; g = f; f = e; e = (d + t) | 0;
    d = c; c = b1; b1 = a; a = (t + u) | 0;
  }
  s[0] += a; s[1] += b1; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h;
}

const rotate = (x, n) => (n === 0 ? x : (x << n) | (x >>> (32 - n)));

// Constants of SM3, each already rotated for its round.
const KSM3 = Int32Array.from({ length: 64 },
  (_, j) => rotate(j < 16 ? 0x79cc4519 : 0x7a879d8a, j % 32));

function compressSM3(s, block, at) {
  loadBlock(block, at);
  for (let i = 16; i < 68; i++) {
    const x = W[i - 16] ^ W[i - 9] ^ rotate(W[i - 3], 15);
    W[i] = x ^ rotate(x, 15) ^ rotate(x, 23) ^ rotate(W[i - 13], 7) ^ W[i - 6];
  }
  let a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
  for (let j = 0; j < 64; j++) {
    const a12 = (a << 12) | (a >>> 20);
    const sum = (a12 + e + KSM3[j]) | 0;
    const ss1 = (sum << 7) | (sum >>> 25);
    const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
    const tt1 = (ff + d + (ss1 ^ a12) + (W[j] ^ W[j + 4])) | 0;
    const tt2 = (gg + h + ss1 + W[j]) | 0;
    d = c; c = (b << 9) | (b >>> 23); b = a; a = tt1;
    h = g; g = (f << 19) | (f >>> 13); f = e;
    e = tt2 ^ ((tt2 << 9) | (tt2 >>> 23)) ^ ((tt2 << 17) | (tt2 >>> 15));
  }
  s[0] ^= a; s[1] ^= b; s[2] ^= c; s[3] ^= d; s[4] ^= e; s[5] ^= f; s[6] ^= g; s[7] ^= h;
}

// Both suites pad alike: 80, zeros, the length in bits as 64 bits; block 64 bytes, digest 32.
const suites = {
  sha256: {
    name: 'sha256', title: 'SHA-256', compress: compress256,
    iv: new Int32Array([0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19]),
  },
  sm3: {
    name: 'sm3', title: 'SM3', compress: compressSM3,
    iv: new Int32Array([0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600,
      0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e]),
  },
};

const utf8 = (text) => new TextEncoder().encode(text);

const HEX = Array.from({ length: 256 }, (_, i) => (i + 256).toString(16).slice(1));

function hexOfWords(s) {
  let out = '';
  for (let i = 0; i < 8; i++) {
    const x = s[i];
    out += HEX[x >>> 24] + HEX[(x >>> 16) & 255] + HEX[(x >>> 8) & 255] + HEX[x & 255];
  }
  return out;
}

function hexOfBytes(b) {
  let out = '';
  for (let i = 0; i < b.length; i++) out += HEX[b[i]];
  return out;
}

function bytesOfHex(hex) {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => parseInt(hex.substr(2 * i, 2), 16));
}

// putWords writes a state as the 32 bytes of its digest into b from at on.
function putWords(s, b, at) {
  for (let i = 0; i < 8; i++, at += 4) {
    const x = s[i];
    b[at] = x >>> 24; b[at + 1] = x >>> 16; b[at + 2] = x >>> 8; b[at + 3] = x;
  }
}

// Hasher takes bytes in pieces of any size: for files.
class Hasher {
  constructor(suite) {
    this.suite = suite;
    this.state = Int32Array.from(suite.iv);
    this.rest = new Uint8Array(64); // the block that is not full yet
    this.length = 0;
  }

  update(bytes) {
    let at = 0;
    const held = this.length % 64;
    this.length += bytes.length;
    if (held) {
      at = Math.min(64 - held, bytes.length);
      this.rest.set(bytes.subarray(0, at), held);
      if (held + at < 64) return this;
      this.suite.compress(this.state, this.rest, 0);
    }
    for (; at + 64 <= bytes.length; at += 64) this.suite.compress(this.state, bytes, at);
    this.rest.set(bytes.subarray(at));
    return this;
  }

  hex() {
    const held = this.length % 64;
    const end = new Uint8Array(held < 56 ? 64 : 128);
    end.set(this.rest.subarray(0, held));
    pad(end, held, this.length);
    for (let at = 0; at < end.length; at += 64) this.suite.compress(this.state, end, at);
    return hexOfWords(this.state);
  }
}

// pad ends a message of total bytes in the last blocks b, of which held bytes are taken.
function pad(b, held, total) {
  b[held] = 0x80;
  b.fill(0, held + 1);
  let bits = total * 8; // exact: files are far below 2^50 bytes
  for (let i = b.length - 1; i >= b.length - 8; i--) {
    b[i] = bits % 256;
    bits = Math.floor(bits / 256);
  }
}

// Prefix hashes many short ASCII texts with one beginning: its full blocks are absorbed once. The
// 64 characters of a seed are such a block, so a ticket costs one block (draw/1 §6).
class Prefix {
  constructor(suite, bytes) {
    this.suite = suite;
    this.bytes = bytes;
    this.mid = Int32Array.from(suite.iv);
    this.absorbed = bytes.length - (bytes.length % 64);
    for (let at = 0; at < this.absorbed; at += 64) suite.compress(this.mid, bytes, at);
    this.held = bytes.length - this.absorbed;
    this.buffer = new Uint8Array(256);
    this.buffer.set(bytes.subarray(this.absorbed));
    this.state = new Int32Array(8);
  }

  static text(suite, text) { return new Prefix(suite, utf8(text)); }

  // run gives the state of prefix + tail. The array is used again by the next run.
  run(tail) {
    const used = this.held + tail.length;
    const size = Math.ceil((used + 9) / 64) * 64;
    if (size > this.buffer.length) {
      const larger = new Uint8Array(size * 2);
      larger.set(this.buffer.subarray(0, this.held));
      this.buffer = larger;
    }
    const b = this.buffer;
    for (let i = 0, at = this.held; i < tail.length; i++, at++) b[at] = tail.charCodeAt(i);
    b[used] = 0x80;
    b.fill(0, used + 1, size - 4);
    const bits = (this.absorbed + used) * 8; // a short text: below 2^32
    for (let i = 1; i <= 4; i++) b[size - i] = bits >>> (8 * i - 8);
    const s = this.state;
    s.set(this.mid);
    for (let at = 0; at < size; at += 64) this.suite.compress(s, b, at);
    return s;
  }

  hex(tail) { return hexOfWords(this.run(tail)); }
}

const hash = (suite, bytes) => new Hasher(suite).update(bytes).hex();
const hashText = (suite, text) => hash(suite, utf8(text));

// Merkle computes tree hashes of RFC 6962 §2.1: leaf H(00 ‖ line), node H(01 ‖ left ‖ right).
class Merkle {
  constructor(suite) {
    this.suite = suite;
    this.leafPrefix = new Prefix(suite, new Uint8Array([0]));
    this.pair = new Uint8Array(128); // 65 bytes and their padding
    this.pair[0] = 1;
    pad(this.pair, 65, 65);
    this.state = new Int32Array(8);
    this.stack = []; // roots of full trees, from the largest to the smallest
    this.size = 0;
  }

  leaf(line) {
    const out = new Uint8Array(32);
    putWords(this.leafPrefix.run(line), out, 0);
    return out;
  }

  node(left, right) {
    this.pair.set(left, 1);
    this.pair.set(right, 33);
    this.state.set(this.suite.iv);
    this.suite.compress(this.state, this.pair, 0);
    this.suite.compress(this.state, this.pair, 64);
    const out = new Uint8Array(32);
    putWords(this.state, out, 0);
    return out;
  }

  // add takes the next line: two full trees of one size become one.
  add(line) {
    let tree = this.leaf(line);
    for (let n = this.size++; n % 2 === 1; n = (n - 1) / 2) {
      tree = this.node(this.stack.pop(), tree);
    }
    this.stack.push(tree);
  }

  root() {
    if (this.stack.length === 0) return hash(this.suite, new Uint8Array(0));
    const up = this.stack.slice();
    let tree = up.pop();
    while (up.length) tree = this.node(up.pop(), tree);
    return hexOfBytes(tree);
  }
}

// proof gives the path from leaf number index to the root: at each step the sibling and the side on
// which it stands. An end of a level without a sibling goes up as it is, which is the tree of
// RFC 6962 built level by level.
function proof(merkle, leaves, index) {
  const path = [];
  let level = leaves;
  let at = index;
  while (level.length > 1) {
    const next = [];
    for (let i = 0; i < level.length; i += 2) {
      next.push(i + 1 < level.length ? merkle.node(level[i], level[i + 1]) : level[i]);
    }
    const sibling = at % 2 === 0 ? at + 1 : at - 1;
    const side = at % 2 === 0 ? 'right' : 'left';
    if (sibling < level.length) path.push({ side, hash: level[sibling] });
    at = Math.floor(at / 2);
    level = next;
  }
  return path;
}

// climb recomputes the root from a leaf and its path alone.
function climb(merkle, leaf, path) {
  return hexOfBytes(path.reduce((at, step) => (step.side === 'left'
    ? merkle.node(step.hash, at) : merkle.node(at, step.hash)), leaf));
}

const subtle = () => (yh.noWebCrypto ? undefined : globalThis.crypto && globalThis.crypto.subtle);

// subtleHash gives WebCrypto's SHA-256 of bytes as hex.
async function subtleHash(bytes) {
  return hexOfBytes(new Uint8Array(await subtle().digest('SHA-256', bytes)));
}

// selfTest runs the published test values of both suites and compares SHA-256 with WebCrypto at
// every length around the block borders. It says which one vouches: 'webcrypto' or 'own'.
async function selfTest() {
  const abc = utf8('abc');
  const known = hash(suites.sha256, abc) ===
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' &&
    hash(suites.sm3, abc) === '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0';
  if (!known) throw new Error('the hash functions do not give their published values');
  if (!subtle()) return 'own';
  const bytes = Uint8Array.from({ length: 100003 }, (_, i) => (i * 151 + (i >> 7)) & 255);
  const sizes = [...Array(200).keys(), 4096, bytes.length];
  const theirs = await Promise.all(sizes.map((n) => subtleHash(bytes.subarray(0, n))));
  sizes.forEach((n, i) => {
    if (hash(suites.sha256, bytes.subarray(0, n)) !== theirs[i]) {
      throw new Error(`SHA-256 of ${n} bytes differs from WebCrypto's`);
    }
  });
  return 'webcrypto';
}

// suiteOf gives the suite of one verification, which counts who hashed what is hashed once.
const suiteOf = (name) => ({ ...suites[name], used: { webcrypto: 0, own: 0 } });

function tally(suite, who) {
  if (suite.used) suite.used[who]++;
}

// takesWhole tells whether WebCrypto hashes this many bytes: it takes them in one piece only, and
// above yh.whole they would fill the memory of a telephone.
const takesWhole = (suite, size) =>
  Boolean(suite.name === 'sha256' && subtle() && size <= yh.whole);

// digest hashes bytes by WebCrypto where it can, else by our own; the hash is the same or one of
// the two is wrong, so a WebCrypto that refuses (no memory) is no reason to give up.
async function digest(suite, bytes) {
  if (takesWhole(suite, bytes.length)) {
    try {
      const hex = await subtleHash(bytes);
      tally(suite, 'webcrypto');
      return hex;
    } catch (error) { /* ours follows */ }
  }
  tally(suite, 'own');
  return hash(suite, bytes);
}

const digestText = (suite, text) => digest(suite, utf8(text));

Object.assign(yh, {
  whole: 64 << 20, suiteOf, takesWhole, digest, digestText, tally,
  suites, Hasher, Prefix, Merkle, hash, hashText, proof, climb, subtle, subtleHash, selfTest,
  utf8, hexOfWords, hexOfBytes, bytesOfHex,
});
})(globalThis.yaohaoVerify = globalThis.yaohaoVerify || {});
