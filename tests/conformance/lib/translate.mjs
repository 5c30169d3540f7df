import { NormalizedSchema } from '@smithy/core/schema';

/** Between the model's JSON and the SDK's objects, led by the SDK's own schema. What only one side knows is left out and counted. */
export class Translator {
  #model;
  unknownToSdk = new Set();
  unknownToModel = new Set();
  renamed = new Set();
  constructor(model) { this.#model = model; }

  /** [what the SDK takes or gives, the part of the tree it knows] */
  structure(shapeName, tree, schema) {
    const ns = NormalizedSchema.of(schema);
    const members = ns.isUnitSchema() ? {} : Object.fromEntries(ns.structIterator());
    const [sdk, known] = [{}, {}];
    const own = this.#model.shapes[shapeName]?.members ?? {};
    const names = new Map(Object.keys(own).map((name) => [name, this.#nameOf(name, members, shapeName)]));
    for (const name of Object.keys(members)) if (![...names.values()].includes(name) && !(this.#model.shapes[shapeName]?.exception && name.toLowerCase() === 'message')) this.unknownToModel.add(`${shapeName}.${name}`);
    for (const [name, value] of Object.entries(tree)) {
      const theirs = names.get(name);
      if (theirs === undefined) continue;
      [sdk[theirs], known[name]] = this.#value(own[name].shape, value, members[theirs]);
    }
    return [sdk, known];
  }

  #nameOf(name, members, shapeName) {
    if (name in members) return name;
    const other = Object.keys(members).find((m) => m.toLowerCase() === name.toLowerCase());
    (other ? this.renamed : this.unknownToSdk).add(`${shapeName}.${name}`);
    return other;
  }

  #value(shapeName, value, schema) {
    const shape = this.#model.shapes[shapeName];
    switch (shape.type) {
      case 'structure':
        return shape.document ? [value, value] : this.structure(shapeName, value, schema);
      case 'list': {
        const items = value.map((v) => this.#value(shape.member.shape, v, schema.getValueSchema()));
        return [items.map((i) => i[0]), items.map((i) => i[1])];
      }
      case 'map': {
        const entries = Object.entries(value).map(([k, v]) => [k, this.#value(shape.value.shape, v, schema.getValueSchema())]);
        return [Object.fromEntries(entries.map(([k, v]) => [k, v[0]])), Object.fromEntries(entries.map(([k, v]) => [k, v[1]]))];
      }
      case 'timestamp': return [new Date(value * 1000), value];
      case 'blob': return [new Uint8Array(Buffer.from(value, 'base64')), value];
      case 'float': case 'double': return [Number(value), value];
      default: return [schema.isNumericSchema() ? Number(value) : value, value];
    }
  }
}
