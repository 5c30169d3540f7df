#!/usr/bin/env node
// Round trips of every operation of one service through the AWS SDK for JavaScript v3, against the endpoint that Minato.Conformance.Tests starts.
// --plant sends and answers something else than is compared: every round must find it.
//   run.mjs --endpoint URL --region R --key ID:SECRET --service ecs [--protocol query] [--operation Name] [--seed 1] [--rounds 4]
import { parseArgs } from 'node:util';
import { Chance } from './lib/chance.mjs';
import { Client } from './lib/client.mjs';
import { differences, show } from './lib/compare.mjs';
import { Filler } from './lib/filled.mjs';
import { membersWithin, readModel } from './lib/model.mjs';
import { Translator } from './lib/translate.mjs';

const text = { type: 'string' };
const { values: options } = parseArgs({ options: { endpoint: text, region: text, key: text, service: text, protocol: text, operation: text, seed: text, rounds: text, plant: { type: 'boolean' } } });
const model = readModel(options.service);
const protocol = options.protocol || model.metadata.protocol;
const seed = options.seed || '1';
const rounds = Number(options.rounds || 4);
const client = await Client.open(options, protocol);
const translator = new Translator(model);
const omitted = new Set();
const filled = { request: new Set(), answer: new Set() };
const found = [];
const skipped = [];
let roundTrips = 0;
let operations = 0;

const forms = ['query', 'ec2'].find((p) => p === protocol);
const usedErrors = new Map();
// A member that makes the SDK sign with SigV4a, for which it needs a package that is not among ours.
const signedElsewhere = new Set(['PutEventsRequest.EndpointId']);

function without(shape, input) {
  for (const member of Object.keys(input ?? {})) if (signedElsewhere.has(`${shape}.${member}`)) delete input[member];
  return input;
}

async function tryRound(name, operation, schema, round) {
  const id = `${options.service}:${protocol}:${name}:${round}:${seed}`;
  const chance = new Chance(id);
  // First with every member, then with most, then with few.
  const presence = round === 0 ? 1 : round % 3 === 2 ? 0.3 : 0.8;
  const input = operation.input ? without(operation.input.shape, new Filler(model, chance, presence, { omitted, filled: filled.request, forms }).structure(operation.input.shape)) : {};
  const output = operation.output ? new Filler(model, chance, presence, { omitted, filled: filled.answer }).structure(operation.output.shape) : {};
  if (input === undefined || output === undefined) return void skipped.push(`${name} (no valid ${input ? 'answer' : 'request'} could be made)`);
  const [request, sent] = translator.structure(operation.input?.shape, input, schema[4]);
  const [expected] = translator.structure(operation.output?.shape, output, schema[5]);
  if (options.plant) plant(sent, expected);
  const { received, answer, error } = await client.call(name, request, { answer: output });
  roundTrips++;
  const report = (direction, list) => list.forEach((d) => found.push({ name, direction, round, ...d }));
  if (error && !received?.received) return report('call', [{ path: '(all)', sent: request, received: `${error.name}: ${error.message}; ${received?.fault ?? 'no fault in the endpoint'}` }]);
  report('request', differences(sent, received.received));
  if (received.operation !== name) report('request', [{ path: '(operation)', sent: name, received: received.operation }]);
  if (error) return report('answer', [{ path: '(all)', sent: output, received: `${error.stack}; ${received.fault ?? ''}` }]);
  const { $metadata, ...came } = answer;
  report('answer', differences(expected, came));
}

// One member less on each side.
function plant(...trees) {
  for (const tree of trees) delete tree[Object.keys(tree)[0]];
}

async function tryError(name, operation, schema) {
  const errors = operation.errors ?? [];
  const shape = errors.toSorted((a, b) => (usedErrors.get(a) ?? 0) - (usedErrors.get(b) ?? 0))[0];
  usedErrors.set(shape, (usedErrors.get(shape) ?? 0) + 1);
  const chance = new Chance(`${options.service}:${name}:error:${seed}`);
  const input = operation.input ? without(operation.input.shape, new Filler(model, chance, 0.8, { forms }).structure(operation.input.shape)) : {};
  if (input === undefined) return;
  const definition = model.shapes[shape];
  const message = `It <failed> & "${chance.below(1e6)}" é漢`;
  const { message: m1, Message: m2, ...members } = definition ? new Filler(model, chance, 1, { omitted }).structure(shape) ?? {} : {};
  const status = definition?.error?.httpStatusCode ?? (definition?.fault ? 500 : 400);
  const told = { shape: shape ?? 'Some.Unmodelled.Code', message, members, status };
  const [request] = translator.structure(operation.input?.shape, input, schema[4]);
  const { received, error } = await client.call(name, request, { error: told });
  roundTrips++;
  const report = (path, sent, came) => found.push({ name, direction: 'error', round: 'error', path, sent, received: came });
  if (!error || !received?.received) return report('(all)', told, error ? `${error.name}: ${error.message}; ${received?.fault ?? ''}` : 'an answer');
  // Of shapes that share a code in the query protocol the SDK takes any.
  if (![told.shape, definition?.error?.code].includes(error.name)) report('(name)', told.shape, error.name);
  if (error.message !== message) report('(message)', message, error.message);
  if (error.$metadata?.httpStatusCode !== status) report('(status)', status, error.$metadata?.httpStatusCode);
  const fault = status >= 500 ? 'server' : 'client';
  if (definition && error.$fault !== fault) report('(fault)', fault, error.$fault);
  const theirs = client.module[`${shape}$`];
  if (!theirs) return;
  const [expected] = translator.structure(shape, members, theirs);
  for (const [member, value] of Object.entries(expected))
    for (const d of differences(value, error[member], member)) report(d.path, d.sent, d.received);
}

const work = Object.entries(model.operations).filter(([name]) => !options.operation || name === options.operation).flatMap(([name, operation]) => {
  const schema = client.schema(name);
  if (!schema) return void skipped.push(`${name} (the SDK does not have it)`) ?? [];
  operations++;
  return [...Array.from({ length: rounds }, (_, round) => () => tryRound(name, operation, schema, round)), () => tryError(name, operation, schema)];
});
await Promise.all(Array.from({ length: 8 }, async () => {
  for (let next; (next = work.shift());) await next();
}));

const never = (side, roots) => [...membersWithin(model, roots.map((ref) => ref?.shape))].filter((member) => !filled[side].has(member)).map((member) => `${side} ${member}`);
const all = Object.entries(model.operations).filter(([name]) => !options.operation || name === options.operation).map(([, operation]) => operation);
const neverFilled = new Set([...never('request', all.map((o) => o.input)), ...never('answer', all.map((o) => o.output))]);
const leftOut = [[skipped.length, 'operations'], [omitted.size, 'members without a valid value'], [translator.unknownToSdk.size, 'members only in the model'],
  [neverFilled.size, 'members that chance never filled'], [translator.unknownToModel.size, 'members only in the SDK']].filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
console.log(`${options.service}${options.protocol ? ` (${protocol})` : ''}: ${operations} operations, ${roundTrips} round trips, ${found.length} differences${leftOut.length ? `; left out: ${leftOut.join(', ')}` : ''}`);
const list = (title, items) => items.size && console.log(`  ${title}: ${items.size}\n    ${[...items].sort().join('\n    ')}`);
list('left out, the operations', new Set(skipped));
list('left out, no valid value was found for', omitted);
list('left out, never filled by chance', neverFilled);
list('left out, in the model but not in the SDK', translator.unknownToSdk);
list('left out, in the SDK but not in the model', translator.unknownToModel);
list('matched by letters alone, spelled otherwise in the SDK', translator.renamed);
for (const d of found.slice(0, 20))
  console.log(`\n  ${d.name} ${d.direction} at ${d.path} (seed ${seed}, round ${d.round})\n    meant: ${show(d.sent)}\n    came:  ${show(d.received)}`);
if (found.length > 20) console.log(`\n  and ${found.length - 20} more`);
client.close();
process.exitCode = found.length > 0 || operations === 0 ? 1 : 0;
