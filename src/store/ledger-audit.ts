/** Looking at the ledger: its rows in order, its counts, and whether its chain holds. */
import { equal } from '../core/bytes.ts';
import { rowHash } from '../core/ledger/chain.ts';
import { decodeRow, type Row } from '../core/ledger/row.ts';
import type { EpochState } from './ledger-outbox.ts';
import type { SqliteDatabase } from './open-database.ts';
import { namingErrorsOf } from './store-error.ts';

export interface LedgerEntry {
  readonly epoch: number;
  readonly seq: number;
  readonly sent: boolean;
  /** Undefined when the bytes are no row that this program knows. */
  readonly row: Row | undefined;
}

export interface LedgerVerdict {
  readonly rows: number;
  /** The first place where the chain does not hold. */
  readonly broken?: { readonly epoch: number; readonly seq: number; readonly what: string };
}

/** Where to go on listing: the place of the last entry seen. */
export interface LedgerCursor {
  readonly epoch: number;
  readonly seq: number;
}

export interface LedgerAudit {
  /** Oldest first, at most `limit` after the cursor. */
  entries(limit: number, after?: LedgerCursor): LedgerEntry[];
  /** Newest first, at most `limit`. */
  newest(limit: number): LedgerEntry[];
  /** Checks every hash and every seq still held, up to the last row that has a receipt at least. */
  verify(): LedgerVerdict;
}

interface StoredRow {
  readonly epoch: number;
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
}

interface ListedRow extends StoredRow {
  readonly sent: number;
}

export function createLedgerAudit(database: SqliteDatabase, device: string): LedgerAudit {
  const page = database.prepare(
    `select row.epoch, seq, bytes, seq <= durable_seq as sent
     from row join epoch on row.epoch = epoch.epoch
     where (ordinal, seq) >
       (coalesce((select ordinal from epoch where epoch = :epoch), 0), :seq)
     order by ordinal, seq limit :limit`,
  );
  const tail = database.prepare(
    `select row.epoch, seq, bytes, seq <= durable_seq as sent
     from row join epoch on row.epoch = epoch.epoch
     order by ordinal desc, seq desc limit ?`,
  );
  const epochs = database.prepare('select * from epoch order by ordinal');
  const rowsOf = database.prepare(
    'select epoch, seq, hash, bytes from row where epoch = ? order by seq',
  );

  const named = namingErrorsOf(database.name);

  return {
    entries: named((limit: number, after: LedgerCursor = { epoch: 0, seq: 0 }) => {
      const rows = page.all({ limit, ...after }) as ListedRow[];
      return rows.map(entryOf);
    }),
    newest: named((limit: number) => (tail.all(limit) as ListedRow[]).map(entryOf)),
    verify: named(() => {
      let rows = 0;
      for (const state of epochs.all() as EpochState[]) {
        const stored = rowsOf.iterate(state.epoch) as IterableIterator<StoredRow>;
        const verdict = verifyEpoch(device, state, stored);
        rows += verdict.rows;
        if (verdict.broken !== undefined) return { rows, broken: verdict.broken };
      }
      return { rows };
    }),
  };
}

function entryOf({ epoch, seq, bytes, sent }: ListedRow): LedgerEntry {
  return { epoch, seq, sent: sent === 1, row: decodeRow(bytes) };
}

function verifyEpoch(
  device: string,
  state: EpochState,
  stored: IterableIterator<StoredRow>,
): LedgerVerdict {
  let previous = { seq: state.pruned_seq, hash: state.pruned_hash };
  let rows = 0;
  for (const { epoch, seq, hash, bytes } of stored) {
    if (seq !== previous.seq + 1) {
      return { rows, broken: { epoch, seq, what: `seq follows ${previous.seq}` } };
    }
    if (!equal(rowHash({ device, epoch, seq }, previous.hash, bytes), hash)) {
      return { rows, broken: { epoch, seq, what: 'hash does not match' } };
    }
    previous = { seq, hash };
    rows += 1;
  }
  if (previous.seq < state.durable_seq) {
    const { epoch, durable_seq: seq } = state;
    return { rows, broken: { epoch, seq, what: 'the row of the receipt is missing' } };
  }
  return { rows };
}
