/**
 * What a damaged ledger remembered beside its rows: used tokens, rides, open debits, receipts. No
 * chain proves them; what can be read is taken over, and what cannot is left out.
 */
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { KeptReceipt } from './ledger-salvage.ts';
import type { SqliteDatabase } from './open-database.ts';

/** Tables beside the rows, which no chain proves. */
const memories = ['accepted_token', 'past_tap', 'open_intent'] as const;

/**
 * What can be read of what was remembered, from a copy, because SQLite changes what it opens.
 * @returns the receipts.
 */
export function copyMemory(
  old: string,
  fresh: string,
  database: SqliteDatabase,
): readonly KeptReceipt[] {
  const copy = `${fresh}.old`;
  removeDatabase(copy);
  for (const suffix of ['', '-wal'].filter((end) => existsSync(old + end))) {
    copyFileSync(old + suffix, copy + suffix);
  }
  let receipts: readonly KeptReceipt[] = [];
  unlessDamaged(() => {
    const source = new Database(copy);
    try {
      for (const table of memories) copyTable(source, database, table);
      receipts = receiptsIn(source);
    } finally {
      source.close();
    }
  });
  removeDatabase(copy);
  return receipts;
}

/** Up to the first row that cannot be read. */
function copyTable(source: SqliteDatabase, target: SqliteDatabase, table: string): void {
  const known = new Set(columnsOf(source, table));
  const names = columnsOf(target, table).filter((name) => known.has(name));
  if (names.length === 0) return;
  const places = names.map(() => '?').join(', ');
  const add = target.prepare(
    `insert or ignore into ${table} (${names.join(', ')}) values (${places})`,
  );
  unlessDamaged(() => {
    for (const row of source
      .prepare(`select ${names.join(', ')} from ${table}`)
      .raw()
      .iterate()) {
      unlessDamaged(() => add.run(...(row as unknown[])));
    }
  });
}

function columnsOf(database: SqliteDatabase, table: string): readonly string[] {
  const columns = database.pragma(`table_info(${table})`) as { readonly name: string }[];
  return columns.map(({ name }) => name);
}

function receiptsIn(source: SqliteDatabase): readonly KeptReceipt[] {
  const receipts: KeptReceipt[] = [];
  unlessDamaged(() => {
    const all = source.prepare('select epoch, durable_seq as seq, bytes from receipt');
    for (const receipt of all.iterate()) receipts.push(receipt as KeptReceipt);
  });
  return receipts.filter(({ bytes }) => bytes instanceof Uint8Array);
}

/** What the damage is to blame for is left out; a full or failing disk is not. */
function unlessDamaged(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
    if (/^SQLITE_(FULL|IOERR)/.test(error.code)) throw error;
  }
}

export function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
}
