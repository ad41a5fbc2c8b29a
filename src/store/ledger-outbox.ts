/**
 * What of the ledger still has to reach the backend, and what may go. Rows leave this device only
 * below a receipt whose tip is our own hash, and after the retention period (promise 5).
 */

import { equal } from '../core/bytes.ts';
import type { Receipt } from '../core/ledger/receipt.ts';
import type { SqliteDatabase } from './open-database.ts';

export interface LedgerBatch {
  readonly epoch: number;
  readonly fromSeq: number;
  /** Hash of the row before fromSeq. */
  readonly prevHash: Uint8Array;
  /** Canonical bytes, exactly as hashed. */
  readonly rows: readonly Uint8Array[];
}

export interface BatchLimits {
  readonly rowsMax: number;
  readonly bytesMax: number;
}

export interface LedgerOutbox {
  /** The oldest rows without a receipt, of one epoch; undefined when all have theirs. */
  nextBatch(limits: BatchLimits): LedgerBatch | undefined;
  /** Rows without a receipt. */
  readonly unsent: number;
  /**
   * Notes a receipt. @returns false, changing nothing, when its tip is not our hash at that seq: it
   * speaks of another ledger.
   */
  acknowledge(receipt: Receipt, bytes: Uint8Array): boolean;
  /** The backend lacks rows from expectedSeq on: send them again. @returns false when they are pruned. */
  rewind(epoch: number, expectedSeq: number): boolean;
  /** Deletes receipted rows written before `before` (wall clock). @returns how many. */
  prune(before: number): number;
}

interface EpochState {
  readonly epoch: number;
  readonly durable_seq: number;
  readonly pruned_seq: number;
  readonly pruned_hash: Uint8Array;
}

/** Rows deleted in one transaction: a tap waits behind it. */
const prunedAtOnceMax = 500;

export function createLedgerOutbox(database: SqliteDatabase): LedgerOutbox {
  const statements = prepare(database);

  function hashAt(epoch: EpochState, seq: number): Uint8Array | undefined {
    if (seq === epoch.pruned_seq) return epoch.pruned_hash;
    return statements.hashAt.get(epoch.epoch, seq) as Uint8Array | undefined;
  }

  return {
    nextBatch(limits) {
      const epoch = statements.unsentEpoch.get() as EpochState | undefined;
      if (epoch === undefined) return undefined;
      const prevHash = hashAt(epoch, epoch.durable_seq);
      if (prevHash === undefined) return undefined;
      const stored = statements.rowsAfter.iterate(epoch.epoch, epoch.durable_seq);
      const rows = takeRows(stored as IterableIterator<Uint8Array>, limits);
      return { epoch: epoch.epoch, fromSeq: epoch.durable_seq + 1, prevHash, rows };
    },
    get unsent() {
      return statements.unsent.get() as number;
    },
    acknowledge(receipt, bytes) {
      const epoch = statements.epoch.get(receipt.epoch) as EpochState | undefined;
      const ours = epoch && hashAt(epoch, receipt.durableSeq);
      if (ours === undefined || !equal(ours, receipt.tip)) return false;
      statements.acknowledge.run(receipt.durableSeq, bytes, receipt.epoch);
      return true;
    },
    rewind(epoch, expectedSeq) {
      const state = statements.epoch.get(epoch) as EpochState | undefined;
      if (state === undefined || expectedSeq <= state.pruned_seq) return false;
      statements.rewind.run(expectedSeq - 1, epoch);
      return true;
    },
    prune: database.transaction((before: number) => {
      statements.forget.run(before);
      const epochs = statements.epochs.all() as EpochState[];
      return epochs.reduce((pruned, epoch) => pruned + pruneEpoch(epoch, before), 0);
    }).immediate,
  };

  function pruneEpoch(epoch: EpochState, before: number): number {
    const last = statements.lastPrunable.get({
      epoch: epoch.epoch,
      after: epoch.pruned_seq,
      durable: epoch.durable_seq,
      before,
      atOnce: prunedAtOnceMax,
    }) as { seq: number | null };
    if (last.seq === null) return 0;
    statements.markPruned.run(last.seq, hashAt(epoch, last.seq), epoch.epoch);
    return statements.deleteRows.run(epoch.epoch, last.seq).changes;
  }
}

/** At least one row, however long: a batch that is never sent would block all behind it. */
function takeRows(stored: IterableIterator<Uint8Array>, limits: BatchLimits): Uint8Array[] {
  const rows: Uint8Array[] = [];
  let bytes = 0;
  for (const row of stored) {
    bytes += row.length;
    if (rows.length > 0 && bytes > limits.bytesMax) break;
    rows.push(row);
    if (rows.length === limits.rowsMax) break;
  }
  return rows;
}

function prepare(database: SqliteDatabase) {
  return {
    epoch: database.prepare('select * from epoch where epoch = ?'),
    epochs: database.prepare('select * from epoch order by ordinal'),
    unsentEpoch: database.prepare(
      `select * from epoch where exists
         (select 1 from row where row.epoch = epoch.epoch and seq > durable_seq)
       order by ordinal limit 1`,
    ),
    unsent: database
      .prepare(
        `select coalesce(sum(last_seq - durable_seq), 0) from
           (select durable_seq, coalesce(
              (select max(seq) from row where row.epoch = epoch.epoch), durable_seq) as last_seq
            from epoch)`,
      )
      .pluck(),
    hashAt: database.prepare('select hash from row where epoch = ? and seq = ?').pluck(),
    rowsAfter: database
      .prepare('select bytes from row where epoch = ? and seq > ? order by seq')
      .pluck(),
    acknowledge: database.prepare('update epoch set durable_seq = ?, receipt = ? where epoch = ?'),
    rewind: database.prepare('update epoch set durable_seq = min(durable_seq, ?) where epoch = ?'),
    forget: database.prepare('delete from accepted_token where forget_at < ?'),
    lastPrunable: database.prepare(
      `select max(seq) as seq from
         (select seq, wall_at from row
          where epoch = :epoch and seq > :after and seq <= :durable order by seq limit :atOnce)
       where wall_at < :before`,
    ),
    markPruned: database.prepare(
      'update epoch set pruned_seq = ?, pruned_hash = ? where epoch = ?',
    ),
    deleteRows: database.prepare('delete from row where epoch = ? and seq <= ?'),
  };
}
