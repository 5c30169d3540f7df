#!/usr/bin/env node
// Prints random inputs and outputs of one operation as JSON, for clients in other languages.
//   trees.mjs --service ecs --operation CreateService [--seed 1] [--rounds 4]
import { parseArgs } from 'node:util';
import { Chance } from './lib/chance.mjs';
import { Filler } from './lib/filled.mjs';
import { readModel } from './lib/model.mjs';

const text = { type: 'string' };
const { values: options } = parseArgs({ options: { service: text, operation: text, seed: text, rounds: text } });
const model = readModel(options.service);
const operation = model.operations[options.operation];
const forms = ['query', 'ec2'].find((p) => p === model.metadata.protocol) ?? (model.metadata.protocols?.includes('query') ? 'query' : undefined);
const rounds = Array.from({ length: Number(options.rounds || 4) }, (_, round) => {
  const chance = new Chance(`${options.service}:${options.operation}:${round}:${options.seed || 1}`);
  // Some clients send no fractions of a second.
  const fill = (ref, forms) => ref ? new Filler(model, chance, round === 0 ? 1 : 0.8, { forms, wholeSeconds: true }).structure(ref.shape) : {};
  return { input: fill(operation.input, forms), output: fill(operation.output) };
});
console.log(JSON.stringify({ errors: operation.errors.map((shape) => ({ shape, ...model.shapes[shape].error })), rounds }));
