/** Looking at the ledger: its rows in order, its counts, and whether its chain holds. */
import { equal } from '../core/bytes.ts';
import { rowHash } from '../core/ledger/chain.ts';
import { type EpochOrigin, originOf } from '../core/ledger/epoch-grant.ts';
import { decodeRow, type Row } from '../core/ledger/row.ts';
import type { EpochState, LedgerCursor } from './ledger-outbox.ts';
import type { SqliteDatabase } from './open-database.ts';
import { namingErrorsOf } from './store-error.ts';

export interface LedgerEntry {
  readonly epoch: number;
  readonly seq: number;
  readonly sent: boolean;
  /** Undefined when the bytes are no row that this program knows. */
  readonly row: Row | undefined;
}

/** One life of the ledger. */
export interface LedgerEpoch {
  readonly epoch: number;
  readonly origin: EpochOrigin;
  /** Of its newest row; 0 without any. */
  readonly lastSeq: number;
  /** A receipt says that the backend holds all up to here. */
  readonly durableSeq: number;
}

export interface LedgerVerdict {
  readonly rows: number;
  /** The first place where the chain does not hold. */
  readonly broken?: { readonly epoch: number; readonly seq: number; readonly what: string };
}

export interface LedgerAudit {
  /** Oldest first, at most `limit` after the cursor. */
  entries(limit: number, after?: LedgerCursor): LedgerEntry[];
  /** Newest first, at most `limit`. */
  newest(limit: number): LedgerEntry[];
  /** Oldest first. */
  epochs(): LedgerEpoch[];
  /** Checks every hash and every seq still held, up to the last row that has a receipt at least. */
  verify(): LedgerVerdict;
  /** A part of that, so that taps need not wait: at most `limit` rows from a cursor on. */
  verifySlice(limit: number, from?: LedgerCursor): LedgerSlice;
  /**
   * A look that takes a bounded time however long the ledger is: its small tables, the chain of its
   * newest rows, and of a small file every page. @returns what is broken
   */
  bootCheck(): string | undefined;
}

export interface LedgerSlice extends LedgerVerdict {
  /** Where to go on; absent when all is checked, or something is broken. */
  readonly next?: LedgerCursor;
}

/** Rows whose chain is checked before the first tap. */
export const bootCheckRowsMax = 2_000;
/** A file of at most this many pages of 4,096 bytes, 32 MiB, is looked at whole. */
export const bootCheckPagesMax = 8_192;
/** Rows of one step of a whole check. */
const sliceRows = 1_000;

interface ListedRow {
  readonly epoch: number;
  readonly seq: number;
  readonly bytes: Uint8Array;
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
  const rowsAfter = database
    .prepare('select seq, hash, bytes from row where epoch = ? and seq > ? order by seq limit ?')
    .raw();
  const hashAt = database.prepare('select hash from row where epoch = ? and seq = ?').pluck();
  const lastSeq = database.prepare('select max(seq) from row where epoch = ?').pluck();

  function verifySlice(limit: number, from?: LedgerCursor): LedgerSlice {
    const states = epochs.all() as EpochState[];
    const index = Math.max(
      0,
      states.findIndex(({ epoch }) => epoch === from?.epoch),
    );
    const state = states[index];
    if (state === undefined) return { rows: 0 };
    const seq = state.epoch === from?.epoch ? from.seq : 0;
    const slice = verifyWithin(state, seq, limit);
    const following = states[index + 1];
    const isOver = slice.next === undefined && slice.broken === undefined;
    if (!isOver || following === undefined) return slice;
    return { ...slice, next: { epoch: following.epoch, seq: 0 } };
  }

  /** Rows up to the cursor may have been pruned since. */
  function verifyWithin(state: EpochState, cursor: number, limit: number): LedgerSlice {
    const { epoch, pruned_seq } = state;
    const seq = Math.max(pruned_seq, cursor);
    const hash = seq === pruned_seq ? state.pruned_hash : hashAt.get(epoch, seq);
    if (!(hash instanceof Uint8Array)) return { rows: 0, broken: { epoch, seq, what: 'no hash' } };
    const stored = rowsAfter.all(epoch, seq, limit) as StoredRow[];
    const verdict = verifyRows({ device, epoch }, { seq, hash }, stored);
    if (verdict.broken !== undefined) return verdict;
    const last = seq + verdict.rows;
    if (stored.length === limit) return { ...verdict, next: { epoch, seq: last } };
    return last < state.durable_seq ? { ...verdict, broken: missingReceipted(state) } : verdict;
  }

  function verifyFrom(from?: LedgerCursor): LedgerVerdict {
    let slice = verifySlice(sliceRows, from);
    let { rows } = slice;
    while (slice.next !== undefined) {
      slice = verifySlice(sliceRows, slice.next);
      rows += slice.rows;
    }
    return slice.broken === undefined ? { rows } : { rows, broken: slice.broken };
  }

  function epochOf({ epoch, pruned_seq, durable_seq: durableSeq }: EpochState): LedgerEpoch {
    const last = (lastSeq.get(epoch) as number | null) ?? pruned_seq;
    return { epoch, origin: originOf(epoch), lastSeq: last, durableSeq };
  }

  function newestBroken(): string | undefined {
    const state = (epochs.all() as EpochState[]).at(-1);
    if (state === undefined) return undefined;
    const { epoch, pruned_seq } = state;
    const last = (lastSeq.get(epoch) as number | null) ?? pruned_seq;
    const from = Math.max(pruned_seq, last - bootCheckRowsMax);
    const { broken } = verifyFrom({ epoch, seq: from });
    return broken && `epoch ${broken.epoch} seq ${broken.seq}: ${broken.what}`;
  }

  const named = namingErrorsOf(database.name);

  return {
    entries: named((limit: number, after: LedgerCursor = { epoch: 0, seq: 0 }) => {
      const rows = page.all({ limit, ...after }) as ListedRow[];
      return rows.map(entryOf);
    }),
    newest: named((limit: number) => (tail.all(limit) as ListedRow[]).map(entryOf)),
    epochs: named(() => (epochs.all() as EpochState[]).map(epochOf)),
    verify: named(() => verifyFrom()),
    verifySlice: named(verifySlice),
    bootCheck: named(() => brokenPage(database) ?? newestBroken()),
  };
}

/** Tables that stay small; the large one is checked by its chain. */
const smallTables = ['identity', 'epoch', 'receipt', 'open_intent'];

function brokenPage(database: SqliteDatabase): string | undefined {
  const pages = database.pragma('page_count', { simple: true }) as number;
  const checks = pages > bootCheckPagesMax ? smallTables : [1];
  const found = checks.map((what) => database.pragma(`quick_check(${what})`, { simple: true }));
  const broken = found.find((result) => result !== 'ok');
  return broken === undefined ? undefined : String(broken);
}

function entryOf({ epoch, seq, bytes, sent }: ListedRow): LedgerEntry {
  return { epoch, seq, sent: sent === 1, row: decodeRow(bytes) };
}

/** Columns seq, hash and bytes: as they come, a row takes a third of the time of an object. */
type StoredRow = readonly [number, Uint8Array, Uint8Array];

function verifyRows(
  { device, epoch }: { readonly device: string; readonly epoch: number },
  before: { readonly seq: number; readonly hash: Uint8Array },
  stored: readonly StoredRow[],
): LedgerVerdict {
  let { seq: last, hash: previous } = before;
  let rows = 0;
  for (const [seq, hash, bytes] of stored) {
    if (seq !== last + 1) return { rows, broken: { epoch, seq, what: `seq follows ${last}` } };
    if (!equal(rowHash({ device, epoch, seq }, previous, bytes), hash)) {
      return { rows, broken: { epoch, seq, what: 'hash does not match' } };
    }
    last = seq;
    previous = hash;
    rows += 1;
  }
  return { rows };
}

function missingReceipted({ epoch, durable_seq: seq }: EpochState) {
  return { epoch, seq, what: 'the row of the receipt is missing' };
}
