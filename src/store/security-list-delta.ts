/** Applies a delta to the database of the list that it names, in one transaction. */
import { equal } from '../core/bytes.ts';
import type { SqliteDatabase } from './open-database.ts';
import {
  type ListState,
  openListDatabase,
  requireState,
  writeState,
} from './security-list-database.ts';
import { ListError } from './security-list-error.ts';
import { listBatches, type Watching } from './security-list-file.ts';
import type { ListRecord } from './security-list-format.ts';

/** @throws ListError when it does not fit; then the list is as it was. */
export async function applyDelta(
  path: string,
  databasePath: string,
  watching: Watching,
): Promise<ListState> {
  const database = openListDatabase(databasePath);
  try {
    database.exec('begin immediate');
    const state = await change(database, { path, databasePath }, watching);
    database.exec('commit');
    database.pragma('wal_checkpoint(TRUNCATE)');
    return state;
  } finally {
    // Closing rolls back what was not committed.
    database.close();
  }
}

interface Paths {
  readonly path: string;
  readonly databasePath: string;
}

async function change(
  database: SqliteDatabase,
  { path, databasePath }: Paths,
  watching: Watching,
): Promise<ListState> {
  const before = requireState(database, databasePath);
  const apply = changer(database);
  let { entries } = before;
  for await (const { header, records, digest } of listBatches(path, watching)) {
    const { delta, listId, version, keyVersion, madeAt } = header;
    if (delta === undefined || !equal(delta.baseDigest, before.digest)) throw unfit(path);
    for (const record of records) entries += apply(record) ?? unfitting(path);
    if (digest === undefined) continue;
    if (entries !== header.entries) throw unfit(path);
    const state = { listId, version, keyVersion, madeAt, entries, digest: delta.resultDigest };
    writeState(database, state);
    return state;
  }
  throw new Error('a list without a digest was read to its end');
}

/** @returns a function that tells by how much a record changes the number of entries. */
function changer(database: SqliteDatabase): (record: ListRecord) => number | undefined {
  const remove = database.prepare('delete from listing where key = ? and what = ?');
  const insert = database.prepare('insert or ignore into listing values (?, ?, ?, ?, ?, ?)');
  const update = database.prepare(
    `update listing set valid_from = ?, valid_until = ?, product = ?, rider_category = ?
      where key = ? and what = ?`,
  );
  return ({ removed, key, what, from, until, product, riderCategory }) => {
    if (removed) return remove.run(key, what).changes === 1 ? -1 : undefined;
    if (insert.run(key, what, from, until, product, riderCategory).changes === 1) return 1;
    update.run(from, until, product, riderCategory, key, what);
    return 0;
  };
}

function unfitting(path: string): never {
  throw unfit(path);
}

function unfit(path: string): ListError {
  const message = `${path} does not fit the list that it names`;
  return new ListError('lists/damaged', message, 'install the full file');
}
