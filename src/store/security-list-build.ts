/**
 * Builds the database of a full file beside the one in force, makes it durable and switches to it by
 * one rename. While it is built nothing of it is synced: until the rename it does not exist for
 * anybody.
 */
import assert from 'node:assert/strict';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SqliteDatabase } from './open-database.ts';
import {
  type Generation,
  generationPath,
  generationsIn,
  type ListState,
  openListDatabase,
  writeState,
} from './security-list-database.ts';
import { listBatches, syncFolder, type Watching } from './security-list-file.ts';
import type { ListRecord } from './security-list-format.ts';
import type { ListPlace } from './security-list-store.ts';

export interface BuildJob {
  readonly path: string;
  readonly place: ListPlace;
  /** The generation in force, of the same identifier key. */
  readonly newest: Generation | undefined;
}

/** @throws ListError */
export async function buildListDatabase(
  { path, place, newest }: BuildJob,
  watching: Watching,
): Promise<ListState> {
  const { folder } = place;
  const building = join(folder, 'building.db');
  await removeDatabase(building);
  try {
    const state = await fill(building, path, watching);
    await sync(building);
    const generation = (newest?.generation ?? 0) + 1;
    await rename(building, generationPath(folder, state.keyVersion, generation));
    await syncFolder(folder);
    await removeOutdated(place, state.keyVersion);
    return state;
  } catch (error) {
    await removeDatabase(building);
    throw error;
  }
}

async function fill(building: string, path: string, watching: Watching): Promise<ListState> {
  const database = openListDatabase(building);
  try {
    forgoDurability(database);
    database.exec('begin immediate');
    const insert = insertInto(database);
    for await (const { header, records, digest } of listBatches(path, watching)) {
      for (const record of records) insert(record);
      if (digest === undefined) continue;
      const { listId, version, keyVersion, madeAt, entries } = header;
      const state = { listId, version, keyVersion, madeAt, entries, digest };
      writeState(database, state);
      database.exec('commit');
      // Whoever only reads it cannot change the mode.
      database.pragma('journal_mode = WAL');
      return state;
    }
    throw new Error('a list without a digest was read to its end');
  } finally {
    database.close();
  }
}

/**
 * In WAL mode all pages would be written twice, and the second time within the commit. The journal
 * in memory stays small, for it keeps only pages that were there before.
 */
function forgoDurability(database: SqliteDatabase): void {
  assert.equal(database.pragma('journal_mode = MEMORY', { simple: true }), 'memory');
  database.pragma('synchronous = OFF');
}

function insertInto(database: SqliteDatabase): (record: ListRecord) => void {
  const insert = database.prepare('insert into listing values (?, ?, ?, ?, ?, ?)');
  return ({ key, what, from, until, product, riderCategory }) =>
    void insert.run(key, what, from, until, product, riderCategory);
}

/** In another thread: hundreds of megabytes take their time. */
async function sync(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  await file.sync();
}

/**
 * Older generations, and lists that no key will ask for: under a key before the device's own, or
 * under a later one in whose place another later one came.
 */
async function removeOutdated(
  { folder, keyVersion: own }: ListPlace,
  installed: number,
): Promise<void> {
  const seen = new Set<number>();
  for (const { keyVersion, path } of generationsIn(folder)) {
    const isNewest = !seen.has(keyVersion);
    seen.add(keyVersion);
    const isReplaced = keyVersion > own && installed > own && keyVersion !== installed;
    if (isNewest && keyVersion >= own && !isReplaced) continue;
    await removeDatabase(path);
  }
}

async function removeDatabase(path: string): Promise<void> {
  for (const end of ['', '-wal', '-shm']) await rm(path + end, { force: true });
}
