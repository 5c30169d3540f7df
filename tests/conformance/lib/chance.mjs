// Chance that repeats: the same seed makes the same tree.
export class Chance {
  #state;
  constructor(seed) { this.#state = hash(seed); }

  // mulberry32
  next() {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  below(n) { return Math.floor(this.next() * n); }
  between(low, high) { return low + Math.floor(this.next() * (high - low + 1)); }
  is(probability) { return this.next() < probability; }
  of(list) { return list[this.below(list.length)]; }
}

function hash(text) {
  let h = 2166136261;
  for (const c of String(text)) h = Math.imul(h ^ c.codePointAt(0), 16777619);
  return h | 0;
}
