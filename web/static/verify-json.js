// Canonical JSON of draw/1 §1 (a profile of RFC 8785), read strictly: what this parser accepts has
// one spelling only, and JSON.parse would let pass what the rules forbid (duplicate keys, floats,
// white space, escapes that need not be, text that is not NFC).
(function (yh) {
'use strict';

// Bad is a rule that does not hold. Its text names the place and the value.
class Bad extends Error {}

// A transcript is eight levels deep; this bounds what a hostile file can do to the stack.
const MAX_DEPTH = 100;

const ESCAPES = { '"': '"', '\\': '\\', b: '\b', t: '\t', n: '\n', f: '\f', r: '\r' };

const PLAIN = /[^"\\\0-\x1f]*/y; // what stands in a string as it is

class Parser {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  fail(what) { throw new Bad(`${what} at character ${this.at}`); }

  take(token) {
    if (!this.text.startsWith(token, this.at)) this.fail(`${JSON.stringify(token)} expected`);
    this.at += token.length;
  }

  value(depth) {
    if (depth > MAX_DEPTH) this.fail('nested too deep');
    const c = this.text[this.at];
    if (c === '{') return this.object(depth);
    if (c === '[') return this.list(depth);
    if (c === '"') return this.string();
    if (c === 't') { this.take('true'); return true; }
    if (c === 'f') { this.take('false'); return false; }
    if (c === 'n') this.fail('null');
    return this.number();
  }

  object(depth) {
    const out = Object.create(null); // so that "__proto__" is a key like any other
    let last = null;
    this.take('{');
    while (this.text[this.at] !== '}') {
      if (last !== null) this.take(',');
      const key = this.string();
      if (/[^\0-\x7f]/.test(key)) this.fail('key is not ASCII');
      if (key === last) this.fail(`duplicate key '${key}'`);
      if (last !== null && key < last) {
        this.fail(key in out ? `duplicate key '${key}'` : `keys not sorted: '${key}'`);
      }
      this.take(':');
      out[key] = this.value(depth + 1);
      last = key;
    }
    this.at++;
    return out;
  }

  list(depth) {
    const out = [];
    this.take('[');
    while (this.text[this.at] !== ']') {
      if (out.length) this.take(',');
      out.push(this.value(depth + 1));
    }
    this.at++;
    return out;
  }

  number() {
    const found = /^-?(?:0|[1-9][0-9]*)(?![0-9.eE])/.exec(this.text.substr(this.at, 20));
    if (!found || found[0] === '-0' || !Number.isSafeInteger(Number(found[0]))) {
      this.fail(`number ${this.text.substr(this.at, 20)}`);
    }
    this.at += found[0].length;
    return Number(found[0]);
  }

  string() {
    this.take('"');
    let out = '';
    for (;;) {
      PLAIN.lastIndex = this.at;
      out += PLAIN.exec(this.text)[0];
      this.at = PLAIN.lastIndex;
      const c = this.text[this.at++];
      if (c === '"') break;
      if (c !== '\\') this.fail(c === undefined ? 'end inside a string' : 'raw control character');
      out += this.escape();
    }
    if (/[^\0-\x7f]/.test(out) && out.normalize('NFC') !== out) this.fail('string is not NFC');
    return out;
  }

  escape() {
    const c = this.text[this.at++];
    if (c in ESCAPES) return ESCAPES[c];
    const found = /^00[01][0-9a-f]/.exec(this.text.substr(this.at, 4));
    const char = found && String.fromCharCode(parseInt(found[0], 16));
    if (c !== 'u' || !found || '\b\t\n\f\r'.includes(char)) {
      this.fail('escape that is not canonical');
    }
    this.at += 4;
    return char;
  }
}

// parse reads the bytes of a .json file. It throws Bad unless they are J of what they say.
function parse(bytes) {
  let text;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new Bad('not UTF-8');
  }
  const parser = new Parser(text);
  const value = parser.value(0);
  if (parser.at !== text.length) parser.fail('bytes after the value');
  if (canonical(value) !== text) throw new Bad('not the canonical form');
  return value;
}

// canonical is J(o) as text.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object') {
    return `{${Object.keys(value).sort().map((key) =>
      `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

Object.assign(yh, { Bad, parse, canonical });
})(globalThis.yaohaoVerify = globalThis.yaohaoVerify || {});
