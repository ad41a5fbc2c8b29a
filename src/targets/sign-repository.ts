/**
 * What the office signs, as a value: the repository as it is and what is to change in, the metadata
 * as it is to be out. A role is signed anew when it has something new to say, or when its keys are
 * at hand and half of its time is over; the timestamp always. Writes nothing and reads no clock.
 */
import { Snapshot, TargetFile, Targets, Timestamp } from '@tufjs/models';
import type { RoleMetadata } from './metadata.ts';
import {
  expiryOf,
  mayStay,
  metaFileOf,
  type Signing,
  sign,
  specVersion,
  versionAfter,
} from './sign-role.ts';
import { nextRoot, type RoleKeys } from './sign-root.ts';
import type { Target } from './target.ts';
import { TargetsError } from './targets-fault.ts';
import { expiredRole, isComplete, restoreTrustedSet, type TrustedSet } from './trusted-set.ts';

export type NewTarget = Omit<Target, 'custom'>;

export interface RepositoryChange {
  readonly add: readonly NewTarget[];
  /** Names that are not to be listed any more; what devices have of them stays in force there. */
  readonly withdraw: readonly string[];
  /** New keys of roles; a role that is not named keeps its own. */
  readonly rotated: Partial<RoleKeys>;
}

/** All four roles; one that did not have to be signed is the same object as before. */
export type SignedRepository = {
  readonly [Role in keyof Required<TrustedSet>]: RoleMetadata<Role>;
};

/** @throws TargetsError when keys are missing; nothing half signed comes out. */
export function signRepository(
  current: TrustedSet,
  change: RepositoryChange,
  signing: Signing,
): SignedRepository {
  const root = nextRoot(current.root, change.rotated, signing);
  const set = { ...current, root };
  const targets = nextTargets(set, change, signing);
  const snapshot = nextSnapshot(set, targets, signing);
  const timestamp = nextTimestamp(set, snapshot, signing);
  return believable({ root, timestamp, snapshot, targets }, signing);
}

function nextTargets(
  { root, targets }: TrustedSet,
  { add, withdraw }: RepositoryChange,
  signing: Signing,
): RoleMetadata<'targets'> {
  const before = targets?.content.targets ?? {};
  const isNews = add.some(({ name, sha256 }) => before[name]?.hashes.sha256 !== sha256);
  const isSettled = !isNews && withdraw.length === 0;
  if (isSettled && targets !== undefined && mayStay(root.content, targets, signing)) return targets;
  const listed = new Map(Object.entries(before));
  for (const name of withdraw) listed.delete(name);
  for (const target of add) listed.set(target.name, targetFileOf(target));
  const content = new Targets({
    ...{ specVersion, version: versionAfter(targets), expires: expiryOf('targets', signing) },
    targets: Object.fromEntries(listed),
  });
  return sign('targets', content, { roots: [root.content], signing });
}

function targetFileOf({ name, length, sha256 }: NewTarget): TargetFile {
  return new TargetFile({ path: name, length, hashes: { sha256 } });
}

function nextSnapshot(
  { root, snapshot }: TrustedSet,
  targets: RoleMetadata<'targets'>,
  signing: Signing,
): RoleMetadata<'snapshot'> {
  const named = snapshot?.content.meta['targets.json']?.version;
  const isSettled = named === targets.content.version;
  if (isSettled && snapshot !== undefined && mayStay(root.content, snapshot, signing)) {
    return snapshot;
  }
  const content = new Snapshot({
    ...{ specVersion, version: versionAfter(snapshot), expires: expiryOf('snapshot', signing) },
    meta: { 'targets.json': metaFileOf(targets) },
  });
  return sign('snapshot', content, { roots: [root.content], signing });
}

function nextTimestamp(
  { root, timestamp }: TrustedSet,
  snapshot: RoleMetadata<'snapshot'>,
  signing: Signing,
): RoleMetadata<'timestamp'> {
  const content = new Timestamp({
    ...{ specVersion, version: versionAfter(timestamp), expires: expiryOf('timestamp', signing) },
    snapshotMeta: metaFileOf(snapshot),
  });
  return sign('timestamp', content, { roots: [root.content], signing });
}

/** The office believes nothing that a device would not: the same steps judge it before it is written. */
function believable(signed: SignedRepository, { now }: Signing): SignedRepository {
  const { root, timestamp, snapshot, targets } = signed;
  const rest = { timestamp: timestamp.bytes, snapshot: snapshot.bytes, targets: targets.bytes };
  const set = restoreTrustedSet(root.bytes, rest);
  const expired = set.ok ? expiredRole(set.value, now) : 'root';
  if (set.ok && isComplete(set.value) && expired === undefined) return signed;
  const message = `devices would refuse this repository: see ${expired ?? 'its metadata'}`;
  const hint =
    'a role that is out of force needs its keys: plug in their sticks, name them in --keys';
  throw new TargetsError('targets/repository-broken', message, hint);
}
