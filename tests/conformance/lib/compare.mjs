const kind = (v) => v === undefined || v === null ? 'absent' : v instanceof Date ? 'date' : v instanceof Uint8Array ? 'bytes' : Array.isArray(v) ? 'list' : typeof v;
const isEmpty = (v) => (Array.isArray(v) && v.length === 0) || (kind(v) === 'object' && Object.keys(v).length === 0);

/** Differences between what was meant and what came, as { path, sent, received }. `emptyIsAbsent`: the protocol cannot tell an empty list or map from none. */
export function differences(meant, came, { emptyIsAbsent = false } = {}, path = '', found = []) {
  const differ = () => found.push({ path: path || '(all)', sent: meant, received: came });
  if (emptyIsAbsent && (isEmpty(meant) || kind(meant) === 'absent') && (isEmpty(came) || kind(came) === 'absent')) return found;
  if (kind(meant) !== kind(came)) differ();
  else if (kind(meant) === 'date') { if (meant.getTime() !== came.getTime()) differ(); }
  else if (kind(meant) === 'bytes') { if (!Buffer.from(meant).equals(Buffer.from(came))) differ(); }
  else if (kind(meant) === 'list') {
    if (meant.length !== came.length) differ();
    else meant.forEach((m, i) => differences(m, came[i], { emptyIsAbsent }, `${path}[${i}]`, found));
  } else if (kind(meant) === 'object') {
    for (const name of new Set([...Object.keys(meant), ...Object.keys(came)])) differences(meant[name], came[name], { emptyIsAbsent }, path ? `${path}.${name}` : name, found);
  } else if (kind(meant) !== 'absent' && !Object.is(meant, came)) differ();
  return found;
}

export const show = (value) => value === undefined ? 'nothing' : JSON.stringify(value, (_, v) => typeof v === 'number' && !Number.isFinite(v) ? String(v) : v instanceof Uint8Array ? Buffer.from(v).toString('base64') : v)?.slice(0, 400);
