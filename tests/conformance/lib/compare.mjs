const kind = (v) => v === undefined || v === null ? 'absent' : v instanceof Date ? 'date' : v instanceof Uint8Array ? 'bytes' : Array.isArray(v) ? 'list' : typeof v;

/** Differences between what was meant and what came, as { path, sent, received }. Empty is not absent. */
export function differences(meant, came, path = '', found = []) {
  const differ = () => found.push({ path: path || '(all)', sent: meant, received: came });
  if (kind(meant) !== kind(came)) differ();
  else if (kind(meant) === 'date') { if (meant.getTime() !== came.getTime()) differ(); }
  else if (kind(meant) === 'bytes') { if (!Buffer.from(meant).equals(Buffer.from(came))) differ(); }
  else if (kind(meant) === 'list') {
    if (meant.length !== came.length) differ();
    else meant.forEach((m, i) => differences(m, came[i], `${path}[${i}]`, found));
  } else if (kind(meant) === 'object') {
    for (const name of new Set([...Object.keys(meant), ...Object.keys(came)])) differences(meant[name], came[name], path ? `${path}.${name}` : name, found);
  } else if (kind(meant) !== 'absent' && !Object.is(meant, came)) differ();
  return found;
}

export const show = (value) => value === undefined ? 'nothing' : JSON.stringify(value, (_, v) => typeof v === 'number' && !Number.isFinite(v) ? String(v) : v instanceof Uint8Array ? Buffer.from(v).toString('base64') : v)?.slice(0, 400);
