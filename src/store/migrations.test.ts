import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { applyMigrations, type Migration } from './migrations.ts';

const first: Migration = { name: 'names', sql: 'create table name (text text)' };
const second: Migration = { name: 'a name', sql: "insert into name values ('Semarang')" };
const broken: Migration = {
  name: 'half-way',
  sql: "insert into name values ('lost'); insert into nowhere values (1)",
};

function aDatabase() {
  const database = new Database(join(aFolder(), 'test.db'));
  onTestFinished(() => void database.close());
  return {
    database,
    apply: (...migrations: Migration[]) => applyMigrations(database, migrations, 'test.db'),
    version: () => database.pragma('user_version', { simple: true }),
    names: () => database.prepare('select text from name').pluck().all(),
  };
}

test('brings an empty database to the last number, in order', () => {
  const { apply, version, names } = aDatabase();

  apply(first, second);

  expect(version()).toBe(2);
  expect(names()).toEqual(['Semarang']);
});

test('applies each number once, whatever the age of the database', () => {
  const { apply, version, names } = aDatabase();

  apply(first);
  apply(first, second);
  apply(first, second);

  expect(version()).toBe(2);
  expect(names()).toEqual(['Semarang']);
});

test('leaves nothing of a migration that fails', () => {
  const { apply, version, names } = aDatabase();

  expect(() => apply(first, second, broken)).toThrow('nowhere');

  expect(version()).toBe(2);
  expect(names()).toEqual(['Semarang']);
});

test('refuses a database with more numbers than it knows', () => {
  const { apply, version } = aDatabase();
  apply(first, second);

  expect(() => apply(first)).toThrow(
    expect.objectContaining({ code: 'ledger/newer-schema', hint: expect.any(String) }),
  );
  expect(version()).toBe(2);
});
