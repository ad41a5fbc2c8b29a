/**
 * A backend's database read past the backend: plain SQL over its tables, page by page, on SQLite and
 * PostgreSQL.
 */
import Database from 'better-sqlite3';
import pg from 'pg';
import type { StoredLedger, StoredRow } from './history-checker.ts';

const pageRows = 5_000;
const columns = 'device_id as device, epoch, seq, hash, payload, amount';

/** The values of each `?`, in their order. */
type Ask = (sql: string, values: readonly (string | number)[]) => Promise<readonly unknown[]>;

/** @param db as `--db` of `halte backend` says it. */
export async function readStoredLedger<T>(
  db: string,
  use: (ledger: StoredLedger) => Promise<T>,
): Promise<T> {
  return db.startsWith('sqlite:') ? onSqlite(db.slice('sqlite:'.length), use) : onPostgres(db, use);
}

async function onSqlite<T>(path: string, use: (ledger: StoredLedger) => Promise<T>): Promise<T> {
  const database = new Database(path, { readonly: true });
  try {
    return await use(ledgerOver(async (sql, values) => database.prepare(sql).all(...values)));
  } finally {
    database.close();
  }
}

async function onPostgres<T>(url: string, use: (ledger: StoredLedger) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const ask: Ask = async (sql, values) => {
    let number = 0;
    const text = sql.replace(/\?/g, () => `$${++number}`);
    return (await client.query(text, [...values])).rows;
  };
  try {
    return await use(ledgerOver(ask));
  } finally {
    await client.end();
  }
}

function ledgerOver(ask: Ask): StoredLedger {
  return {
    rows: () => rowsOver(ask),
    async quarantined() {
      const [row] = await ask('select count(*) as count from quarantine', []);
      return Number((row as { readonly count: unknown }).count);
    },
  };
}

async function* rowsOver(ask: Ask): AsyncGenerator<StoredRow> {
  let last: readonly (string | number)[] = ['', 0, 0];
  for (;;) {
    const page = await ask(
      `select ${columns} from tap where (device_id, epoch, seq) > (?, ?, ?)
       order by device_id, epoch, seq limit ${pageRows}`,
      last,
    );
    const rows = page.map((row) => asStoredRow(row as StoredRow));
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined) return;
    last = [end.device, end.epoch, end.seq];
  }
}

/** PostgreSQL gives whole numbers of 64 bits as text. */
function asStoredRow(row: StoredRow): StoredRow {
  const amount = row.amount === null ? null : Number(row.amount);
  return { ...row, epoch: Number(row.epoch), seq: Number(row.seq), amount };
}
