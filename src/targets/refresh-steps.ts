/**
 * Asks a source for what is newer than a trusted set, file by file and each within its limit, and
 * lets trusted-set.ts judge it. Keeps nothing but roots, and these through its caller.
 */
import { metadataBytesMax } from './metadata.ts';
import { refused, type Verdict } from './targets-fault.ts';
import { readMetadata, type Visit } from './targets-source.ts';
import {
  requireFreshRoot,
  type TrustedSet,
  withNextRoot,
  withSnapshot,
  withTargets,
  withTimestamp,
} from './trusted-set.ts';

/** So many new roots in one refresh; the next refresh goes on from there (§5.3.3). */
export const rootStepsMax = 64;

/** Each root is kept as soon as it is trusted, so that a cut loses none of a long way (§5.3.8). */
export async function updateRoots(
  start: TrustedSet,
  visit: Visit,
  save: (set: TrustedSet) => Promise<void>,
): Promise<Verdict<TrustedSet>> {
  let set = start;
  for (let step = 0; step < rootStepsMax; step += 1) {
    const name = `${set.root.content.version + 1}.root.json`;
    const bytes = await readMetadata(visit, name, metadataBytesMax.root);
    if (bytes === undefined) break;
    const next = bytes.ok ? withNextRoot(set, bytes.value) : bytes;
    if (!next.ok) return next;
    set = next.value;
    await save(set);
  }
  return requireFreshRoot(set, visit.now);
}

/** Timestamp, snapshot and targets: all three become trusted together, or none. */
export async function updateRest(set: TrustedSet, visit: Visit): Promise<Verdict<TrustedSet>> {
  const bytes = await demand(visit, 'timestamp.json', metadataBytesMax.timestamp);
  const first = bytes.ok ? withTimestamp(set, bytes.value, visit.now) : bytes;
  if (!first.ok) return first;
  const second = await updateSnapshot(first.value, visit);
  return second.ok ? updateTargets(second.value, visit) : second;
}

/** Bytes that are at hand already are tried first: a refresh without news costs two requests. */
async function updateSnapshot(set: TrustedSet, visit: Visit): Promise<Verdict<TrustedSet>> {
  const named = set.timestamp?.content.snapshotMeta;
  const kept = set.snapshot && withSnapshot(set, set.snapshot.bytes, visit.now);
  if (kept?.ok) return kept;
  const bytesMax = Math.min(named?.length ?? metadataBytesMax.snapshot, metadataBytesMax.snapshot);
  const bytes = await demand(visit, `${named?.version}.snapshot.json`, bytesMax);
  return bytes.ok ? withSnapshot(set, bytes.value, visit.now) : bytes;
}

async function updateTargets(set: TrustedSet, visit: Visit): Promise<Verdict<TrustedSet>> {
  const named = set.snapshot?.content.meta['targets.json'];
  const kept = set.targets && withTargets(set, set.targets.bytes, visit.now);
  if (kept?.ok) return kept;
  const bytesMax = Math.min(named?.length ?? metadataBytesMax.targets, metadataBytesMax.targets);
  const bytes = await demand(visit, `${named?.version}.targets.json`, bytesMax);
  return bytes.ok ? withTargets(set, bytes.value, visit.now) : bytes;
}

async function demand(visit: Visit, name: string, bytesMax: number): Promise<Verdict<Uint8Array>> {
  const bytes = await readMetadata(visit, name, bytesMax);
  return bytes ?? refused('targets/missing', `the source has no ${name}`);
}
