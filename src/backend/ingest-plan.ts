/**
 * What to do with an uploaded batch, decided from what is already held: pure, shared by every
 * storage engine. Hashes are computed over the bytes before anyone looks inside them.
 *
 * - rows held with the same hash are a silent success, at any age;
 * - a row that contradicts a held one, and all after it, goes to quarantine and counts as durable
 *   there (a fork: a cloned or restored disk);
 * - rows beyond the held ones are answered with the seq expected (a gap).
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
  /** Hash of the ledger's row at a seq; the genesis hash at 0. */
  hashAt(seq: number): Uint8Array | undefined;
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
  const { ledger } = held;
  const before = batch.fromSeq - 1;
  const rows = chain(batch);
  const ours = held.hashAt(before);
  const continuesBranch =
    before > 0 && held.isQuarantined(before, batch.prevHash) && !sameHash(ours, batch.prevHash);
  if (continuesBranch) return { action: 'quarantine', branch: rows };
  if (before > ledger.durableSeq) return { action: 'gap', expectedSeq: ledger.durableSeq + 1 };
  if (!sameHash(ours, batch.prevHash)) {
    return { action: 'quarantine', branch: rows };
  }

  const forkAt = rows.findIndex(
    ({ seq, hash }) => seq <= ledger.durableSeq && !sameHash(held.hashAt(seq), hash),
  );
  if (forkAt >= 0) {
    return { action: 'quarantine', branch: rows.slice(forkAt) };
  }
  const fresh = rows.filter(({ seq }) => seq > ledger.durableSeq);
  return {
    action: 'append',
    rows: fresh,
    ledger: tipAfter(ledger, fresh),
    acknowledged: tipAfter(ledger, rows),
  };
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
