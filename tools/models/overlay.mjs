// What only the AWS SDK for JavaScript v3 knows of a service: members, and the shapes they lead to, from the runtime schema that its public
// packages carry and the enums that they export. It knows no limits, and only that a number is one: integer, unless named below.
import { createRequire } from 'node:module';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const doubles = new Set(['LogAlarm.Threshold']);
// The SDK's own invention: the text that Expires was read from.
const notOnTheWire = new Set(['GetObjectOutput.ExpiresString', 'HeadObjectOutput.ExpiresString']);

export class Overlay {
  #require; #module; #normal; #declared; #shapes; #added = [];

  /** @param folder Where the packages `@aws-sdk/client-*` are installed. */
  constructor(folder, service) {
    this.#require = createRequire(join(folder, 'package.json'));
    this.#module = this.#require(`@aws-sdk/client-${service}`);
    this.#normal = this.#require('@smithy/core/schema').NormalizedSchema;
    this.#declared = declarations(dirname(this.#require.resolve(`@aws-sdk/client-${service}/package.json`)));
  }

  /** Adds to the shapes what the schemas of these operations have beyond them, and tells what that was. */
  apply(operations, shapes) {
    this.#shapes = shapes;
    const seen = new Set();
    for (const [name, operation] of Object.entries(operations)) {
      const schema = this.#module[`${name}Command`] && new this.#module[`${name}Command`]({}).schema;
      if (!schema) continue;
      if (operation.input) this.#compare(operation.input.shape, this.#normal.of(schema[4]), seen);
      if (operation.output) this.#compare(operation.output.shape, this.#normal.of(schema[5]), seen);
      for (const error of operation.errors) if (this.#module[`${error}$`]) this.#compare(error, this.#normal.of(this.#module[`${error}$`]), seen);
    }
    return this.#added;
  }

  #compare(name, schema, seen) {
    if (seen.has(name) || schema.isUnitSchema()) return;
    seen.add(name);
    const shape = this.#shapes[name];
    if (shape.type === 'list') return this.#compare(shape.member.shape, schema.getValueSchema(), seen);
    if (shape.type === 'map') return this.#compare(shape.value.shape, schema.getValueSchema(), seen);
    if (shape.type !== 'structure' || shape.document || !schema.isStructSchema()) return;
    const known = new Map(Object.keys(shape.members ?? {}).map((member) => [member.toLowerCase(), member]));
    for (const [member, theirs] of schema.structIterator()) {
      const ours = known.get(member.toLowerCase());
      if (ours) this.#compare(shape.members[ours].shape, theirs, seen);
      else if (!notOnTheWire.has(`${name}.${member}`) && (!shape.exception || member.toLowerCase() !== 'message')) this.#add(name, member, theirs);
    }
  }

  #add(owner, member, schema) {
    const shape = this.#shapes[owner];
    shape.members ??= {};
    shape.members[member] = { shape: this.#shape(owner, member, schema), ...wire(owner, member, schema) };
    const [, , , , members, , required = 0] = this.#module[`${owner}$`] ?? [];
    if (members?.indexOf(member) < required) shape.required = [...new Set([...(shape.required ?? []), member])];
    this.#added.push(`${owner}.${member}`);
  }

  /** The name of the shape of a member, or of the elements of its list; new ones are made. */
  #shape(owner, member, schema) {
    if (schema.isStructSchema()) return this.#structure(schema);
    if (schema.isListSchema()) return this.#named(schema, () => ({ type: 'list', member: { shape: this.#shape(owner, member, schema.getValueSchema()), ...wire(owner, member, schema.getValueSchema()) } }));
    if (schema.isMapSchema()) return this.#named(schema, () => ({ type: 'map', key: { shape: this.#simple({ type: 'string' }, 'String') }, value: { shape: this.#shape(owner, member, schema.getValueSchema()) } }));
    if (schema.isBooleanSchema()) return this.#simple({ type: 'boolean' }, 'Boolean');
    if (schema.isTimestampSchema()) return this.#simple({ type: 'timestamp' }, 'Timestamp');
    if (schema.isBlobSchema()) return this.#simple({ type: 'blob' }, 'Blob');
    if (schema.isNumericSchema()) return doubles.has(`${owner}.${member}`) ? this.#simple({ type: 'double' }, 'Double') : this.#simple({ type: 'integer' }, 'Integer');
    if (!schema.isStringSchema()) throw new Error(`${owner}.${member} is of a kind that is not known here.`);
    const type = this.#declared.get(`${owner}.${member}`);
    const values = type && !this.#module[`${type}$`] && this.#module[type];
    if (!values || typeof values !== 'object') return this.#simple({ type: 'string' }, 'String');
    this.#shapes[type] ??= { type: 'string', enum: Object.values(values) };
    return type;
  }

  #structure(schema) {
    const name = schema.getName(true).split('#')[1];
    if (this.#shapes[name]) return name;
    this.#shapes[name] = { type: 'structure', members: {}, ...(schema.isUnionSchema() ? { union: true } : {}) };
    for (const [member, theirs] of schema.structIterator()) this.#add(name, member, theirs);
    return name;
  }

  #named(schema, make) {
    const own = schema.getSchema();
    // Lists without a name of their own are numbers in the schema.
    const shape = make();
    const name = Array.isArray(own) ? own[2] : `${shape.member?.shape ?? shape.value.shape}${shape.type === 'list' ? 'List' : 'Map'}`;
    this.#shapes[name] ??= shape;
    return name;
  }

  #simple(facts, name) {
    const same = JSON.stringify(facts);
    const existing = [name, `Boxed${name}`, ...Object.keys(this.#shapes).sort()].find((n) => JSON.stringify(this.#shapes[n]) === same);
    if (existing) return existing;
    const free = this.#shapes[name] ? `Any${name}` : name;
    this.#shapes[free] = facts;
    return free;
  }
}

function wire(owner, member, schema) {
  const facts = {};
  for (const [trait, value] of Object.entries(schema.getMergedTraits())) {
    if (trait === 'idempotencyToken') facts.idempotencyToken = true;
    else if (trait === 'sensitive') facts.sensitive = true;
    else if (trait === 'httpQuery') Object.assign(facts, { location: 'querystring', locationName: value });
    else if (trait === 'httpHeader') Object.assign(facts, { location: 'header', locationName: value });
    else if (trait === 'xmlName' || trait === 'jsonName') facts.locationName = value;
    else if (trait === 'ec2QueryName') facts.queryName = value;
    else throw new Error(`${owner}.${member} has ${trait}, which is not known here.`);
  }
  return facts;
}

/** Interface.member to the one type it is declared with, be it alone or in a list. */
function declarations(folder) {
  const types = new Map();
  const models = join(folder, 'dist-types/models');
  for (const file of existsSync(models) ? readdirSync(models).filter((f) => /^models_\d+\.d\.ts$/.test(f)) : [])
    for (const [, owner, body] of readFileSync(join(models, file), 'utf8').matchAll(/^export interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm))
      for (const [, member, type] of body.matchAll(/^ {4}(\w+)\??: (\w+)(?:\[\])*(?: \| undefined)?;/gm)) types.set(`${owner}.${member}`, type);
  return types;
}
