/** Builders for tests around the ledger: ledgers in folders of their own, batches, receipts. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { genesisHash, rowHash } from '../../src/core/ledger/chain.ts';
import type { Receipt } from '../../src/core/ledger/receipt.ts';
import { encodeRow, type TapRow } from '../../src/core/ledger/row.ts';
import {
  type AcceptedToken,
  type LedgerHead,
  openTapLedger,
  type TapLedger,
} from '../../src/store/tap-ledger.ts';
import type { UploadRequest } from '../../src/sync/wire.ts';
import { aFare, someNow } from './builders.ts';
import { aTapRow } from './row-builders.ts';

export const testDevice = 'bus-1';

/** Removed when the test ends. */
export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'halte-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface LedgerPlace {
  readonly path?: string;
  readonly device?: string;
  readonly mintEpoch?: () => number;
}

/** Epochs are counted from 1 unless told. Closed when the test ends. */
export function aLedger(place: LedgerPlace = {}): TapLedger & { readonly path: string } {
  const { path = join(aFolder(), 'ledger.db'), device = testDevice } = place;
  const { mintEpoch = createEpochCounter() } = place;
  const ledger = openTapLedger({ mintEpoch }, { path, device });
  onTestFinished(() => ledger.close());
  return Object.assign(ledger, { path });
}

export function createEpochCounter(): () => number {
  let epoch = 0;
  return () => {
    epoch += 1;
    return epoch;
  };
}

/** @returns the head after each row. */
export function fill(ledger: TapLedger, rows: number, over: Partial<TapRow> = {}): LedgerHead[] {
  return Array.from({ length: rows }, () =>
    ledger.append(aTapRow({ monotonicAt: ledger.head.seq + 1, ...over })),
  );
}

export interface BatchOptions {
  readonly device?: string;
  readonly epoch?: number;
  readonly fromSeq?: number;
  readonly prevHash?: Uint8Array;
}

/** A batch of the given rows, by default the first of a ledger. */
export function aBatch(rows: readonly Uint8Array[], options: BatchOptions = {}): UploadRequest {
  return { device: testDevice, epoch: 1, fromSeq: 1, prevHash: genesisHash, ...options, rows };
}

/** Encoded rows that differ from each other. */
export function someRows(count: number, over: Partial<TapRow> = {}): Uint8Array[] {
  return Array.from({ length: count }, (_, index) =>
    encodeRow(aTapRow({ monotonicAt: index + 1, amount: 3_500, ...over })),
  );
}

/** Hash of a batch's last row. */
export function tipOf({ device, epoch, fromSeq, prevHash, rows }: UploadRequest): Uint8Array {
  return rows.reduce(
    (previous, bytes, index) => rowHash({ device, epoch, seq: fromSeq + index }, previous, bytes),
    prevHash,
  );
}

/** The batch that follows this one. */
export function batchAfter(batch: UploadRequest, rows: readonly Uint8Array[]): UploadRequest {
  return { ...batch, fromSeq: batch.fromSeq + batch.rows.length, prevHash: tipOf(batch), rows };
}

/** The receipt of a backend that holds everything up to this row. */
export function receiptFor({ epoch, seq, hash }: LedgerHead, over: Partial<Receipt> = {}): Receipt {
  const place = { device: testDevice, epoch, durableSeq: seq, tip: hash };
  return { held: 'ledger', ...place, serverTime: someNow, ...over };
}

/** Accepted at {@link someNow} for the flat fare, to be forgotten at once. */
export function anAcceptedToken(change: Partial<AcceptedToken> = {}): AcceptedToken {
  const acceptedAt = change.acceptedAt ?? someNow;
  return {
    ...{ tokenKey: new Uint8Array(32).fill(7), acceptedAt, forgetAt: someNow, atRisk: false },
    ...{ fare: aFare({ leg: { boarding: { at: acceptedAt } } }), rulesVersion: 'test-1' },
    ...change,
  };
}

/** Seqs of a ledger's rows: the files as they are now, copied and opened by someone else. */
export function tapsOnDisk(path: string, device = testDevice): readonly number[] {
  const copy = join(aFolder(), 'copy.db');
  for (const suffix of ['', '-wal']) {
    if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
  }
  const { audit } = aLedger({ path: copy, device });
  return audit.entries(1_000).map(({ seq }) => seq);
}
