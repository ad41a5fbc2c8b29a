/** Where a backend keeps its ledger, as `--db` says it: a SQLite file, or PostgreSQL by its URLs. */
import { existsSync } from 'node:fs';
import { createSystemRandom } from '../../device/os/system-chance.ts';
import { createSystemClock } from '../../device/os/system-clock.ts';
import type { BackendStore } from '../backend/backend-store.ts';
import { openPostgresStore, openSqliteStore } from '../backend/sql-store.ts';
import { CliError } from './cli-io.ts';

/** For `--help`. */
export const databaseForms = 'sqlite:FILE, or postgres://… (of several servers, with commas)';

const sqlite = /^sqlite:(.+)$/;
const postgres = /^postgres(ql)?:\/\//;

/** A comma may stand in a password: only before another URL does it part two. */
const betweenUrls = /,(?=postgres(?:ql)?:\/\/)/;

/** Makes a SQLite file that is not there. @throws CliError, StoreError */
export async function openDatabaseOf(db: string): Promise<BackendStore> {
  const path = sqlite.exec(db)?.[1];
  if (path !== undefined) return openSqliteStore(path);
  if (postgres.test(db)) {
    const deps = { clock: createSystemClock(), random: createSystemRandom() };
    return openPostgresStore(deps, db.split(betweenUrls));
  }
  const message = `--db ${db} is neither sqlite:FILE nor postgres://…`;
  throw new CliError('backend/bad-db', message, 'such as sqlite:taps.db');
}

/** For whoever only looks. @throws CliError when the file is not there, StoreError */
export async function openLedgerOf(db: string): Promise<BackendStore> {
  const path = sqlite.exec(db)?.[1];
  if (path === undefined || existsSync(path)) return openDatabaseOf(db);
  const hint = '--db names the ledger of a backend, such as sqlite:halte.db';
  throw new CliError('taps/no-ledger', `there is no ${path}`, hint);
}
