/**
 * What of the ledger still has to reach the backend, and what may go. Rows leave this device only
 * below a receipt whose tip is our own hash, and after the retention period (promise 5).
 */
import { equal } from '../core/bytes.ts';
import { rowHash } from '../core/ledger/chain.ts';
import type { Receipt } from '../core/ledger/receipt.ts';
import type { SqliteDatabase } from './open-database.ts';
import { brokenChain, namingErrorsOf } from './store-error.ts';

/** A place in the ledger; what comes after it is meant. */
export interface LedgerCursor {
  readonly epoch: number;
  readonly seq: number;
}

export interface LedgerBatch {
  readonly epoch: number;
  readonly fromSeq: number;
  /** Hash of the row before fromSeq. */
  readonly prevHash: Uint8Array;
  /** Canonical bytes, exactly as hashed. */
  readonly rows: readonly Uint8Array[];
}

interface BatchLimits {
  readonly rowsMax: number;
  readonly bytesMax: number;
}

export interface LedgerOutbox {
  /**
   * The oldest rows without a receipt, of one epoch; undefined when all have theirs.
   * @param after leaves out what stands up to there, in the order of the ledger.
   */
  nextBatch(limits: BatchLimits, after?: LedgerCursor): LedgerBatch | undefined;
  /** Rows without a receipt. */
  readonly unsent: number;
  /**
   * Notes a receipt; one that says less than an earlier one takes nothing back. @returns false,
   * changing nothing, when its tip is not our hash at that seq: it speaks of another ledger.
   */
  acknowledge(receipt: Receipt, bytes: Uint8Array): boolean;
  /** The backend lacks rows from expectedSeq on: send them again. @returns false when they are pruned. */
  rewind(epoch: number, expectedSeq: number): boolean;
  /**
   * Deletes rows whose receipt the backend signed before `before`, by its own clock: what a bus's
   * clock shows has no say in what may go. @returns how many.
   */
  prune(before: number): number;
  /** The time of the backend in the newest receipt that is kept; absent without any. */
  readonly receiptedAt: number | undefined;
}

/** A row of the epoch table. */
export interface EpochState {
  readonly epoch: number;
  readonly durable_seq: number;
  readonly pruned_seq: number;
  readonly pruned_hash: Uint8Array;
}

/** Rows deleted in one transaction: a tap waits behind it. */
const prunedAtOnceMax = 500;

const beforeAll: LedgerCursor = { epoch: 0, seq: 0 };

export function createLedgerOutbox(database: SqliteDatabase, device: string): LedgerOutbox {
  const statements = prepare(database);

  function hashAt(epoch: EpochState, seq: number): Uint8Array | undefined {
    if (seq === epoch.pruned_seq) return epoch.pruned_hash;
    return statements.hashAt.get(epoch.epoch, seq) as Uint8Array | undefined;
  }

  const named = namingErrorsOf(database.name);
  const countUnsent = named(() => statements.unsent.get() as number);
  const receiptedAt = named(() => (statements.receiptedAt.get() as number | null) ?? undefined);

  return {
    nextBatch: named((limits: BatchLimits, after: LedgerCursor = beforeAll) => {
      const epoch = statements.unsentEpoch.get(after) as EpochState | undefined;
      if (epoch === undefined) return undefined;
      const before = Math.max(epoch.durable_seq, epoch.epoch === after.epoch ? after.seq : 0);
      const prevHash = hashAt(epoch, before);
      if (prevHash === undefined) return undefined;
      const stored = statements.rowsAfter.iterate(epoch.epoch, before);
      const rows = takeRows(stored as IterableIterator<Uint8Array>, limits);
      const batch = { epoch: epoch.epoch, fromSeq: before + 1, prevHash, rows };
      checkWhole(batch);
      return batch;
    }),
    get unsent() {
      return countUnsent();
    },
    acknowledge: named(
      database.transaction((receipt: Receipt, bytes: Uint8Array) => {
        const { epoch, durableSeq, serverTime } = receipt;
        const state = statements.epoch.get(epoch) as EpochState | undefined;
        const ours = state && hashAt(state, durableSeq);
        if (ours === undefined || !equal(ours, receipt.tip)) return false;
        statements.acknowledge.run(durableSeq, epoch);
        statements.keepReceipt.run(epoch, durableSeq, serverTime, bytes);
        return true;
      }).immediate,
    ),
    rewind: named(
      database.transaction((epoch: number, expectedSeq: number) => {
        const state = statements.epoch.get(epoch) as EpochState | undefined;
        if (state === undefined || expectedSeq <= state.pruned_seq) return false;
        statements.rewind.run(expectedSeq - 1, epoch);
        statements.voidReceipts.run(epoch, expectedSeq);
        return true;
      }).immediate,
    ),
    get receiptedAt() {
      return receiptedAt();
    },
    prune: named(
      database.transaction((before: number) => {
        statements.forget.run(before);
        const epochs = statements.epochs.all() as EpochState[];
        return epochs.reduce((pruned, epoch) => pruned + pruneEpoch(epoch, before), 0);
      }).immediate,
    ),
  };

  /** What the storage has changed must not reach the backend as if a rider had done it. */
  function checkWhole({ epoch, fromSeq, prevHash, rows }: LedgerBatch): void {
    const tip = rows.reduce(
      (hash, bytes, index) => rowHash({ device, epoch, seq: fromSeq + index }, hash, bytes),
      prevHash,
    );
    const last = statements.hashAt.get(epoch, fromSeq + rows.length - 1) as Uint8Array | undefined;
    if (last !== undefined && equal(tip, last)) return;
    throw brokenChain(database.name, `epoch ${epoch}, in the batch from seq ${fromSeq}`);
  }

  function pruneEpoch(epoch: EpochState, before: number): number {
    const receipted = statements.receiptedBefore.get(epoch.epoch, before) as number | null;
    const atMost = epoch.pruned_seq + prunedAtOnceMax;
    const through = Math.min(receipted ?? 0, epoch.durable_seq, atMost);
    if (through <= epoch.pruned_seq) return 0;
    statements.markPruned.run(through, hashAt(epoch, through), epoch.epoch);
    statements.dropReceipts.run(epoch.epoch, through);
    return statements.deleteRows.run(epoch.epoch, through).changes;
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
      `select * from epoch
       where ordinal >= coalesce((select ordinal from epoch where epoch = :epoch), 0)
         and exists (select 1 from row where row.epoch = epoch.epoch
           and seq > max(durable_seq, iif(epoch.epoch = :epoch, :seq, 0)))
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
    acknowledge: database.prepare(
      'update epoch set durable_seq = max(durable_seq, ?) where epoch = ?',
    ),
    keepReceipt: database.prepare(
      `insert into receipt (epoch, durable_seq, server_time, bytes) values (?, ?, ?, ?)
       on conflict do nothing`,
    ),
    rewind: database.prepare('update epoch set durable_seq = min(durable_seq, ?) where epoch = ?'),
    voidReceipts: database.prepare('delete from receipt where epoch = ? and durable_seq >= ?'),
    forget: database.prepare('delete from accepted_token where forget_at < ?'),
    receiptedAt: database.prepare('select max(server_time) from receipt').pluck(),
    receiptedBefore: database
      .prepare('select max(durable_seq) from receipt where epoch = ? and server_time < ?')
      .pluck(),
    dropReceipts: database.prepare('delete from receipt where epoch = ? and durable_seq <= ?'),
    markPruned: database.prepare(
      'update epoch set pruned_seq = ?, pruned_hash = ? where epoch = ?',
    ),
    deleteRows: database.prepare('delete from row where epoch = ? and seq <= ?'),
  };
}
