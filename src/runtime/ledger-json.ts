/** A ledger entry as JSON, for people and scripts: bytes become lower-case hexadecimal. */
import { hex } from '../core/bytes.ts';
import { type EpochOrigin, originOf } from '../core/ledger/epoch-grant.ts';
import type { LedgerEntry } from '../store/ledger-audit.ts';
import type { LedgerBatch } from '../store/ledger-outbox.ts';

export interface LedgerEntryJson {
  readonly epoch: number;
  /** Whether the backend granted the epoch or the device minted it. */
  readonly origin: EpochOrigin;
  readonly seq: number;
  readonly sent: boolean;
  /** Null when the bytes are no row that this program knows. */
  readonly row: Readonly<Record<string, string | number>> | null;
}

export function entryAsJson({ epoch, seq, sent, row }: LedgerEntry): LedgerEntryJson {
  const place = { epoch, origin: originOf(epoch), seq, sent };
  if (row === undefined) return { ...place, row: null };
  const fields = Object.entries(row).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? hex(value) : value,
  ]);
  return { ...place, row: Object.fromEntries(fields) };
}

/** Exact bytes are base64. */
export interface LedgerBatchJson {
  readonly epoch: number;
  readonly fromSeq: number;
  readonly prevHash: string;
  readonly rows: readonly string[];
}

export function batchAsJson(batch: LedgerBatch | undefined): LedgerBatchJson | null {
  if (batch === undefined) return null;
  return { ...batch, prevHash: base64(batch.prevHash), rows: batch.rows.map(base64) };
}

export function batchFromJson(batch: LedgerBatchJson | null): LedgerBatch | undefined {
  if (batch === null) return undefined;
  return { ...batch, prevHash: fromBase64(batch.prevHash), rows: batch.rows.map(fromBase64) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}
