/**
 * Numbered migrations: the n-th brings `user_version` from n-1 to n, each in a transaction of its
 * own. They are only ever added to, because a device may wake up with a ledger of any age.
 */
import type { Database } from 'better-sqlite3';
import { StoreError } from './store-error.ts';

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export function applyMigrations(
  database: Database,
  migrations: readonly Migration[],
  path: string,
): void {
  const version = Number(database.pragma('user_version', { simple: true }));
  if (version > migrations.length) {
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
