// Makes texts that a regular expression of the models matches. Lookarounds are left to chance: whoever asks checks the result.
const Printable = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
const Words = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_'];
const Digits = [...'0123456789'];
const Spaces = [' '];
const without = (chars) => Printable.filter((c) => !chars.includes(c));
const Unicode = { L: [...'abcXYZéß漢'], Ll: [...'abcé'], Lu: [...'ABCÉ'], N: [...'0123456789'], Nd: Digits, Z: Spaces, Zs: Spaces, P: [...'-_.,!'], S: [...'+=$'], M: ['a'], C: [], Alnum: Words.slice(0, 62), Alpha: Words.slice(0, 52), Print: Printable, Graph: Printable.slice(1), ASCII: Printable };

const trees = new Map();
const tests = new Map();

/** A text of min to max characters that matches, or undefined when none was found. */
export function matching(pattern, min, max, chance) {
  if (!trees.has(pattern)) {
    let tree;
    try { tree = new Parser(pattern).whole(); } catch { tree = undefined; }
    trees.set(pattern, tree);
    tests.set(pattern, regexOf(pattern));
  }
  const [tree, test] = [trees.get(pattern), tests.get(pattern)];
  if (!tree || !test) return undefined;
  for (let attempt = 0; attempt < 60; attempt++) {
    const text = make(tree, chance, [3, 8, min, Math.ceil(min / 2), 1, 20][attempt % 6]);
    if (text.length >= min && text.length <= max && test.test(text) && text.isWellFormed()) return text;
  }
  return undefined;
}

function regexOf(pattern) {
  for (const flags of ['u', '']) try { return new RegExp(`^(?:${pattern})$`, flags); } catch { /* the other flags, or none */ }
  return undefined;
}

// A node is { any: [sequence…] }, { chars }, or { node, min, max }; a sequence is a list of nodes.
function make(node, chance, spread) {
  if (node.any) return chance.of(node.any).map((n) => make(n, chance, spread)).join('');
  if (node.chars) return node.chars.length ? chance.of(node.chars) : '';
  const most = Math.max(node.min, Math.min(node.max, node.min + spread));
  let text = '';
  for (let n = chance.is(0.5) ? most : chance.between(node.min, most); n > 0; n--) text += make(node.node, chance, spread);
  return text;
}

class Parser {
  #text; #at = 0;
  constructor(text) { this.#text = [...text]; }

  whole() {
    const tree = this.#choice();
    if (this.#at < this.#text.length) throw new Error('not understood');
    return tree;
  }
  #peek() { return this.#text[this.#at]; }
  #take() { return this.#text[this.#at++]; }
  #eat(word) {
    if (this.#text.slice(this.#at, this.#at + word.length).join('') !== word) return false;
    this.#at += word.length;
    return true;
  }

  #choice() {
    const any = [[]];
    while (this.#at < this.#text.length && this.#peek() !== ')') {
      if (this.#eat('|')) any.push([]);
      else {
        const node = this.#repeated();
        if (node) any.at(-1).push(node);
      }
    }
    return { any };
  }

  #repeated() {
    const node = this.#atom();
    if (!node) return undefined;
    let [min, max] = [1, 1];
    if (this.#eat('?')) min = 0;
    else if (this.#eat('*')) [min, max] = [0, 1e9];
    else if (this.#eat('+')) max = 1e9;
    else if (this.#peek() === '{') {
      const close = this.#text.indexOf('}', this.#at);
      const [low, high] = this.#text.slice(this.#at + 1, close).join('').split(',');
      [min, max] = [Number(low), high === undefined ? Number(low) : high === '' ? 1e9 : Number(high)];
      this.#at = close + 1;
    } else return node;
    if (!this.#eat('?')) this.#eat('+');
    return { node, min, max };
  }

  #atom() {
    const c = this.#take();
    if (c === '^' || c === '$') return undefined;
    if (c === '.') return { chars: Printable };
    if (c === '[') return { chars: this.#class() };
    if (c === '\\') return this.#peek() === 'b' ? (this.#take(), undefined) : { chars: this.#escape() };
    if (c !== '(') return { chars: [c] };
    let skip = false;
    if (this.#eat('?:')) skip = false;
    else if (this.#eat('?=') || this.#eat('?!') || this.#eat('?<=') || this.#eat('?<!')) skip = true;
    else if (this.#eat('?<')) while (this.#take() !== '>');
    const inner = this.#choice();
    if (!this.#eat(')')) throw new Error('not closed');
    return skip ? undefined : inner;
  }

  #class() {
    const not = this.#eat('^');
    const chars = [];
    let first = true;
    while (first || this.#peek() !== ']') {
      first = false;
      if (this.#peek() === '[') { this.#take(); chars.push(...this.#class()); continue; }
      const low = this.#take();
      if (low === undefined) throw new Error('not closed');
      const lows = low === '\\' ? this.#escape() : [low];
      if (lows.length === 1 && this.#peek() === '-' && this.#text[this.#at + 1] !== ']') {
        this.#take();
        const high = this.#take();
        const to = (high === '\\' ? this.#escape()[0] : high).codePointAt(0);
        const from = lows[0].codePointAt(0);
        // A wide range shows its ends and a few between; control characters but tab are no use to any protocol.
        for (let code = from; code <= to; code += code - from < 128 ? 1 : Math.max(1, Math.floor((to - from) / 16))) if (usable(code)) chars.push(String.fromCodePoint(code));
      } else chars.push(...lows.filter((c) => usable(c.codePointAt(0))));
    }
    this.#take();
    return not ? without(chars) : chars;
  }

  #escape() {
    const c = this.#take();
    if (c === 'd') return Digits;
    if (c === 'w') return Words;
    if (c === 's') return Spaces;
    if (c === 'D') return without(Digits);
    if (c === 'W') return without(Words);
    if (c === 'S') return Printable.slice(1);
    if (c === 'n') return ['\n'];
    if (c === 'r') return ['\r'];
    if (c === 't') return ['\t'];
    if (c === 'u' && this.#eat('{')) { const close = this.#text.indexOf('}', this.#at); const hex = this.#text.slice(this.#at, close).join(''); this.#at = close + 1; return [String.fromCodePoint(parseInt(hex, 16))]; }
    if (c === 'u' || c === 'x') { const n = c === 'u' ? 4 : 2; const hex = this.#text.slice(this.#at, this.#at + n).join(''); this.#at += n; return [String.fromCharCode(parseInt(hex, 16))]; }
    if (c === 'p') {
      if (!this.#eat('{')) return Unicode[this.#take()] ?? Words;
      const close = this.#text.indexOf('}', this.#at);
      const name = this.#text.slice(this.#at, close).join('').replace(/^Is/, '');
      this.#at = close + 1;
      return Unicode[name] ?? Words;
    }
    return [c];
  }
}

// Half of a pair, control characters and what is no character: nothing XML or a header could carry.
const usable = (code) => code === 9 || code === 10 || (code >= 32 && code < 127) || (code > 160 && code < 0xd800) || (code >= 0xe000 && code < 0xfffe) || code >= 0x10000;
