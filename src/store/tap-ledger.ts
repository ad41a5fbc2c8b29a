/**
 * The ledger: every row that this device ever wrote, in order, chained, durable before append
 * returns. One process, one connection (the file stays locked while it is open).
 *
 * Invariants:
 * - seq rises by exactly one within an epoch and is never reused (promise 2);
 * - hash = rowHash(place, hash before, bytes) (promise 3);
 * - a new file begins a new epoch, so that a restored or cloned disk shows as a fork (promise 8).
 */
import { usesRide } from '../core/decision.ts';
import { genesisHash, rowHash } from '../core/ledger/chain.ts';
import { encodeRow, type Row, type RowStamp } from '../core/ledger/row.ts';
import type { TapHistory } from '../core/rules/rule.ts';
import { createIntentMemory } from './intent-memory.ts';
import { createLedgerAudit, type LedgerAudit } from './ledger-audit.ts';
import { ledgerMigrations } from './ledger-migrations.ts';
import { createLedgerOutbox, type LedgerOutbox } from './ledger-outbox.ts';
import { openDatabase, type SqliteDatabase } from './open-database.ts';
import { asStoreError, namingErrorsOf, StoreError } from './store-error.ts';
import {
  createTapMemory,
  type Forgotten,
  type RememberedTap,
  type TapSubject,
} from './tap-memory.ts';

export interface LedgerHead {
  readonly epoch: number;
  /** Of the last row; 0 in an empty epoch. */
  readonly seq: number;
  readonly hash: Uint8Array;
}

/** What is remembered of an accepted token, in the transaction that records its tap. */
export interface AcceptedToken extends RememberedTap {
  /** Until then the same token must be recognised. */
  readonly forgetAt: number;
}

export interface TapLedger extends Disposable {
  readonly head: LedgerHead;
  /** Durable when it returns. @throws StoreError when the row could not be written: nothing was. */
  append(row: Row): LedgerHead;
  /**
   * What belongs together: all durable when it returns, or nothing was written.
   * @param rows one at least. @returns the place of the last one. @throws StoreError
   */
  appendTogether(rows: readonly Row[], accepted?: AcceptedToken): LedgerHead;
  /** A row, and what is not remembered any more because of it: both, or nothing. @throws StoreError */
  appendForgetting(row: Row, what: Forgotten): LedgerHead;
  /** @param now wall clock. */
  recall(subject: TapSubject, now: number): TapHistory;
  /** Whether this ledger ever wrote in the epoch. */
  isOwnEpoch(epoch: number): boolean;
  /**
   * The backend lacks rows from a seq on that are pruned here: a `gap` row says that they cannot come
   * any more, once. About the present epoch it stands in a new one, for behind a gap nothing is taken.
   * @returns undefined when they are not pruned.
   */
  tellPruned(rows: PrunedRows, stamp: RowStamp): ToldGap | undefined;
  /** Leaves the current epoch to the other disk; what is unsent of it stays to be sent. */
  leaveForkedEpoch(): void;
  /** Inside the file, from rows that were deleted: new rows take it before the file grows. */
  readonly freeBytes: number;
  readonly outbox: LedgerOutbox;
  readonly audit: LedgerAudit;
  close(): void;
}

export interface PrunedRows {
  readonly epoch: number;
  readonly fromSeq: number;
}

export interface ToldGap extends PrunedRows {
  readonly throughSeq: number;
  /** false: it was told before. */
  readonly isNew: boolean;
}

export interface LedgerDeps {
  /**
   * A number that no other ledger has: a grant of the backend, or a random provisional one. The same
   * never twice, not even after a power cut in between. `fork`: another disk wrote in the epoch before.
   */
  readonly mintEpoch: (why: 'new' | 'fork') => number;
}

export function openTapLedger(
  deps: LedgerDeps,
  options: { readonly path: string; readonly device: string },
): TapLedger {
  const { path, device } = options;
  const database = openDatabase({ path, migrations: ledgerMigrations, exclusive: true });
  try {
    claimIdentity(database, path, device);
    return ledgerOn(database, deps, options);
  } catch (error) {
    database.close();
    throw asStoreError(error, path);
  }
}

function ledgerOn(
  database: SqliteDatabase,
  deps: LedgerDeps,
  { path, device }: { readonly path: string; readonly device: string },
): TapLedger {
  const statements = prepare(database);
  const intents = createIntentMemory(database, device);
  const memory = createTapMemory(database);
  const isOwnEpoch = (epoch: number) => statements.hasEpoch.get(epoch) !== undefined;
  const startEpoch = (why: 'new' | 'fork') => {
    const minted = deps.mintEpoch(why);
    const epoch = isOwnEpoch(minted) ? deps.mintEpoch(why) : minted;
    statements.addEpoch.run(epoch, genesisHash);
    return readHead(database);
  };
  let head = currentHead(database) ?? startEpoch('new');
  const named = namingErrorsOf(path);
  const freeBytes = named(() => freeBytesIn(database));

  function addRow(last: LedgerHead, row: Row): LedgerHead {
    const { epoch } = last;
    const seq = last.seq + 1;
    const bytes = encodeRow(row);
    const hash = rowHash({ device, epoch, seq }, last.hash, bytes);
    statements.addRow.run(epoch, seq, hash, bytes);
    intents.note(row, { epoch, seq });
    return { epoch, seq, hash };
  }

  const record = database.transaction(
    (rows: readonly Row[], accepted: AcceptedToken | undefined) => {
      if (accepted !== undefined) {
        const { tokenKey, acceptedAt, forgetAt, atRisk, fare } = accepted;
        const rides = +usesRide(fare);
        statements.remember.run({ tokenKey, acceptedAt, forgetAt, atRisk: +atRisk, rides });
        memory.note(accepted);
      }
      return rows.reduce(addRow, head);
    },
  );

  const appendTogether = named((rows: readonly Row[], accepted?: AcceptedToken) => {
    head = record.immediate(rows, accepted);
    return head;
  });

  const recordForgetting = database.transaction((row: Row, what: Forgotten) => {
    memory.forget(what);
    if ('tapOf' in what) {
      if (what.usedRide) statements.unuse.run(what.tapOf);
      statements.forgetUnused.run(what.tapOf);
    }
    return addRow(head, row);
  });

  const tellPruned = database.transaction((rows: PrunedRows, stamp: RowStamp) => {
    const { epoch } = rows;
    const fromSeq = Math.max(1, rows.fromSeq);
    const throughSeq = (statements.prunedSeq.get(epoch) as number | undefined) ?? 0;
    if (fromSeq > throughSeq) return undefined;
    const gap = { epoch, fromSeq, throughSeq };
    if (statements.isTold.get(gap) !== undefined) return { ...gap, isNew: false, head };
    const last = epoch === head.epoch ? startEpoch('new') : head;
    statements.tell.run(gap);
    const place = { gapEpoch: epoch, fromSeq, throughSeq };
    const row = { kind: 'gap' as const, ...stamp, ...place, cause: 'pruned' };
    return { ...gap, isNew: true, head: addRow(last, row) };
  });

  return {
    get head() {
      return head;
    },
    append: (row) => appendTogether([row]),
    appendTogether,
    appendForgetting: named((row: Row, what: Forgotten) => {
      head = recordForgetting.immediate(row, what);
      return head;
    }),
    recall: named((subject: TapSubject, now: number) => {
      const rides = statements.ridesUsed.get(subject.tokenKey) as number | undefined;
      return {
        ridesUsed: rides ?? 0,
        taps: memory.tapsOf(subject),
        atRisk: memory.atRisk(subject, now),
        openIntent: intents.open(subject.tokenKey),
      };
    }),
    isOwnEpoch: named(isOwnEpoch),
    tellPruned: named((rows: PrunedRows, stamp: RowStamp) => {
      const told = tellPruned.immediate(rows, stamp);
      head = told?.head ?? head;
      return told;
    }),
    leaveForkedEpoch: named(() => {
      head = startEpoch('fork');
    }),
    get freeBytes() {
      return freeBytes();
    },
    outbox: createLedgerOutbox(database, device),
    audit: createLedgerAudit(database, device),
    close: () => closeLedger(database),
    [Symbol.dispose]: () => closeLedger(database),
  };
}

function prepare(database: SqliteDatabase) {
  return {
    addEpoch: database.prepare('insert into epoch (epoch, pruned_hash) values (?, ?)'),
    hasEpoch: database.prepare('select 1 from epoch where epoch = ?'),
    addRow: database.prepare('insert into row (epoch, seq, hash, bytes) values (?, ?, ?, ?)'),
    prunedSeq: database.prepare('select pruned_seq from epoch where epoch = ?').pluck(),
    isTold: database.prepare(
      `select 1 from told_gap
       where epoch = :epoch and from_seq <= :fromSeq and through_seq >= :throughSeq`,
    ),
    tell: database.prepare(
      `insert or replace into told_gap (epoch, from_seq, through_seq)
       values (:epoch, :fromSeq, :throughSeq)`,
    ),
    remember: database.prepare(
      `insert into accepted_token (token_key, accepted_at, forget_at, at_risk, times)
       values (:tokenKey, :acceptedAt, :forgetAt, :atRisk, 1)
       on conflict (token_key) do update
       set accepted_at = excluded.accepted_at, forget_at = excluded.forget_at,
           times = times + :rides`,
    ),
    unuse: database.prepare('update accepted_token set times = times - 1 where token_key = ?'),
    forgetUnused: database.prepare('delete from accepted_token where token_key = ? and times < 1'),
    ridesUsed: database.prepare('select times from accepted_token where token_key = ?').pluck(),
  };
}

function freeBytesIn(database: SqliteDatabase): number {
  const bytesOf = (pragma: string) => database.pragma(pragma, { simple: true }) as number;
  return bytesOf('freelist_count') * bytesOf('page_size');
}

function claimIdentity(database: SqliteDatabase, path: string, device: string): void {
  database
    .prepare('insert into identity (only_one, device) values (1, ?) on conflict do nothing')
    .run(device);
  const owner = database.prepare('select device from identity').pluck().get() as string;
  if (owner === device) return;
  throw new StoreError(
    'ledger/other-device',
    `${path} belongs to ${owner}, this device is ${device}`,
    'a ledger never changes its device: give this one a data folder of its own',
  );
}

function currentHead(database: SqliteDatabase): LedgerHead | undefined {
  const anyEpoch = database.prepare('select count(*) from epoch').pluck().get() as number;
  return anyEpoch === 0 ? undefined : readHead(database);
}

function readHead(database: SqliteDatabase): LedgerHead {
  const epoch = database
    .prepare(
      `select epoch, pruned_seq as seq, pruned_hash as hash from epoch
       order by ordinal desc limit 1`,
    )
    .get() as LedgerHead;
  const last = database
    .prepare('select epoch, seq, hash from row where epoch = ? order by seq desc limit 1')
    .get(epoch.epoch) as LedgerHead | undefined;
  return last ?? epoch;
}

function closeLedger(database: SqliteDatabase): void {
  if (!database.open) return;
  try {
    database.pragma('wal_checkpoint(TRUNCATE)');
  } catch {
    // A full or failing disk: the rows are durable in the write-ahead log, where the next open finds
    // them, and whoever closes for that reason has the first error to tell of.
  } finally {
    database.close();
  }
}
