/**
 * Publishes: reads the repository and the keys, has signed what is to be signed, writes it. What it
 * did comes back as rows, for a table or JSON. It knows nothing of what is in the targets.
 */
import { existsSync } from 'node:fs';
import type { Entropy, EpochMs } from '../../device/clock.ts';
import { type RoleMetadata, type RoleName, roleNames } from './metadata.ts';
import { addFile, type RepositoryPlace, readRepository, writeRepository } from './repository.ts';
import { type NewTarget, type SignedRepository, signRepository } from './sign-repository.ts';
import type { Signing } from './sign-role.ts';
import { firstRoot, type RoleKeys } from './sign-root.ts';
import {
  keepSigningKey,
  type NewSigningKey,
  newSigningKey,
  readSigningKeys,
  type SigningKey,
  shownKeyId,
} from './signing-keys.ts';
import { targetsOf } from './target.ts';
import { TargetsError } from './targets-fault.ts';
import type { TrustedSet } from './trusted-set.ts';

export interface Publication {
  /** Files to add, or to publish anew. */
  readonly files: readonly string[];
  readonly withdraw: readonly string[];
  /** Folders with PEM files; new keys are written into the first. */
  readonly keyFolders: readonly [string, ...string[]];
  /** A new repository with new keys: so many root keys, and so many of them sign a root. */
  readonly init?: { readonly rootKeys: number; readonly rootThreshold: number };
  /** Roles that get new keys, as many as they have. */
  readonly rotate: readonly RoleName[];
  readonly onlineDays: number;
}

export interface PublishedRole {
  readonly role: RoleName;
  readonly version: number;
  readonly expires: string;
  /** Beginnings of the ids of the keys that signed it. */
  readonly signedBy: readonly string[];
  /** Whether it was signed now. */
  readonly isNew: boolean;
}

export interface Published {
  readonly roles: readonly PublishedRole[];
  readonly targets: readonly (NewTarget & { readonly isNew: boolean })[];
  /** Files of keys that were made. */
  readonly newKeys: readonly string[];
}

export interface PublishDeps extends RepositoryPlace {
  readonly entropy: Entropy;
  readonly now: EpochMs;
}

/** @throws TargetsError, ConfigError; whenever it stops, the repository is the old or the new one. */
export async function publish(deps: PublishDeps, wanted: Publication): Promise<Published> {
  const existing = await readRepository(deps);
  const order =
    existing === undefined ? firstOrder(deps, wanted) : nextOrder(deps, wanted, existing);
  const add = await addFiles(deps, wanted.files);
  const { current, rotated, signing } = order;
  const signed = signRepository(current, { add, withdraw: wanted.withdraw, rotated }, signing);
  for (const key of order.newKeys) keepSigningKey(key);
  await writeRepository(deps, signed);
  return {
    roles: roleNames.map((role) => publishedRole(signed[role], existing)),
    targets: publishedTargets(signed, existing),
    newKeys: order.newKeys.map(({ file }) => file),
  };
}

/** What is to be signed, with which keys. */
interface Order {
  readonly current: TrustedSet;
  readonly rotated: Partial<RoleKeys>;
  readonly signing: Signing;
  readonly newKeys: readonly NewSigningKey[];
}

function firstOrder({ folder, entropy, now }: PublishDeps, wanted: Publication): Order {
  const { init, keyFolders, onlineDays } = wanted;
  if (init === undefined) {
    const hint = 'check --repository, or make a new one with --init';
    throw new TargetsError('targets/no-repository', `${folder} is no repository`, hint);
  }
  const [keyFolder] = keyFolders;
  if (existsSync(keyFolder) && readSigningKeys([keyFolder]).length > 0) {
    const hint = 'a new repository gets new keys: name another folder with --keys';
    throw new TargetsError('targets/key-exists', `${keyFolder} has keys already`, hint);
  }
  const make = (role: RoleName, count: number) =>
    Array.from({ length: count }, () => newSigningKey(keyFolder, role, entropy));
  const made = {
    root: make('root', init.rootKeys),
    timestamp: make('timestamp', 1),
    snapshot: make('snapshot', 1),
    targets: make('targets', 1),
  };
  const newKeys = Object.values(made).flat();
  const signing = { now, onlineDays, keys: newKeys };
  const keys = {
    root: publicOf(made.root),
    timestamp: publicOf(made.timestamp),
    snapshot: publicOf(made.snapshot),
    targets: publicOf(made.targets),
  };
  return {
    current: { root: firstRoot(keys, init.rootThreshold, signing) },
    rotated: {},
    signing,
    newKeys,
  };
}

function nextOrder(
  { folder, entropy, now }: PublishDeps,
  { init, keyFolders, rotate, withdraw, onlineDays }: Publication,
  current: TrustedSet,
): Order {
  if (init !== undefined) {
    const hint = 'leave out --init to publish into it; --rotate-root gives it new keys';
    throw new TargetsError('targets/repository-exists', `${folder} is a repository`, hint);
  }
  checkWithdrawn(withdraw, current);
  const { roles } = current.root.content;
  const made = rotate.map((role) => {
    const count = roles[role]?.keyIDs.length ?? 1;
    return [
      role,
      Array.from({ length: count }, () => newSigningKey(keyFolders[0], role, entropy)),
    ] as const;
  });
  const newKeys = made.flatMap(([, keys]) => keys);
  const rotated = Object.fromEntries(made.map(([role, keys]) => [role, publicOf(keys)]));
  // The folder that new keys are to be written into may be as new as they are.
  const folders = keyFolders.filter(
    (each) => newKeys.length === 0 || each !== keyFolders[0] || existsSync(each),
  );
  const keys = [...readSigningKeys(folders), ...newKeys];
  return { current, rotated, signing: { now, onlineDays, keys }, newKeys };
}

function checkWithdrawn(withdraw: readonly string[], { targets }: TrustedSet): void {
  const listed = targets?.content.targets ?? {};
  const unknown = withdraw.find((name) => !Object.hasOwn(listed, name));
  if (unknown === undefined) return;
  const hint = 'name it as the table of targets shows it';
  throw new TargetsError('targets/bad-request', `no target is named ${unknown}`, hint);
}

function publicOf(keys: readonly SigningKey[]) {
  return keys.map(({ key }) => key);
}

async function addFiles(place: RepositoryPlace, files: readonly string[]): Promise<NewTarget[]> {
  const added: NewTarget[] = [];
  for (const file of files) {
    const target = await addFile(place, file);
    if (added.some(({ name }) => name === target.name)) {
      const hint = 'targets are named by their file alone: rename one';
      throw new TargetsError('targets/bad-request', `two files are named ${target.name}`, hint);
    }
    added.push(target);
  }
  return added;
}

function publishedRole(
  { role, content, metadata }: RoleMetadata<RoleName>,
  existing: TrustedSet | undefined,
): PublishedRole {
  const { version, expires } = content;
  const signedBy = Object.keys(metadata.signatures).map(shownKeyId);
  return { role, version, expires, signedBy, isNew: existing?.[role]?.content.version !== version };
}

function publishedTargets(signed: SignedRepository, existing: TrustedSet | undefined) {
  const before = existing?.targets?.content.targets ?? {};
  return targetsOf(signed).map(({ name, length, sha256 }) => {
    const isNew = !Object.hasOwn(before, name) || before[name]?.hashes.sha256 !== sha256;
    return { name, length, sha256, isNew };
  });
}
