/**
 * Numbered migrations: the n-th brings `user_version` from n-1 to n, each in a transaction of its
 * own. They are only ever added to, because a device may wake up with a ledger of any age.
 *
 * A program goes back to an older one when an update is taken back, its database does not. A
 * database with a table `readable_from` names there the schema from which on a program may still
 * open it; without that table nobody opens a newer one. See docs/decisions/0017.
 */
import type { Database } from 'better-sqlite3';
import { StoreError } from './store-error.ts';

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** @throws StoreError `ledger/newer-schema` for one that a program of these migrations may not open. */
export function applyMigrations(
  database: Database,
  migrations: readonly Migration[],
  path: string,
): void {
  const version = Number(database.pragma('user_version', { simple: true }));
  if (version > migrations.length && readableFrom(database) > migrations.length) {
    throw new StoreError(
      'ledger/newer-schema',
      `${path} has schema ${version}, this program knows ${migrations.length}`,
      'run the newer Halte that wrote it; nothing was changed',
    );
  }
  for (const [index, { sql }] of migrations.entries()) {
    if (index < version) continue;
    const step = database.transaction(() => {
      database.exec(sql);
      database.pragma(`user_version = ${index + 1}`);
    });
    step.immediate();
  }
}

function readableFrom(database: Database): number {
  const isNamed = database
    .prepare("select 1 from sqlite_schema where type = 'table' and name = 'readable_from'")
    .get();
  if (isNamed === undefined) return Number.POSITIVE_INFINITY;
  const schema = database.prepare('select schema from readable_from').pluck().get();
  return typeof schema === 'number' ? schema : Number.POSITIVE_INFINITY;
}
