/**
 * What a device tells, in rows of a new epoch, of rows of an older one whose ledger was damaged: those
 * that it salvaged, and those that are lost. Pure: decides what its bytes prove, not where it belongs.
 */
import { equal } from '../core/bytes.ts';
import { rowHash } from '../core/ledger/chain.ts';
import type { Row } from '../core/ledger/row.ts';
import type { UploadRequest } from '../sync/wire.ts';

type SalvagedRow = Extract<Row, { kind: 'salvaged' }>;

/** A row of a batch as it was read; undefined: it cannot be. */
export interface ReadRow {
  readonly seq: number;
  readonly row: Row | undefined;
}

/** Rows that existed and will not come any more. */
export interface ToldGap {
  readonly epoch: number;
  readonly fromSeq: number;
  readonly throughSeq: number;
  /** Seq of the row that says so. */
  readonly toldSeq: number;
}

/** A salvaged row that its own hash would prove if the row before it were known. */
export interface UnprovenRow {
  readonly epoch: number;
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
}

export interface Salvage {
  /** Rows that prove each other, as the device would have sent them. */
  readonly runs: readonly UploadRequest[];
  readonly unproven: readonly UnprovenRow[];
}

/** Gaps that name a place; of the row's own epoch where it names none. */
export function gapsIn(epoch: number, rows: readonly ReadRow[]): readonly ToldGap[] {
  return rows.flatMap(({ seq: toldSeq, row }) => {
    if (row?.kind !== 'gap' || row.fromSeq < 1 || row.throughSeq < row.fromSeq) return [];
    const { gapEpoch = epoch, fromSeq, throughSeq } = row;
    return gapEpoch < 1 ? [] : [{ epoch: gapEpoch, fromSeq, throughSeq, toldSeq }];
  });
}

/** Of rows in an epoch; what claims to be salvaged from that same epoch is not listened to. */
export function salvageIn(
  { device, epoch }: { readonly device: string; readonly epoch: number },
  rows: readonly ReadRow[],
): Salvage {
  const runs: Run[] = [];
  const unproven: UnprovenRow[] = [];
  for (const { row } of rows) {
    if (row?.kind !== 'salvaged' || row.salvagedEpoch === epoch) continue;
    const found = asFound(row);
    if (found === undefined) continue;
    const previous = row.isVerified === 1 ? row.salvagedPrevious : undefined;
    if (previous === undefined) unproven.push(found);
    else if (isProven(device, found, previous)) addTo(runs, { device, ...found, previous });
  }
  return { runs, unproven };
}

/** Whether its hash is that of a row with these bytes after one with that hash. */
export function isProven(
  device: string,
  { epoch, seq, hash, bytes }: UnprovenRow,
  previous: Uint8Array,
): boolean {
  return previous.length === 32 && equal(rowHash({ device, epoch, seq }, previous, bytes), hash);
}

function asFound({ salvagedEpoch, salvagedSeq, salvagedHash, row }: SalvagedRow) {
  if (salvagedHash?.length !== 32 || salvagedEpoch < 1 || salvagedSeq < 1) return undefined;
  return { epoch: salvagedEpoch, seq: salvagedSeq, hash: salvagedHash, bytes: row };
}

interface Run extends UploadRequest {
  readonly rows: Uint8Array[];
  /** Hash of the last row. */
  tip: Uint8Array;
}

interface ProvenRow extends UnprovenRow {
  readonly device: string;
  readonly previous: Uint8Array;
}

/** Onto the newest run where it is the next row of that; else it begins one. */
function addTo(runs: Run[], row: ProvenRow): void {
  const { device, epoch, seq, bytes, hash, previous } = row;
  const last = runs.at(-1);
  const isNext = last?.epoch === epoch && last.fromSeq + last.rows.length === seq;
  if (last !== undefined && isNext && equal(last.tip, previous)) {
    last.rows.push(bytes);
    last.tip = hash;
    return;
  }
  runs.push({ device, epoch, fromSeq: seq, prevHash: previous, rows: [bytes], tip: hash });
}
