/**
 * Finds the server that takes writes among several PostgreSQL servers, one URL each: after a failover
 * the standby that was promoted. A client that asked the wrong one is none the wiser, so each server is
 * asked whether it is in recovery, and whether a commit of it is durable.
 */
import pg from 'pg';
import { messageOf } from '../../device/message-of.ts';
import { StoreError } from '../store/store-error.ts';

const connectMsMax = 3_000;
/** Connections to the primary; a transaction holds one. */
const connectionsMax = 8;

const { builtins, getTypeParser } = pg.types;

/** Whole numbers as numbers: nothing here passes 2^53. Bytes as plain bytes. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (type: number, format?: 'text' | 'binary') => {
    const parse = getTypeParser(type, format as 'text');
    if (type === builtins.INT8) return Number;
    if (type === builtins.BYTEA) return (value: string) => new Uint8Array(parse(value));
    return parse;
  },
};

/** @param urls `postgres://…`, the first that takes writes counts. @throws StoreError when none does. */
export async function openPrimary(urls: readonly string[]): Promise<pg.Pool> {
  const complaints: string[] = [];
  for (const url of urls) {
    const pool = new pg.Pool({
      ...{ connectionString: url, types, max: connectionsMax },
      connectionTimeoutMillis: connectMsMax,
    });
    // A connection that breaks is noticed by whoever asks over it, now or next.
    pool.on('error', () => {});
    pool.on('connect', (client) => client.on('error', () => {}));
    const complaint = await complaintAbout(pool);
    if (complaint === undefined) return pool;
    await pool.end();
    complaints.push(`${withoutPassword(url)}: ${complaint}`);
  }
  const hint = 'is the database running, and may this user write to it? see docs/backend.md';
  throw new StoreError('ledger/cannot-open', complaints.join('; '), hint);
}

async function complaintAbout(pool: pg.Pool): Promise<string | undefined> {
  try {
    const { rows } = await pool.query(
      `select pg_is_in_recovery() as standby, current_setting('fsync') as fsync,
         current_setting('synchronous_commit') as "synchronousCommit"`,
    );
    const { standby, fsync, synchronousCommit } = rows[0] ?? {};
    if (standby === true) return 'a standby, which takes no writes';
    if (fsync !== 'on') return `fsync is ${fsync}: a receipt would be a promise it does not keep`;
    if (synchronousCommit === 'off') return 'synchronous_commit is off: a commit is not durable';
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/([^:@/]*):[^@/]*@/, '//$1@');
}
