/**
 * The office's repository: a folder that the backend hands out and that a USB stick carries as it is.
 * One publisher at a time. Files are written before whatever names them, the timestamp last: a
 * device sees the old repository or the new one, also after a cut.
 *
 *   metadata/N.root.json  metadata/N.snapshot.json  metadata/N.targets.json  metadata/timestamp.json
 *   files/HASH.NAME
 */
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { metadataBytesMax, parseMetadata, type RoleMetadata, type RoleName } from './metadata.ts';
import type { NewTarget, SignedRepository } from './sign-repository.ts';
import { isTargetName, repositoryName, targetBytesMax } from './target.ts';
import { readWhole, replaceFile, type TargetsDisk } from './targets-disk.ts';
import { TargetsError } from './targets-fault.ts';
import type { TrustedSet } from './trusted-set.ts';

export interface RepositoryPlace {
  readonly disk: TargetsDisk;
  readonly folder: string;
}

/**
 * The newest metadata, read without judging it: what was cut off after a rotation counts on from
 * where it was.
 * @returns undefined when there is no repository. @throws TargetsError
 */
export async function readRepository(place: RepositoryPlace): Promise<TrustedSet | undefined> {
  const names = await place.disk.list(join(place.folder, 'metadata'));
  const newest = Math.max(0, ...versionsIn(names, 'root'));
  if (newest === 0) return undefined;
  const root = await readRole(place, 'root', `${newest}.root.json`);
  if (!names.includes('timestamp.json')) {
    // Cut off while it was made: nobody was given anything yet. Else a file is lost, and with it
    // the version to count on from; devices would take what follows for a rollback.
    if (Math.max(0, ...versionsIn(names, 'snapshot')) > 1) throw broken('timestamp.json is lost');
    return { root };
  }
  const timestamp = await readRole(place, 'timestamp', 'timestamp.json');
  const ofSnapshot = timestamp.content.snapshotMeta.version;
  const snapshot = await readRole(place, 'snapshot', `${ofSnapshot}.snapshot.json`);
  const ofTargets = snapshot.content.meta['targets.json']?.version;
  const targets = await readRole(place, 'targets', `${ofTargets}.targets.json`);
  return { root, timestamp, snapshot, targets };
}

function versionsIn(names: readonly string[], role: RoleName): readonly number[] {
  const numbered = new RegExp(`^([1-9]\\d{0,15})\\.${role}\\.json$`);
  return names.map((name) => Number(numbered.exec(name)?.[1] ?? 0));
}

/** Copies a file into the repository under its hash; nothing lists it yet. */
export async function addFile(place: RepositoryPlace, path: string): Promise<NewTarget> {
  const name = basename(path);
  if (!isTargetName(name)) {
    const hint = 'letters, digits, dot, dash and underscore, at most 64, no folder';
    throw new TargetsError('targets/bad-request', `${name} is no name for a target`, hint);
  }
  const measured = { name, ...(await measure(place.disk, path)) };
  const files = join(place.folder, 'files');
  await place.disk.makeFolder(files);
  const inRepository = repositoryName({ ...measured, custom: {} });
  if ((await place.disk.list(files)).includes(inRepository)) return measured;
  await replaceFile(place.disk, join(files, inRepository), await chunksOf(place.disk, path));
  return measured;
}

export async function writeRepository(
  { disk, folder }: RepositoryPlace,
  { root, targets, snapshot, timestamp }: SignedRepository,
): Promise<void> {
  const metadata = join(folder, 'metadata');
  await disk.makeFolder(metadata);
  for (const signed of [root, targets, snapshot]) {
    const name = `${signed.content.version}.${signed.role}.json`;
    await replaceFile(disk, join(metadata, name), [signed.bytes]);
  }
  await replaceFile(disk, join(metadata, 'timestamp.json'), [timestamp.bytes]);
}

async function readRole<Role extends RoleName>(
  { disk, folder }: RepositoryPlace,
  role: Role,
  name: string,
): Promise<RoleMetadata<Role>> {
  const bytes = await readWhole(disk, join(folder, 'metadata', name), metadataBytesMax[role]);
  const read = bytes && parseMetadata(role, bytes);
  if (read?.ok) return read.value;
  throw broken(`${name}: ${read?.fault.detail ?? 'missing or too long'}`);
}

async function measure(disk: TargetsDisk, path: string) {
  const hash = createHash('sha256');
  let length = 0;
  for await (const chunk of await chunksOf(disk, path)) {
    hash.update(chunk);
    length += chunk.length;
  }
  if (length <= targetBytesMax) return { length, sha256: hash.digest('hex') };
  const hint = `devices take targets of at most ${targetBytesMax} bytes`;
  throw new TargetsError('targets/bad-request', `${path} has ${length} bytes`, hint);
}

async function chunksOf(disk: TargetsDisk, path: string): Promise<AsyncIterable<Uint8Array>> {
  const chunks = await disk.read(path);
  if (chunks !== undefined) return chunks;
  const hint = 'name files that are there, such as what "halte rules build" wrote';
  throw new TargetsError('targets/bad-request', `${path} is not there`, hint);
}

function broken(what: string): TargetsError {
  const hint = 'bring the repository’s folder back from its backup: keys alone cannot mend it';
  return new TargetsError('targets/repository-broken', what, hint);
}
