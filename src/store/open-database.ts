/**
 * Opens a SQLite file so that what is committed is durable, and proves it before anyone relies
 * on it. better-sqlite3 is compiled with DEFAULT_WAL_SYNCHRONOUS=1: in WAL mode a connection falls
 * to NORMAL at its first access although the pragma still read FULL just before. So: WAL first,
 * then FULL, then a real write, and only then the read-back counts. See docs/decisions/0003.
 */
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { applyMigrations, type Migration } from './migrations.ts';
import { asStoreError, StoreError } from './store-error.ts';

export type SqliteDatabase = Database.Database;

export interface DatabaseOptions {
  readonly path: string;
  readonly migrations: readonly Migration[];
  /** One process only: the file stays locked while it is open, and needs no shared memory beside it. */
  readonly exclusive: boolean;
}

const synchronousFull = 2;

/** WAL pages before SQLite checkpoints by itself: about 4 MiB. */
const walPagesMax = 1_000;
const walBytesKept = 8 * 1024 * 1024;

/** @throws StoreError when the file is in use, read-only, newer than this program or not durable. */
export function openDatabase(options: DatabaseOptions): SqliteDatabase {
  let database: SqliteDatabase | undefined;
  checkWritable(options.path);
  try {
    database = new Database(options.path, { timeout: options.exclusive ? 200 : 2_000 });
    configure(database, options.exclusive);
    applyMigrations(database, options.migrations, options.path);
    proveDurable(database, options.path);
    return database;
  } catch (error) {
    database?.close();
    throw asStoreError(error, options.path);
  }
}

/**
 * For whoever only looks: nothing is written and no writer waits, unless an older program left the
 * file, which is brought up to date first. Never makes a file where there is none.
 * @throws StoreError
 */
export function openDatabaseToRead(options: DatabaseOptions): SqliteDatabase {
  const open = () => new Database(options.path, { readonly: true, fileMustExist: true });
  try {
    const database = open();
    if (database.pragma('user_version', { simple: true }) === options.migrations.length) {
      return database;
    }
    database.close();
    openDatabase(options).close();
    return open();
  } catch (error) {
    throw asStoreError(error, options.path);
  }
}

/** SQLite calls a read-only disk an I/O error, the library a missing folder a TypeError. */
function checkWritable(path: string): void {
  for (const place of [dirname(path), path]) {
    if (place === path && !existsSync(path)) return;
    try {
      accessSync(place, constants.W_OK);
    } catch (error) {
      throw asStoreError(error, path);
    }
  }
}

function configure(database: SqliteDatabase, exclusive: boolean): void {
  if (exclusive) database.pragma('locking_mode = EXCLUSIVE');
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma(`wal_autocheckpoint = ${walPagesMax}`);
  database.pragma(`journal_size_limit = ${walBytesKept}`);
  database.pragma('foreign_keys = ON');
  database.pragma('trusted_schema = OFF');
  database.pragma('cell_size_check = ON');
  database.pragma('mmap_size = 0');
  database.pragma('temp_store = MEMORY');
}

function proveDurable(database: SqliteDatabase, path: string): void {
  touch(database);
  const mode = database.pragma('journal_mode', { simple: true });
  const synchronous = durabilityOf(database);
  if (mode === 'wal' && synchronous >= synchronousFull) return;
  throw new StoreError(
    'ledger/not-durable',
    `${path}: journal_mode ${mode}, synchronous ${synchronous} after the first write`,
    'SQLite would lose acknowledged rows at a power cut; use the better-sqlite3 of package-lock.json',
  );
}

/** A real write transaction that changes nothing: the access at which the level is really set. */
function touch(database: SqliteDatabase): void {
  const version = database.pragma('user_version', { simple: true });
  database.transaction(() => database.pragma(`user_version = ${version}`)).immediate();
}

/** What `synchronous` is worth now: 0 OFF, 1 NORMAL, 2 FULL, 3 EXTRA. */
export function durabilityOf(database: SqliteDatabase): number {
  return Number(database.pragma('synchronous', { simple: true }));
}
