/** A ledger entry as JSON, for people and scripts: bytes become lower-case hexadecimal. */
import { hex } from '../core/bytes.ts';
import type { LedgerEntry } from '../store/ledger-audit.ts';

export interface LedgerEntryJson {
  readonly epoch: number;
  readonly seq: number;
  readonly sent: boolean;
  /** Null when the bytes are no row that this program knows. */
  readonly row: Readonly<Record<string, string | number>> | null;
}

export function entryAsJson({ epoch, seq, sent, row }: LedgerEntry): LedgerEntryJson {
  if (row === undefined) return { epoch, seq, sent, row: null };
  const fields = Object.entries(row).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? hex(value) : value,
  ]);
  return { epoch, seq, sent, row: Object.fromEntries(fields) };
}
