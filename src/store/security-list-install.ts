/**
 * Puts a file of a security list into force on a device. A full file is built beside the list in
 * force and takes its place in one rename; a delta is one transaction on exactly the list that it
 * names. Cut anywhere, the old list or the new one answers. The file must have been verified
 * already: who signed it is not asked here. Between two pieces of it others have their turn.
 */
import { mkdirSync } from 'node:fs';
import { equal } from '../core/bytes.ts';
import { buildListDatabase } from './security-list-build.ts';
import {
  type Generation,
  generationsIn,
  type ListState,
  stateIn,
} from './security-list-database.ts';
import { applyDelta } from './security-list-delta.ts';
import { asListError, ListError } from './security-list-error.ts';
import { listBatches, type Watching } from './security-list-file.ts';
import type { DeltaHeader, ListHeader } from './security-list-format.ts';
import type { ListPlace } from './security-list-store.ts';

export interface Installed {
  readonly state: ListState;
  /** false when it was in force already. */
  readonly changed: boolean;
}

/**
 * @param path a full file or a delta. One under a later identifier key than the device's is kept
 * beside the list in force, until the device has that key.
 * @throws ListError when nothing was changed.
 */
export async function installSecurityList(
  path: string,
  place: ListPlace,
  watching: Watching = {},
): Promise<Installed> {
  try {
    mkdirSync(place.folder, { recursive: true });
    const header = await headerOf(path);
    const newest = generationsIn(place.folder).find(isOfKey(header.keyVersion));
    const state = newest && stateIn(newest.path);
    requireUse({ path, header, state }, place);
    if (state !== undefined && header.version < state.version) throw older(path, header, state);
    if (header.delta !== undefined) {
      if (newest === undefined || state === undefined) throw baseMissing(path, header.delta);
      return await installDelta({ path, header, delta: header.delta, newest, state }, watching);
    }
    if (header.version === state?.version) return await compare(path, state, watching);
    const built = await buildListDatabase({ path, place, newest }, watching);
    return { state: built, changed: true };
  } catch (error) {
    throw asListError(error, place.folder);
  }
}

function isOfKey(version: number) {
  return ({ keyVersion }: Generation) => keyVersion === version;
}

async function headerOf(path: string): Promise<ListHeader> {
  for await (const { header } of listBatches(path)) return header;
  throw new Error('a list without a header was read to its end');
}

interface Candidate {
  readonly path: string;
  readonly header: ListHeader;
  readonly state: ListState | undefined;
}

function requireUse({ path, header, state }: Candidate, { keyVersion }: ListPlace): void {
  if (header.keyVersion < keyVersion) {
    const message = `${path} is under identifier key ${header.keyVersion}, this device has ${keyVersion}`;
    throw new ListError('lists/other-key', message, 'publish the list under the newer key');
  }
  if (state === undefined || state.listId === header.listId) return;
  const message = `${path} is list ${header.listId}, installed is ${state.listId}`;
  const hint = 'remove the folder of the list to change to another';
  throw new ListError('lists/other-list', message, hint);
}

interface DeltaJob {
  readonly path: string;
  readonly header: ListHeader;
  readonly delta: DeltaHeader;
  readonly newest: Generation;
  readonly state: ListState;
}

async function installDelta(job: DeltaJob, watching: Watching): Promise<Installed> {
  const { path, header, delta, newest, state } = job;
  const { baseVersion, baseDigest, resultDigest } = delta;
  if (header.version === state.version) {
    if (equal(resultDigest, state.digest)) return { state, changed: false };
    throw otherContent(path, state);
  }
  const isOnBase = state.version === baseVersion && equal(state.digest, baseDigest);
  if (!isOnBase) throw baseMissing(path, delta, state);
  return { state: await applyDelta(path, newest.path, watching), changed: true };
}

/** A full file of the version in force: the same or, by somebody's mistake, another. */
async function compare(path: string, state: ListState, watching: Watching): Promise<Installed> {
  for await (const { digest } of listBatches(path, watching)) {
    if (digest !== undefined && !equal(digest, state.digest)) throw otherContent(path, state);
  }
  return { state, changed: false };
}

function older(path: string, { version }: ListHeader, installed: ListState): ListError {
  const message = `${path} is version ${version}, installed is ${installed.version}`;
  return new ListError(
    'lists/older',
    message,
    'publish what should be in force as a newer version',
  );
}

function otherContent(path: string, { version }: ListState): ListError {
  const message = `${path} is another version ${version} than the one installed`;
  return new ListError('lists/other-content', message, 'publish it under a version of its own');
}

function baseMissing(path: string, { baseVersion }: DeltaHeader, state?: ListState): ListError {
  const there = state === undefined ? 'nothing' : `version ${state.version}`;
  const message = `${path} changes version ${baseVersion}, installed is ${there}`;
  return new ListError('lists/base-missing', message, 'install the full file');
}
