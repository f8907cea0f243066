// Unpacking of deflate (RFC 1951) for browsers without DecompressionStream('deflate-raw').
(function (yh) {
'use strict';

// Bits are read from the lowest on; a code of Huffman from its highest bit on.
class Bits {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
    this.held = 0;
    this.count = 0;
  }

  take(n) {
    while (this.count < n) {
      if (this.at >= this.bytes.length) throw new Error('deflate ends too early');
      this.held |= this.bytes[this.at++] << this.count;
      this.count += 8;
    }
    const out = this.held & ((1 << n) - 1);
    this.held >>>= n;
    this.count -= n;
    return out;
  }

  symbol({ counts, symbols }) {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length < 16; length++) {
      code |= this.take(1);
      const count = counts[length];
      if (code - first < count) return symbols[index + code - first];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Error('deflate: no such code');
  }
}

// codebook sorts the symbols by length of code, then by value: the canonical codes of §3.2.2.
function codebook(lengths) {
  const counts = new Uint16Array(16);
  for (const n of lengths) counts[n]++;
  counts[0] = 0;
  const symbols = [];
  for (let n = 1; n < 16; n++) {
    lengths.forEach((length, s) => { if (length === n) symbols.push(s); });
  }
  return { counts, symbols };
}

const LENGTH = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83,
  99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5,
  5, 5, 5, 0];
const DISTANCE = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769,
  1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const FIXED = [
  codebook(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))),
  codebook(new Array(30).fill(5)),
];

function dynamic(bits) {
  const literals = bits.take(5) + 257;
  const distances = bits.take(5) + 1;
  const used = bits.take(4) + 4;
  const first = new Array(19).fill(0);
  for (let i = 0; i < used; i++) first[ORDER[i]] = bits.take(3);
  const book = codebook(first);
  const lengths = [];
  while (lengths.length < literals + distances) {
    const s = bits.symbol(book);
    if (s < 16) lengths.push(s);
    else if (s === 16) repeat(lengths, lengths[lengths.length - 1], 3 + bits.take(2));
    else repeat(lengths, 0, s === 17 ? 3 + bits.take(3) : 11 + bits.take(7));
  }
  return [codebook(lengths.slice(0, literals)), codebook(lengths.slice(literals))];
}

function repeat(list, value, times) {
  for (let i = 0; i < times; i++) list.push(value);
}

// inflate unpacks raw into exactly size bytes.
function inflate(raw, size) {
  const bits = new Bits(raw);
  const out = new Uint8Array(size);
  let at = 0;
  const put = (byte) => {
    if (at >= size) throw new Error('deflate: more bytes than stated');
    out[at++] = byte;
  };
  for (let last = 0; !last;) {
    last = bits.take(1);
    const kind = bits.take(2);
    if (kind === 3) throw new Error('deflate: no such block');
    if (kind === 0) {
      bits.held = bits.count = 0; // on to the next byte
      const length = bits.take(16);
      bits.take(16);
      for (let i = 0; i < length; i++) put(bits.take(8));
      continue;
    }
    const [literal, distance] = kind === 1 ? FIXED : dynamic(bits);
    for (let s = bits.symbol(literal); s !== 256; s = bits.symbol(literal)) {
      if (s < 256) {
        put(s);
        continue;
      }
      const length = LENGTH[s - 257] + bits.take(LENGTH_BITS[s - 257]);
      const d = bits.symbol(distance);
      const back = DISTANCE[d] + bits.take(d < 2 ? 0 : (d >> 1) - 1);
      if (!(back <= at)) throw new Error('deflate: before the start');
      for (let i = 0; i < length; i++) put(out[at - back]);
    }
  }
  if (at !== size) throw new Error('deflate: fewer bytes than stated');
  return out;
}

Object.assign(yh, { inflate });
})(globalThis.yaohaoVerify = globalThis.yaohaoVerify || {});
