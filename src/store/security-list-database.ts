/**
 * The SQLite file of an installed list, and how such files lie in a folder: `KEYVERSION.GENERATION.db`.
 * Each full file becomes a generation of its own; the highest one of a key version is in force.
 * Plain SQLite, for it keeps every budget: docs/decisions/0015-security-lists-in-sqlite.md.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Migration } from './migrations.ts';
import { openDatabase, openDatabaseToRead, type SqliteDatabase } from './open-database.ts';
import { asListError, ListError } from './security-list-error.ts';
import { digestBytes } from './security-list-format.ts';

/** What is installed. */
export interface ListState {
  readonly listId: string;
  readonly version: number;
  readonly keyVersion: number;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
  readonly entries: number;
  /** Of the full file of this version. */
  readonly digest: Uint8Array;
}

const migrations: readonly Migration[] = [
  {
    name: 'listing by key',
    sql: `
      create table listing (
        key blob not null,
        what integer not null,
        valid_from integer,
        valid_until integer,
        product text,
        rider_category text,
        primary key (key, what)
      ) strict, without rowid;
      create table state (
        only integer primary key check (only = 1),
        list_id text not null,
        version integer not null,
        key_version integer not null,
        made_at integer not null,
        entries integer not null,
        digest blob not null check (length(digest) = ${digestBytes})
      ) strict;
    `,
  },
];

/** Pages that one connection keeps in memory: the inner ones of ten million entries are 7 MB. */
const cacheKibibytes = 8_000;

/** To change it. @throws ListError */
export function openListDatabase(path: string): SqliteDatabase {
  return opened(path, openDatabase);
}

/** Beside whoever changes it. @throws ListError */
export function openListToRead(path: string): SqliteDatabase {
  return opened(path, openDatabaseToRead);
}

function opened(path: string, open: typeof openDatabase): SqliteDatabase {
  try {
    const database = open({ path, migrations, exclusive: false });
    database.pragma(`cache_size = -${cacheKibibytes}`);
    return database;
  } catch (error) {
    throw asListError(error, path);
  }
}

/** @returns undefined when nothing was installed in it. */
export function readState(database: SqliteDatabase): ListState | undefined {
  const row = database
    .prepare(
      `select list_id as listId, version, key_version as keyVersion, made_at as madeAt, entries,
        digest from state`,
    )
    .get() as ListState | undefined;
  return row && { ...row, digest: new Uint8Array(row.digest) };
}

export function writeState(database: SqliteDatabase, state: ListState): void {
  database
    .prepare(
      `insert or replace into state (only, list_id, version, key_version, made_at, entries, digest)
        values (1, @listId, @version, @keyVersion, @madeAt, @entries, @digest)`,
    )
    .run(state);
}

export interface Generation {
  readonly keyVersion: number;
  readonly generation: number;
  readonly path: string;
}

const generationFile = /^(\d{1,10})\.(\d{1,15})\.db$/;

export function generationPath(folder: string, keyVersion: number, generation: number): string {
  return join(folder, `${keyVersion}.${generation}.db`);
}

/** All of them, the newest of each key version before its older ones. */
export function generationsIn(folder: string): readonly Generation[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const [, keyVersion, generation] = generationFile.exec(name) ?? [];
      if (keyVersion === undefined || generation === undefined) return [];
      return { keyVersion: +keyVersion, generation: +generation, path: join(folder, name) };
    })
    .toSorted((left, right) => right.generation - left.generation);
}

export function newestOf(folder: string, keyVersion: number): Generation | undefined {
  return generationsIn(folder).find((one) => one.keyVersion === keyVersion);
}

/** A generation is there only when it is whole: one without a state was emptied by somebody. */
export function requireState(database: SqliteDatabase, path: string): ListState {
  const state = readState(database);
  if (state !== undefined) return state;
  const hint = 'remove the folder of this list and install the full file again';
  throw new ListError('lists/corrupt', `${path} holds no list`, hint);
}

/** @throws ListError */
export function stateIn(path: string): ListState {
  const database = openListToRead(path);
  try {
    return requireState(database, path);
  } finally {
    database.close();
  }
}
