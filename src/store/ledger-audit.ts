/** Looking at the ledger: its rows in order, its counts, and whether its chain holds. */
import { equal } from '../core/bytes.ts';
import { rowHash } from '../core/ledger/chain.ts';
import { decodeRow, type Row } from '../core/ledger/row.ts';
import type { SqliteDatabase } from './open-database.ts';

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
  /** Checks every hash and every seq still held. */
  verify(): LedgerVerdict;
}

interface StoredRow {
  readonly epoch: number;
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
}

interface EpochStart {
  readonly epoch: number;
  readonly pruned_seq: number;
  readonly pruned_hash: Uint8Array;
}

export function createLedgerAudit(database: SqliteDatabase, device: string): LedgerAudit {
  const page = database.prepare(
    `select row.epoch, seq, bytes, seq <= durable_seq as sent
     from row join epoch on row.epoch = epoch.epoch
     where (ordinal, seq) >
       (coalesce((select ordinal from epoch where epoch = :epoch), 0), :seq)
     order by ordinal, seq limit :limit`,
  );
  const epochs = database.prepare('select * from epoch order by ordinal');
  const rowsOf = database.prepare(
    'select epoch, seq, hash, bytes from row where epoch = ? order by seq',
  );

  return {
    entries(limit, after = { epoch: 0, seq: 0 }) {
      const rows = page.all({ limit, ...after }) as (StoredRow & { sent: number })[];
      return rows.map(({ epoch, seq, bytes, sent }) => ({
        epoch,
        seq,
        sent: sent === 1,
        row: decodeRow(bytes),
      }));
    },
    verify() {
      let rows = 0;
      for (const start of epochs.all() as EpochStart[]) {
        const stored = rowsOf.iterate(start.epoch) as IterableIterator<StoredRow>;
        const verdict = verifyEpoch(device, start, stored);
        rows += verdict.rows;
        if (verdict.broken !== undefined) return { rows, broken: verdict.broken };
      }
      return { rows };
    },
  };
}

function verifyEpoch(
  device: string,
  start: EpochStart,
  stored: IterableIterator<StoredRow>,
): LedgerVerdict {
  let previous = { seq: start.pruned_seq, hash: start.pruned_hash };
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
  return { rows };
}
