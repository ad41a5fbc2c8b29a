/**
 * Reads one file of TUF metadata: bytes in, a role's content with its signatures out. It checks form
 * and limits only; whether anybody may be believed is for signatures.ts and trusted-set.ts.
 *
 * Source: The Update Framework specification 1.0.x, §4 (theupdateframework.github.io/specification).
 */
import {
  Metadata,
  MetadataKind,
  type MetaFile,
  type Root,
  type Snapshot,
  type Targets,
  type Timestamp,
} from '@tufjs/models';
import { refused, trusted, type Verdict } from './targets-fault.ts';

export const roleNames = ['root', 'timestamp', 'snapshot', 'targets'] as const;
export type RoleName = (typeof roleNames)[number];

/** What a role says, in the library's classes. */
export interface RoleContents {
  readonly root: Root;
  readonly timestamp: Timestamp;
  readonly snapshot: Snapshot;
  readonly targets: Targets;
}

/** Metadata of one role as it was read; nothing is said about whether it is to be trusted. */
export interface RoleMetadata<Role extends RoleName> {
  readonly role: Role;
  readonly bytes: Uint8Array;
  readonly content: RoleContents[Role];
  readonly metadata: Metadata<RoleContents[Role]>;
}

/** A longer file is refused, and no more of it is downloaded. */
export const metadataBytesMax: Readonly<Record<RoleName, number>> = {
  root: 64 * 1024,
  timestamp: 16 * 1024,
  snapshot: 64 * 1024,
  targets: 1024 * 1024,
};

/** Members of one object or array. @tufjs/models takes time that grows with their square. */
export const metadataMembersMax = 1_024;
/** Objects and arrays within each other; the format itself needs six. */
export const metadataDepthMax = 16;

/** What is refused does not fit: a version that counts beyond it could not be followed by another. */
const versionMax = Number.MAX_SAFE_INTEGER - 1;

/** Never throws for what it is fed. */
export function parseMetadata<Role extends RoleName>(
  role: Role,
  bytes: Uint8Array,
): Verdict<RoleMetadata<Role>> {
  if (bytes.length > metadataBytesMax[role]) {
    return refused('targets/too-long', `${role}: over ${metadataBytesMax[role]} bytes`);
  }
  const json = jsonOf(bytes);
  if (json === undefined) return malformed(role, 'not an object of JSON in UTF-8');
  if (!isBounded(json, metadataDepthMax)) return malformed(role, 'nested too deep or too wide');
  const metadata = modelOf(role, json);
  if (metadata === undefined) return malformed(role, 'not the form of this role');
  const content = metadata.signed;
  const flaw = flawOf(role, content);
  if (flaw !== undefined) return malformed(role, flaw);
  return trusted({ role, bytes, content, metadata });
}

function malformed(role: RoleName, why: string) {
  return refused('targets/malformed', `${role}: ${why}`);
}

type JsonObject = Parameters<typeof Metadata.fromJSON>[1];

function jsonOf(bytes: Uint8Array): JsonObject | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as JsonObject) : undefined;
  } catch {
    // Neither UTF-8 nor JSON: not metadata, which is all that matters of it.
    return undefined;
  }
}

function isBounded(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const members = Object.values(value);
  return (
    depth > 0 &&
    members.length <= metadataMembersMax &&
    members.every((member) => isBounded(member, depth - 1))
  );
}

const kinds = {
  root: MetadataKind.Root,
  timestamp: MetadataKind.Timestamp,
  snapshot: MetadataKind.Snapshot,
  targets: MetadataKind.Targets,
} as const;

function modelOf<Role extends RoleName>(role: Role, json: JsonObject) {
  try {
    // The overloads of fromJSON know one kind each, not a kind that is a parameter.
    const read = Metadata.fromJSON as (kind: MetadataKind, data: JsonObject) => unknown;
    return read(kinds[role], json) as Metadata<RoleContents[Role]>;
  } catch {
    // The library throws for any wrong form; its messages would repeat what was fed in.
    return undefined;
  }
}

/** What the library leaves open: versions that are no numbers to count with, lenient dates. */
function flawOf(role: RoleName, content: RoleContents[RoleName]): string | undefined {
  if (!isCount(content.version, 1) || content.version > versionMax) return 'bad version';
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(content.expires)) return 'bad expiry';
  switch (role) {
    case 'root':
      return flawOfRoot(content as Root);
    case 'timestamp':
      return isSane((content as Timestamp).snapshotMeta) ? undefined : 'bad snapshot entry';
    case 'snapshot':
      return flawOfSnapshot(content as Snapshot);
    case 'targets':
      return undefined;
  }
}

function flawOfRoot({ consistentSnapshot, roles }: Root): string | undefined {
  if (!consistentSnapshot) return 'no consistent snapshots';
  const isWhole = Object.values(roles).every(({ threshold }) => isCount(threshold, 1));
  return isWhole ? undefined : 'bad threshold';
}

function flawOfSnapshot({ meta }: Snapshot): string | undefined {
  if (!Object.hasOwn(meta, 'targets.json')) return 'targets.json is not listed';
  return Object.values(meta).every(isSane) ? undefined : 'bad entry';
}

function isSane({ version, length }: MetaFile): boolean {
  return isCount(version, 1) && (length === undefined || isCount(length, 0));
}

function isCount(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least;
}
