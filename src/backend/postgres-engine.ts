/**
 * Scripts on PostgreSQL. Several backends may use one database at once. What others were in the way of
 * is run again; when the primary is gone, the next one among the URLs is looked for: a script that may
 * have been committed as the connection broke is run again too, so every script must stand that.
 */
import type pg from 'pg';
import type { Clock, Random } from '../../device/clock.ts';
import { StoreError } from '../store/store-error.ts';
import { backendMigrations } from './backend-migrations.ts';
import { openPrimary } from './postgres-primary.ts';
import {
  asPostgresInserts,
  asPostgresQuery,
  asPostgresSchema,
  type PostgresQuery,
} from './postgres-sql.ts';
import type { SqlEngine, SqlInsert, SqlQuery, SqlRow, SqlScript } from './sql-engine.ts';

export interface PostgresDeps {
  readonly clock: Clock;
  readonly random: Random;
}

/** A device gives up on a reply after 20 seconds: by then it must have heard that we are busy. */
const patienceMs = 12_000;
const pause = { baseMs: 20, capMs: 1_000 };

/** @throws StoreError when no server of the list takes writes, or the schema is newer than ours. */
export async function openPostgresEngine(
  { clock, random }: PostgresDeps,
  urls: readonly string[],
): Promise<SqlEngine> {
  let primary: Promise<pg.Pool> = openPrimary(urls);
  await migrate(await primary);
  let closed: Promise<void> | undefined;

  /** Whoever notices first looks for the new one; the others wait for the same answer. */
  function lookAgain(lost: Promise<pg.Pool>): void {
    if (primary !== lost) return;
    primary = openPrimary(urls);
    primary.catch(() => {});
    void lost.then((pool) => pool.end()).catch(() => {});
  }

  /** Returns when it is worth another try. @throws StoreError when that has been so for too long. */
  function despite(error: unknown, used: Promise<pg.Pool>, startedAt: number): void {
    const trouble = troubleOf(error);
    if (trouble === undefined) throw error;
    if (clock.monotonicNow() - startedAt > patienceMs) throw outOfReach(error);
    if (trouble === 'gone') lookAgain(used);
  }

  async function transact<T>(script: () => SqlScript<T>): Promise<T> {
    const startedAt = clock.monotonicNow();
    for (let failures = 1; ; failures += 1) {
      const used = primary;
      try {
        return await runOn(await used, script);
      } catch (error) {
        despite(error, used, startedAt);
        await clock.sleep(random.next() * Math.min(pause.capMs, pause.baseMs * 2 ** failures));
      }
    }
  }

  return {
    transact,
    close() {
      closed ??= primary.then(
        (pool) => pool.end(),
        () => {},
      );
      return closed;
    },
  };
}

async function runOn<T>(pool: pg.Pool, script: () => SqlScript<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const running = script();
    let step = running.next();
    while (step.done !== true) step = running.next(await answer(client, step.value));
    await client.query('commit');
    return step.value;
  } catch (error) {
    // What cannot even be rolled back is not handed to the next one.
    await client.query('rollback').catch((cause: Error) => {
      broken = cause;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

async function answer(
  client: pg.PoolClient,
  asked: SqlQuery | SqlInsert,
): Promise<readonly SqlRow[]> {
  const queries: readonly PostgresQuery[] =
    'into' in asked ? asPostgresInserts(asked) : [asPostgresQuery(asked)];
  let rows: readonly SqlRow[] = [];
  for (const { text, values } of queries) rows = (await client.query(text, [...values])).rows;
  return rows;
}

/** Others were in the way: serialization failure, deadlock. */
const retried = new Set(['40001', '40P01']);
/** It shuts down, starts, was demoted, or the connection is no more. */
const gone = /^(08...|57P0[123]|25006|ECONN.*|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;

function troubleOf(error: unknown): 'retry' | 'gone' | undefined {
  const { code, message } = (error ?? {}) as {
    readonly code?: unknown;
    readonly message?: unknown;
  };
  if (error instanceof StoreError) return error.code === 'ledger/cannot-open' ? 'gone' : undefined;
  if (typeof code === 'string' && retried.has(code)) return 'retry';
  if (typeof code === 'string' && gone.test(code)) return 'gone';
  const said = typeof message === 'string' ? message : '';
  // node-postgres has no code for a connection that ends in between.
  return /Connection terminated|connection error and is not queryable|timeout exceeded|pool after calling end/.test(
    said,
  )
    ? 'gone'
    : undefined;
}

function outOfReach(cause: unknown): StoreError {
  const what = cause instanceof Error ? cause.message : String(cause);
  const hint = 'nothing is lost: devices keep their taps and send them again';
  return new StoreError('ledger/in-use', `the database does not answer: ${what}`, hint, cause);
}

/** Of this many-th backend that starts at once, one migrates and the others wait. */
const migrationLock = 4_242_001;

async function migrate(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(`select pg_advisory_xact_lock(${migrationLock})`);
    await client.query(
      'create table if not exists halte_schema (version bigint primary key, name text not null)',
    );
    const { rows } = await client.query(
      'select coalesce(max(version), 0) as version from halte_schema',
    );
    const version = Number(rows[0]?.version);
    if (version > backendMigrations.length) throw newerSchema(version);
    for (const [index, { name, sql }] of backendMigrations.entries()) {
      if (index < version) continue;
      await client.query(asPostgresSchema(sql));
      await client.query('insert into halte_schema (version, name) values ($1, $2)', [
        index + 1,
        name,
      ]);
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

function newerSchema(version: number): StoreError {
  const message = `the database has schema ${version}, this program knows ${backendMigrations.length}`;
  const hint = 'run the newer Halte that wrote it; nothing was changed';
  return new StoreError('ledger/newer-schema', message, hint);
}
