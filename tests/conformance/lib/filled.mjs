import { matching } from './pattern.mjs';

const Letters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
const Odd = ['&', '<', '>', '"', "'", ' ', '/', '+', '%', '=', '?', '#', ';', ',', '\\', '~', '*', '(', ')', 'é', 'ß', '漢', '字', '🚢', '\u2028', '\n', '\t', '\u00a0'];
const Ascii = [...'&<>"\'/+%=?#;,\\~*():@!'];

/**
 * Random trees of a model's shapes, in the JSON both sides compare: members by the model's names, times in seconds, blobs in base64.
 * A member for which no valid value was found is left out and told to `omitted`.
 */
export class Filler {
  #model; #chance; #presence; #omitted; #forms; #wholeSeconds; #filled; #left = 1500; #path = [];

  /** @param forms For requests that are forms, 'query' or 'ec2': neither can say an empty structure or map, EC2's no empty list. */
  constructor(model, chance, presence, { omitted, filled, forms, wholeSeconds } = {}) {
    [this.#model, this.#chance, this.#presence, this.#omitted, this.#filled, this.#forms, this.#wholeSeconds] = [model, chance, presence, omitted, filled, forms, wholeSeconds];
  }

  structure(name, { deep = 0 } = {}) {
    const shape = this.#model.shapes[name];
    const members = Object.entries(shape.members ?? {});
    const result = {};
    const one = shape.union ? this.#chance.below(members.length) : -1;
    for (let tries = 0; shape.union && tries < members.length; tries++) {
      const [member, ref] = members[(one + tries) % members.length];
      const value = this.value(ref, { deep: deep + 1, owner: name, member });
      if (value === undefined) continue;
      this.#filled?.add(`${name}.${member}`);
      return { [member]: value };
    }
    if (shape.union) return undefined;
    for (const [member, ref] of members) {
      const required = shape.required?.includes(member) || ref.idempotencyToken || ref.location === 'uri';
      if (!required && !this.#wants(ref, deep)) continue;
      const value = this.value(ref, { deep: deep + 1, owner: name, member });
      const sayable = !this.#forms || !isEmpty(value);
      if (value !== undefined && sayable) {
        result[member] = value;
        this.#filled?.add(`${name}.${member}`);
      } else if (required) return undefined;
    }
    return result;
  }

  #wants(ref, deep) {
    const simple = !['structure', 'list', 'map'].includes(this.#model.shapes[ref.shape].type);
    if (this.#left < 0 && !simple) return false;
    return this.#chance.is(deep > 5 && !simple && this.#presence < 1 ? this.#presence / 2 : this.#presence);
  }

  value(ref, at) {
    const shape = this.#model.shapes[ref.shape];
    if (this.#path.filter((n) => n === ref.shape).length > 1 || this.#path.length > 24) return undefined;
    this.#left--;
    this.#path.push(ref.shape);
    const value = this.#make(shape, ref, at);
    this.#path.pop();
    if (value === undefined && !this.#path.includes(ref.shape)) this.#omitted?.add(`${at.owner}.${at.member}`);
    return value;
  }

  #make(shape, ref, at) {
    const place = at.place ?? ref.location;
    switch (shape.type) {
      case 'structure': return shape.document ? this.#document() : this.structure(ref.shape, at);
      case 'list': return this.#list(shape, place, at);
      case 'map': return this.#map(shape, place, at);
      case 'string': case 'character': return this.#string(shape, place, at);
      case 'boolean': return this.#chance.is(0.5);
      case 'integer': return this.#integer(shape, -2147483648, 2147483647);
      case 'long': return this.#integer(shape, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
      case 'float': case 'double': return this.#real(shape);
      case 'timestamp': return this.#chance.between(978307200, 2208988800) + (this.#wholeSeconds || place || ref.timestampFormat || shape.timestampFormat ? 0 : this.#chance.of([0, 0, 0, 0.5, 0.125]));
      case 'blob': return Buffer.from(Array.from({ length: this.#length(shape, 1, 24) }, () => this.#chance.below(256))).toString('base64');
      default: throw new Error(`${ref.shape} is a ${shape.type}`);
    }
  }

  #length(shape, low, high) {
    const min = Math.max(shape.min ?? 0, Math.min(low, shape.max ?? low));
    return this.#chance.between(min, Math.max(min, Math.min(high, shape.max ?? high)));
  }

  #list(shape, place, at) {
    // A tree with every member is wide enough as it is.
    const most = at.deep > (this.#presence < 1 ? 3 : 1) || this.#left < 0 ? 1 : 3;
    const count = !shape.min && !place && this.#forms !== 'ec2' && this.#presence < 1 && this.#chance.is(0.05) ? 0 : this.#length(shape, 1, most);
    const items = [];
    for (let i = 0; i < count; i++) {
      let item;
      for (let tries = 0; tries < 10; tries++) {
        item = this.value(shape.member, { ...at, deep: at.deep + 1, place });
        if (!this.#forms || !isEmpty(item)) break;
      }
      if (this.#forms && isEmpty(item)) break;
      if (item === undefined) break;
      items.push(item);
    }
    return items.length >= Math.min(count, Math.max(shape.min ?? 0, 1)) ? items : undefined;
  }

  #map(shape, place, at) {
    const count = !shape.min && !place && !this.#forms && this.#presence < 1 && this.#chance.is(0.05) ? 0 : this.#length(shape, 1, at.deep > 3 ? 1 : 3);
    const entries = {};
    for (let i = 0; i < count; i++) {
      const key = this.value(shape.key, { ...at, deep: at.deep + 1, place: place ?? 'key' });
      const value = this.value(shape.value, { ...at, deep: at.deep + 1, place });
      if (key !== undefined && value !== undefined && key !== '__proto__') entries[key] = value;
    }
    return Object.keys(entries).length >= Math.min(count, Math.max(shape.min ?? 0, 1)) ? entries : undefined;
  }

  #string(shape, place, at) {
    if (shape.numeric) return String(this.#chance.between(1, 300));
    if (shape.enum?.length) return this.#chance.of(shape.enum);
    if (shape.type === 'character') return this.#chance.of(Letters);
    const max = shape.max ?? 1e6;
    if (shape.pattern) {
      // The SDK takes an element of nothing but white space for an empty one.
      for (let tries = 0; tries < 5; tries++) {
        const text = matching(shape.pattern, Math.max(shape.min ?? 0, place ? 1 : 0), max, this.#chance);
        if (text !== undefined && (text === '' || text.trim()) && fits(text, place)) return text;
      }
      return undefined;
    }
    if (!shape.min && !place && this.#chance.is(0.05)) return '';
    const length = this.#length(shape, 1, 16);
    const odd = place === 'header' || place === 'headers' ? Ascii : Odd;
    for (;;) {
      let text = '';
      // Lengths count UTF-16 units, as the services do.
      while (text.length < length) text += this.#chance.is(0.25) ? this.#chance.of(odd) : this.#chance.of(Letters);
      if (text.length <= max && text.trim() && fits(text, place)) return text;
    }
  }

  #integer(shape, low, high) {
    const [min, max] = [Math.max(shape.min ?? low, low), Math.min(shape.max ?? high, high)];
    return this.#chance.is(0.5) ? this.#chance.between(Math.max(min, Math.min(0, max)), Math.min(max, Math.max(min, 0) + 1000)) : this.#chance.of([min, max, this.#chance.between(min, max)]);
  }

  #real(shape) {
    if (shape.min === undefined && shape.max === undefined && this.#chance.is(0.05)) return this.#chance.of(['NaN', 'Infinity', '-Infinity']);
    const [min, max] = [shape.min ?? -1e6, shape.max ?? 1e6];
    const value = this.#chance.is(0.2) ? Math.ceil(min) : min + this.#chance.next() * (max - min);
    return shape.type === 'float' ? Math.fround(value) : value === 0 ? 0 : value;
  }

  #document() {
    return { text: 'a & "b" <c>', number: 1.5, yes: true, nothing: null, list: [1, 'two', { three: [] }], deep: { er: {} } };
  }
}

const isEmpty = (value) => value?.constructor === Object && Object.values(value).every(isEmpty);

// A header is trimmed on its way, and a path knows "." and "..".
const fits = (text, place) => place === 'header' || place === 'headers' ? /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text)
  : place === 'uri' ? !/^\.\.?$/.test(text) && !/[\n\t]/.test(text) : true;
