/**
 * The client workflow of TUF as steps on bytes: what is trusted and a file of metadata in, what is
 * trusted now out. No step changes anything but by its result; nobody here downloads or stores.
 *
 *   root N ─ root N+1 ─ … ─ timestamp ─ snapshot ─ targets ─ files
 *
 * Delegations are ignored: a target that only a delegated role lists is not found. That is safe, for
 * the top-level role comes first in any search (§5.6.7), and lets an office use other tools.
 *
 * Source: The Update Framework specification 1.0.x, §5.2 to §5.6.
 */
import type { MetaFile } from '@tufjs/models';
import type { EpochMs } from '../../device/clock.ts';
import { parseMetadata, type RoleMetadata, type RoleName, roleNames } from './metadata.ts';
import { isSignedBy, publicKeysOf } from './signatures.ts';
import { refused, trusted, type Verdict } from './targets-fault.ts';

/** What is believed; each role rests on those before it. */
export interface TrustedSet {
  readonly root: RoleMetadata<'root'>;
  readonly timestamp?: RoleMetadata<'timestamp'> | undefined;
  readonly snapshot?: RoleMetadata<'snapshot'> | undefined;
  readonly targets?: RoleMetadata<'targets'> | undefined;
}

/** The first root, which came with the device (§5.2). Its expiry does not matter yet. */
export function trustFirstRoot(bytes: Uint8Array): Verdict<TrustedSet> {
  const root = parseMetadata('root', bytes);
  if (!root.ok) return root;
  if (!isSignedBy(root.value.content, root.value)) return unsigned('root');
  return trusted({ root: root.value });
}

/** Root N+1, signed as root N demands and as it demands itself (§5.3.4, §5.3.5, §5.3.11). */
export function withNextRoot(set: TrustedSet, bytes: Uint8Array): Verdict<TrustedSet> {
  const root = parseMetadata('root', bytes);
  if (!root.ok) return root;
  const next = root.value;
  if (!isSignedBy(set.root.content, next) || !isSignedBy(next.content, next)) {
    return unsigned('root');
  }
  const expected = set.root.content.version + 1;
  if (next.content.version !== expected) {
    return refused('targets/rollback', `root ${next.content.version} where ${expected} belongs`);
  }
  // New keys mean that the old ones may have signed any version number: counting starts again.
  const isRotated = (['timestamp', 'snapshot'] as const).some(
    (role) =>
      String(publicKeysOf(set.root.content, role)) !== String(publicKeysOf(next.content, role)),
  );
  return trusted(isRotated ? { root: next } : { ...set, root: next });
}

/** The newest root must be in force before anything new is believed (§5.3.10). */
export function requireFreshRoot(set: TrustedSet, now: EpochMs): Verdict<TrustedSet> {
  return freshOnly(set, 'root', now);
}

/** §5.4. The version that is trusted already changes nothing. */
export function withTimestamp(
  set: TrustedSet,
  bytes: Uint8Array,
  now: EpochMs,
): Verdict<TrustedSet> {
  const joined = joinTimestamp(set, bytes);
  return joined.ok ? freshOnly(joined.value, 'timestamp', now) : joined;
}

/** §5.5. */
export function withSnapshot(
  set: TrustedSet,
  bytes: Uint8Array,
  now: EpochMs,
): Verdict<TrustedSet> {
  const joined = joinSnapshot(set, bytes);
  return joined.ok ? freshOnly(joined.value, 'snapshot', now) : joined;
}

/** §5.6.1 to §5.6.5. */
export function withTargets(set: TrustedSet, bytes: Uint8Array, now: EpochMs): Verdict<TrustedSet> {
  const joined = joinTargets(set, bytes);
  return joined.ok ? freshOnly(joined.value, 'targets', now) : joined;
}

/** What a disk kept of a trusted set: expired or not, but signed as the root demands today. */
export function restoreTrustedSet(
  root: Uint8Array,
  rest: Readonly<Partial<Record<RoleName, Uint8Array>>>,
): Verdict<TrustedSet> {
  const first = trustFirstRoot(root);
  if (!first.ok || rest.timestamp === undefined) return first;
  const second = joinTimestamp(first.value, rest.timestamp);
  if (!second.ok) return first;
  if (rest.snapshot === undefined) return second;
  const third = joinSnapshot(second.value, rest.snapshot);
  if (!third.ok || rest.targets === undefined) return third.ok ? third : second;
  const fourth = joinTargets(third.value, rest.targets);
  return fourth.ok ? fourth : third;
}

/** The first role that is missing or out of force: nothing new may be taken on this set's word. */
export function expiredRole(set: TrustedSet, now: EpochMs): RoleName | undefined {
  return roleNames.find((role) => !isInForce(set, role, now));
}

/** All four roles, and each the one that the role above it names. */
export function isComplete(set: TrustedSet): boolean {
  const { timestamp, snapshot, targets } = set;
  return (
    timestamp !== undefined &&
    snapshot?.content.version === timestamp.content.snapshotMeta.version &&
    targets !== undefined &&
    targets.content.version === snapshot.content.meta['targets.json']?.version
  );
}

function joinTimestamp(set: TrustedSet, bytes: Uint8Array): Verdict<TrustedSet> {
  const timestamp = signedBy(set, 'timestamp', bytes);
  if (!timestamp.ok) return timestamp;
  const { content: before } = set.timestamp ?? {};
  const { content: after } = timestamp.value;
  if (before !== undefined) {
    if (after.version < before.version) return olderThan('timestamp', before, after);
    if (after.version === before.version) return trusted(set);
    if (after.snapshotMeta.version < before.snapshotMeta.version) {
      return olderThan('snapshot', before.snapshotMeta, after.snapshotMeta);
    }
  }
  return trusted({ ...set, timestamp: timestamp.value });
}

function joinSnapshot(set: TrustedSet, bytes: Uint8Array): Verdict<TrustedSet> {
  const named = set.timestamp?.content.snapshotMeta;
  const snapshot = namedBy(set, { role: 'snapshot', named }, bytes);
  if (!snapshot.ok) return snapshot;
  const { meta } = snapshot.value.content;
  for (const [name, before] of Object.entries(set.snapshot?.content.meta ?? {})) {
    const after = Object.hasOwn(meta, name) ? meta[name] : undefined;
    if (after === undefined) return refused('targets/rollback', 'snapshot: a role is not listed');
    if (after.version < before.version) return olderThan('targets', before, after);
  }
  return trusted({ ...set, snapshot: snapshot.value });
}

function joinTargets(set: TrustedSet, bytes: Uint8Array): Verdict<TrustedSet> {
  const named = set.snapshot?.content.meta['targets.json'];
  const targets = namedBy(set, { role: 'targets', named }, bytes);
  return targets.ok ? trusted({ ...set, targets: targets.value }) : targets;
}

interface Naming<Role extends RoleName> {
  readonly role: Role;
  readonly named: MetaFile | undefined;
}

/** Exactly what the role above names: bytes first, then signatures, then the version. */
function namedBy<Role extends RoleName>(
  set: TrustedSet,
  { role, named }: Naming<Role>,
  bytes: Uint8Array,
): Verdict<RoleMetadata<Role>> {
  if (named === undefined) return refused('targets/missing', `${role}: nothing names it yet`);
  if (!areBytesOf(named, bytes)) {
    return refused('targets/mismatch', `${role}: other bytes than named`);
  }
  const signed = signedBy(set, role, bytes);
  if (!signed.ok || signed.value.content.version === named.version) return signed;
  const { version } = signed.value.content;
  return refused('targets/mismatch', `${role} ${version} where ${named.version} is named`);
}

function signedBy<Role extends RoleName>(
  set: TrustedSet,
  role: Role,
  bytes: Uint8Array,
): Verdict<RoleMetadata<Role>> {
  const signed = parseMetadata(role, bytes);
  if (!signed.ok) return signed;
  return isSignedBy(set.root.content, signed.value) ? signed : unsigned(role);
}

function areBytesOf(named: MetaFile, bytes: Uint8Array): boolean {
  try {
    named.verify(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    return true;
  } catch {
    // Another length, another hash, or a hash that Node does not know: not shown to be these bytes.
    return false;
  }
}

function freshOnly(set: TrustedSet, role: RoleName, now: EpochMs): Verdict<TrustedSet> {
  if (isInForce(set, role, now)) return trusted(set);
  const content = set[role]?.content;
  return refused('targets/expired', `${role} ${content?.version} expired ${content?.expires}`);
}

/** A role that is not there, or a time that is none, is not in force. */
function isInForce(set: TrustedSet, role: RoleName, now: EpochMs): boolean {
  return now < Date.parse(set[role]?.content.expires ?? '');
}

function unsigned(role: RoleName) {
  return refused('targets/unsigned', `${role}: too few of its keys signed it`);
}

interface Versioned {
  readonly version: number;
}

function olderThan(role: RoleName, before: Versioned, after: Versioned) {
  const what = `${role} ${after.version} after ${before.version}`;
  return refused('targets/rollback', what);
}
