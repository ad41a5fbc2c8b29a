/**
 * What to do with an uploaded batch, decided from what is already held: pure, shared by every
 * storage engine. Hashes are computed over the bytes before anyone looks inside them.
 *
 * - rows held with the same hash are a silent success, at any age;
 * - a row that contradicts a held one, and all after it, goes to quarantine and counts as durable
 *   there (a fork: a cloned or restored disk);
 * - rows beyond the held ones are answered with the seq expected (a gap), unless the device has said
 *   that all between are lost;
 * - rows that a device salvaged stand behind a hole that nobody fills any more: they are held there,
 *   and what fills the hole after all must lead up to them.
 */
import { equal } from '../core/bytes.ts';
import { genesisHash, rowHash } from '../core/ledger/chain.ts';
import type { UploadRequest } from '../sync/wire.ts';

export interface ChainedRow {
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
}

export interface LedgerTip {
  readonly durableSeq: number;
  readonly tip: Uint8Array;
}

/** Before a device's first row of an epoch. */
export const emptyLedger: LedgerTip = { durableSeq: 0, tip: genesisHash };

/** What the store holds of this device and epoch, as far as the batch touches it. */
export interface Held {
  readonly ledger: LedgerTip;
  /** All rows after durableSeq and up to here are told to be lost; durableSeq where none is. */
  readonly closedThrough: number;
  /** Hash of the ledger's row at a seq; the genesis hash at 0. */
  hashAt(seq: number): Uint8Array | undefined;
  /** Of a row behind a hole: what the hash of the row before it is. */
  previousAt(seq: number): Uint8Array | undefined;
  /** Whether quarantine holds a row with this seq and hash. */
  isQuarantined(seq: number, hash: Uint8Array): boolean;
}

export type IngestPlan =
  | {
      readonly action: 'append';
      /** Not held before; may be none. */
      readonly rows: readonly ChainedRow[];
      readonly ledger: LedgerTip;
      /** The batch's last row: a receipt never names a row that the device did not just show. */
      readonly acknowledged: LedgerTip;
    }
  | { readonly action: 'quarantine'; readonly branch: readonly ChainedRow[] }
  | { readonly action: 'gap'; readonly expectedSeq: number };

export function planIngest(held: Held, batch: UploadRequest): IngestPlan {
  const { ledger, closedThrough } = held;
  const isBranch = continuesBranch(held, batch);
  if (!isBranch && batch.fromSeq > closedThrough + 1) {
    return { action: 'gap', expectedSeq: ledger.durableSeq + 1 };
  }
  const isNewHole = batch.fromSeq > ledger.durableSeq + 1;
  const follows = followsHeld(held, batch) ?? isNewHole;
  if (isBranch || !follows) return { action: 'quarantine', branch: chain(batch) };
  return planRows(held, batch);
}

/** Of rows that were salvaged: there is no other way left for what is missing before them. */
export function planSalvaged(held: Held, batch: UploadRequest): IngestPlan {
  const follows = followsHeld(held, batch) ?? true;
  if (continuesBranch(held, batch) || !follows) {
    return { action: 'quarantine', branch: chain(batch) };
  }
  return planRows(held, batch);
}

/** @returns undefined behind a hole, where nobody knows. */
function followsHeld(held: Held, { fromSeq, prevHash }: UploadRequest): boolean | undefined {
  const before = held.hashAt(fromSeq - 1) ?? held.previousAt(fromSeq);
  return before && equal(before, prevHash);
}

function continuesBranch(held: Held, { fromSeq, prevHash }: UploadRequest): boolean {
  const before = fromSeq - 1;
  return (
    before > 0 && held.isQuarantined(before, prevHash) && !sameHash(held.hashAt(before), prevHash)
  );
}

/** Rows that follow what is held before them, or a hole. */
function planRows(held: Held, batch: UploadRequest): IngestPlan {
  const { ledger } = held;
  const rows = chain(batch);
  const isHeld = ({ seq, hash }: ChainedRow) => sameHash(held.hashAt(seq), hash);
  const fresh = rows.filter((row) => !isHeld(row));
  if (fresh.some((row) => contradicts(held, row))) {
    return { action: 'quarantine', branch: rows.slice(rows.findIndex((row) => !isHeld(row))) };
  }
  const isContiguous = batch.fromSeq <= held.closedThrough + 1;
  const last = rows.at(-1);
  const isLonger = isContiguous && last !== undefined && last.seq > ledger.durableSeq;
  return {
    action: 'append',
    rows: fresh,
    ledger: isLonger ? tipAfter(ledger, rows) : ledger,
    acknowledged: tipAfter(ledger, rows),
  };
}

/** Another row stands there; or the next one followed another. */
function contradicts(held: Held, { seq, hash }: ChainedRow): boolean {
  if (held.hashAt(seq) !== undefined) return true;
  const expected = held.previousAt(seq + 1);
  return expected !== undefined && !equal(expected, hash);
}

function chain(batch: UploadRequest): ChainedRow[] {
  let previous: Uint8Array = batch.prevHash;
  return batch.rows.map((bytes, index) => {
    const seq = batch.fromSeq + index;
    previous = rowHash({ device: batch.device, epoch: batch.epoch, seq }, previous, bytes);
    return { seq, hash: previous, bytes };
  });
}

function tipAfter(ledger: LedgerTip, rows: readonly ChainedRow[]): LedgerTip {
  const last = rows.at(-1);
  return last === undefined ? ledger : { durableSeq: last.seq, tip: last.hash };
}

function sameHash(held: Uint8Array | undefined, hash: Uint8Array): boolean {
  return held !== undefined && equal(held, hash);
}
