// Writes models/<service>.json: AWS's API facts, without prose, for the operations that services.json names.
// Source: the service descriptions of a botocore installation (Apache-2.0); only facts are taken, every sentence is left behind.
// What only the newest AWS SDK for JavaScript v3 has is laid over it (overlay.mjs): members and shapes, without limits.
//   node tools/models/import.mjs --botocore DIR_WITH_data [--sdk DIR_WITH_node_modules] [--services FILE] [--out DIR] [--only SERVICE]
import { gunzipSync } from 'node:zlib';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Overlay } from './overlay.mjs';

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const here = import.meta.dirname;
const botocore = option('botocore');
if (!botocore || !existsSync(join(botocore, 'data'))) {
  console.error('Give the botocore package folder: --botocore DIR (python3 -c "import botocore; print(botocore.__path__[0])" prints it).');
  process.exit(2);
}
const sdk = option('sdk', join(here, '../../tests/conformance'));
if (!existsSync(join(sdk, 'node_modules'))) {
  console.error(`The packages of the AWS SDK for JavaScript are not in ${sdk}: run npm ci there.`);
  process.exit(2);
}
const only = option('only');
const out = option('out', join(here, '../../models'));
const services = JSON.parse(readFileSync(option('services', join(here, 'services.json')), 'utf8'));

const dropped = new Set(['documentation', 'documentationUrl', 'examples', 'box', 'deprecatedMessage', 'deprecatedSince', 'internalonly',
  'endpointdiscovery', 'endpointoperation', 'staticContextParams', 'operationContextParams', 'contextParam', 'authtype', 'auth',
  'unsignedPayload', 'deprecated', 'idempotent', 'readonly', 'hostLabel', 'endpoint']);
const facts = (node) => Array.isArray(node) ? node.map(facts)
  : node && typeof node === 'object' ? Object.fromEntries(Object.entries(node).filter(([k]) => !dropped.has(k)).map(([k, v]) => [k, facts(v)]))
  : node;
// A member named "documentation" is an API fact, not prose: members are cleaned one by one.
const shapeFacts = (shape) => {
  const { members, ...rest } = shape;
  const clean = facts(rest);
  return members ? { ...clean, members: Object.fromEntries(Object.entries(members).map(([k, v]) => [k, facts(v)])) } : clean;
};
const read = (folder, file) => {
  const path = join(folder, file);
  return existsSync(`${path}.gz`) ? JSON.parse(gunzipSync(readFileSync(`${path}.gz`))) : existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
};
const reach = (shapes, name, seen) => {
  if (seen.has(name)) return;
  seen.add(name);
  const shape = shapes[name];
  for (const ref of [...Object.values(shape.members ?? {}), shape.member, shape.key, shape.value]) if (ref?.shape) reach(shapes, ref.shape, seen);
};
const line = (value) => JSON.stringify(value);
const table = (entries) => Object.keys(entries).sort().map((k) => `    ${line(k)}: ${line(entries[k])}`).join(',\n');

for (const [service, wanted] of Object.entries(services)) {
  if (only && service !== only) continue;
  const root = join(botocore, 'data', wanted.botocore);
  const folder = join(root, readdirSync(root).filter((d) => /^\d{4}-/.test(d)).sort().at(-1));
  const model = read(folder, 'service-2.json');
  const paginators = read(folder, 'paginators-1.json')?.pagination ?? {};
  const names = wanted.operations === 'all'
    ? Object.keys(model.operations).filter((o) => !hasEventStream(model, o)) : wanted.operations;
  const operations = {};
  const seen = new Set();
  for (const name of names) {
    if (!model.operations[name]) throw new Error(`${service} has no operation ${name}`);
    const operation = facts(model.operations[name]);
    delete operation.name;
    operation.errors = (operation.errors ?? []).map((e) => e.shape).sort();
    for (const ref of [operation.input, operation.output]) if (ref) reach(model.shapes, ref.shape, seen);
    for (const error of operation.errors) reach(model.shapes, error, seen);
    if (paginators[name]) operation.pagination = paginators[name];
    operations[name] = operation;
  }
  const { apiVersion, endpointPrefix, jsonVersion, protocol, protocols, serviceId, signingName, targetPrefix, xmlNamespace, awsQueryCompatible } = model.metadata;
  const metadata = { apiVersion, awsQueryCompatible, endpointPrefix, jsonVersion, protocol, protocols, serviceId, signingName: signingName ?? endpointPrefix, targetPrefix, xmlNamespace };
  const shapes = Object.fromEntries([...seen].map((n) => [n, shapeFacts(model.shapes[n])]));
  // Values that the service answers with and its description leaves out.
  for (const [shape, values] of Object.entries(wanted.unsaid ?? {})) shapes[shape].enum.push(...values);
  // Enums whose values the service answers with a small letter first, whatever its description says.
  for (const shape of wanted.small ?? []) shapes[shape].enum = shapes[shape].enum.map((v) => v[0].toLowerCase() + v.slice(1));
  // Errors that are the service's own fault, which its description does not say.
  for (const shape of wanted.faults ?? []) shapes[shape].fault = true;
  const overlaid = new Overlay(sdk, service).apply(operations, shapes);
  writeFileSync(join(out, `${service}.json`),
    `{\n  "metadata": ${line(metadata)},\n  "operations": {\n${table(operations)}\n  },\n  "shapes": {\n${table(shapes)}\n  }\n}\n`);
  console.log(`${service}: ${names.length} operations, ${Object.keys(shapes).length} shapes${overlaid.length ? `; only in the SDK: ${overlaid.sort().join(', ')}` : ''}`);
}

function hasEventStream(model, operation) {
  const output = model.operations[operation].output;
  return output && Object.values(model.shapes[output.shape].members ?? {}).some((m) => model.shapes[m.shape].eventstream);
}
