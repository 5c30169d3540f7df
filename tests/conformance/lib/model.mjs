import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A service's model: one that Minato serves, or one imported for these tests alone. */
export function readModel(service) {
  const folders = [join(import.meta.dirname, '../models'), join(import.meta.dirname, '../../../models')];
  const model = JSON.parse(readFileSync(folders.map((folder) => join(folder, `${service}.json`)).find(existsSync), 'utf8'));
  // Route 53's page sizes are texts in our model and numbers in the SDK's.
  if (service === 'route-53') for (const size of ['PageMaxItems', 'MaxResults']) model.shapes[size].numeric = true;
  return model;
}

/** Every member that is reached from the shapes, as Shape.member. */
export function membersWithin(model, roots) {
  const [seen, members] = [new Set(), new Set()];
  const visit = (name) => {
    if (!name || seen.has(name)) return;
    seen.add(name);
    const shape = model.shapes[name];
    for (const [member, ref] of Object.entries(shape.members ?? {})) {
      members.add(`${name}.${member}`);
      visit(ref.shape);
    }
    for (const ref of [shape.member, shape.key, shape.value]) visit(ref?.shape);
  };
  roots.forEach(visit);
  return members;
}
