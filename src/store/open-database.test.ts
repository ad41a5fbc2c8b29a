import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { canMakeTinyDisk, createTinyDisk } from '../../sim/testing/tiny-disk.ts';
import { durabilityOf, openDatabase, type SqliteDatabase } from './open-database.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const migrations = [{ name: 'numbers', sql: 'create table number (n integer) strict' }];

const aPath = () => join(aFolder(), 'test.db');

function open(path: string, options: { exclusive?: boolean } = {}): SqliteDatabase {
  const database = openDatabase({ path, migrations, exclusive: true, ...options });
  onTestFinished(() => void database.close());
  return database;
}

function failureOf(path: string): unknown {
  try {
    open(path);
    return undefined;
  } catch (error) {
    return error;
  }
}

test.each([true, false])('is durable after opening and reopening, exclusive: %s', (exclusive) => {
  const path = aPath();
  const levels: unknown[] = [];

  for (let opening = 0; opening < 3; opening += 1) {
    const database = open(path, { exclusive });
    database.exec('insert into number values (1)');
    levels.push([database.pragma('journal_mode', { simple: true }), durabilityOf(database)]);
    database.close();
  }

  expect(levels).toEqual(Array(3).fill(['wal', 2]));
});

test('meets a library that, left alone, is not durable in WAL mode although it says so', () => {
  const raw = new Database(aPath());
  onTestFinished(() => void raw.close());
  raw.pragma('journal_mode = WAL');
  const said = durabilityOf(raw);

  raw.exec('create table number (n integer)');

  expect(said).toBe(2);
  expect(durabilityOf(raw)).toBe(1);
});

test('refuses a database that cannot have a write-ahead log', () => {
  expect(failureOf(':memory:')).toMatchObject({
    code: 'ledger/not-durable',
    message: expect.stringContaining('journal_mode memory'),
  });
});

test('refuses a newer schema and changes nothing', () => {
  const path = aPath();
  const newer = [...migrations, { name: 'more', sql: 'create table more (n integer)' }];
  openDatabase({ path, migrations: newer, exclusive: true }).close();
  const before = readFileSync(path);

  const failure = failureOf(path);

  expect(failure).toMatchObject({ code: 'ledger/newer-schema' });
  expect(readFileSync(path).equals(before)).toBe(true);
});

test.each([
  ['a text', Buffer.from('this is a shopping list\n'.repeat(100))],
  ['noise', Buffer.from(Array.from({ length: 8_192 }, (_, at) => (at * 131) % 251))],
])('names %s that is no database', (_what, bytes) => {
  const path = aPath();
  writeFileSync(path, bytes);

  expect(failureOf(path)).toMatchObject({
    code: 'ledger/corrupt',
    hint: expect.stringContaining('no ledger'),
  });
});

test('names a database whose first page is damaged', () => {
  const path = aPath();
  open(path).close();
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 100, 140);
  writeFileSync(path, bytes);

  expect(failureOf(path)).toMatchObject({
    code: 'ledger/corrupt',
    hint: expect.stringContaining('keep the files'),
  });
});

test('turns a second opening away while the first is open, and not after', () => {
  const path = aPath();
  const first = open(path);

  expect(failureOf(path)).toMatchObject({ code: 'ledger/in-use' });

  first.close();
  expect(failureOf(path)).toBeUndefined();
});

test('names a folder that is not there', () => {
  expect(failureOf(join(aFolder(), 'nowhere', 'test.db'))).toMatchObject({
    code: 'ledger/cannot-open',
    hint: expect.stringContaining('data folder exists'),
  });
});

test.skipIf(!canMakeTinyDisk())(
  'names a read-only disk (skipped where tmpfs cannot be mounted)',
  () => {
    const disk = createTinyDisk(1024 * 1024);
    onTestFinished(() => disk.close());
    const path = join(disk.folder, 'test.db');
    open(path).close();
    disk.makeReadOnly();

    const expected = { code: 'ledger/read-only', hint: expect.stringContaining('writable') };
    expect(failureOf(path)).toMatchObject(expected);
    expect(failureOf(join(disk.folder, 'new.db'))).toMatchObject(expected);
  },
);

test.skipIf(!canMakeTinyDisk())('names a full disk (skipped where tmpfs cannot be mounted)', () => {
  const disk = createTinyDisk(64 * 1024);
  onTestFinished(() => disk.close());
  writeFileSync(join(disk.folder, 'ballast'), Buffer.alloc(60 * 1024));

  expect(failureOf(join(disk.folder, 'test.db'))).toMatchObject({ code: 'ledger/disk-full' });
});
