/** Signs one role's metadata with those of the keys at hand that a root names for it. */
import { createHash } from 'node:crypto';
import { Metadata, MetaFile, type Root } from '@tufjs/models';
import type { EpochMs } from '../../device/clock.ts';
import { utf8 } from '../core/bytes.ts';
import { parseMetadata, type RoleContents, type RoleMetadata, type RoleName } from './metadata.ts';
import { isSignedBy } from './signatures.ts';
import { type SigningKey, shownKeyId } from './signing-keys.ts';
import { TargetsError } from './targets-fault.ts';

/** The edition of the specification that is written. */
export const specVersion = '1.0.31';

export interface Signing {
  readonly now: EpochMs;
  /** How long snapshot and timestamp, whose keys are at hand every day, are in force. */
  readonly onlineDays: number;
  readonly keys: readonly SigningKey[];
}

const dayMs = 24 * 60 * 60 * 1_000;

/** Root: two years, a ceremony. Targets: a year, for whoever has the key signs anew before. */
export function daysOf(role: RoleName, { onlineDays }: Signing): number {
  if (role === 'root') return 730;
  return role === 'targets' ? 365 : onlineDays;
}

export function expiryOf(role: RoleName, signing: Signing): string {
  const end = new Date(signing.now + daysOf(role, signing) * dayMs);
  return end.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** Signed as this root wants it, and more than half of its time left or nobody here to renew it. */
export function mayStay(root: Root, signed: RoleMetadata<RoleName>, signing: Signing): boolean {
  if (!isSignedBy(root, signed)) return false;
  const leftMs = Date.parse(signed.content.expires) - signing.now;
  const isYoung = leftMs >= (daysOf(signed.role, signing) * dayMs) / 2;
  return isYoung || keysFor(root, signed.role, signing).length < thresholdOf(root, signed.role);
}

/**
 * @param roots each wants the role signed by a threshold of the keys that it names for it.
 * @throws TargetsError when keys are missing, or when a device would refuse what was signed.
 */
export function sign<Role extends RoleName>(
  role: Role,
  content: RoleContents[Role],
  { roots, signing }: { readonly roots: readonly Root[]; readonly signing: Signing },
): RoleMetadata<Role> {
  const metadata = new Metadata(content);
  for (const root of roots) {
    const keys = keysFor(root, role, signing);
    if (keys.length < thresholdOf(root, role)) throw keysMissing(root, role, keys.length);
    for (const key of keys) metadata.sign((message) => key.sign(message));
  }
  const bytes = utf8(`${JSON.stringify(metadata.toJSON(), null, 1)}\n`);
  const read = parseMetadata(role, bytes);
  if (read.ok && roots.every((root) => isSignedBy(root, read.value))) return read.value;
  const why = read.ok ? 'its signatures do not hold' : read.fault.detail;
  const hint = 'too many targets, or a bad key? nothing was written';
  throw new TargetsError('targets/bad-request', `${role} would be refused: ${why}`, hint);
}

export function versionAfter(before: RoleMetadata<RoleName> | undefined): number {
  return (before?.content.version ?? 0) + 1;
}

/** How the role above names a file of metadata. */
export function metaFileOf({ bytes, content }: RoleMetadata<RoleName>): MetaFile {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return new MetaFile({ version: content.version, length: bytes.length, hashes: { sha256 } });
}

function thresholdOf(root: Root, role: RoleName): number {
  return root.roles[role]?.threshold ?? Number.POSITIVE_INFINITY;
}

function keysFor(root: Root, role: RoleName, { keys }: Signing): readonly SigningKey[] {
  const ids = new Set(root.roles[role]?.keyIDs);
  const distinct = new Map(keys.map((key) => [key.key.keyID, key]));
  return [...distinct.values()].filter(({ key }) => ids.has(key.keyID));
}

function keysMissing(root: Root, role: RoleName, found: number): TargetsError {
  const wanted = `${thresholdOf(root, role)} of the keys ${idsOf(root, role).join(', ')}`;
  const message = `root ${root.version} wants ${role} signed by ${wanted}; ${found} at hand`;
  const hint = 'plug in the sticks that have them and name each with --keys';
  return new TargetsError('targets/key-missing', message, hint);
}

function idsOf(root: Root, role: RoleName): readonly string[] {
  return (root.roles[role]?.keyIDs ?? []).map(shownKeyId);
}
