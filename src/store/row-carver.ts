/**
 * Finds rows of a ledger in the bare pages of its file, wherever in a page they lie, so that neither
 * a broken tree nor a broken page header hides them. Believes nothing: whoever uses what is found
 * checks it against the chain.
 *
 * A record of SQLite is its header's length, a type for each column and the columns
 * (sqlite.org/fileformat2.html, 2.1). Both tables that matter have a hash of 32 bytes, whose type
 * is 76: each such byte is looked at.
 */
import { rowBytesMax } from '../core/ledger/row.ts';
import { pageBytes, type SqlitePages } from './sqlite-pages.ts';

export interface CarvedRow {
  readonly epoch: number;
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
}

/** The hash before an epoch's first row that is still held, as the table of epochs has it. */
export type CarvedAnchor = Omit<CarvedRow, 'bytes'>;

export interface Carved {
  readonly rows: readonly CarvedRow[];
  readonly anchors: readonly CarvedAnchor[];
}

const hashType = 76;
const hashBytes = 32;
/** Of a record in a tree of keys, this much lies in its page; the rest in pages of its own (1.6). */
const localBytesMax = Math.floor(((pageBytes - 12) * 64) / 255) - 23;
const localBytesMin = Math.floor(((pageBytes - 12) * 32) / 255) - 23;
const overflowBytes = pageBytes - 4;

export function carveRows(pages: SqlitePages): Carved {
  const rows = new Map<string, CarvedRow>();
  const anchors = new Map<string, CarvedAnchor>();
  for (const page of pages.all()) {
    for (let at = page.indexOf(hashType); at >= 0; at = page.indexOf(hashType, at + 1)) {
      const row = rowAt(page, at, pages);
      if (row !== undefined) rows.set(keyOf(row, row.bytes), row);
      const anchor = anchorAt(page, at);
      if (anchor !== undefined) anchors.set(keyOf(anchor), anchor);
    }
  }
  return { rows: [...rows.values()], anchors: [...anchors.values()] };
}

/** The same row lies in every version of its page. */
function keyOf({ epoch, seq, hash }: CarvedAnchor, bytes: Uint8Array = new Uint8Array()): string {
  const text = (part: Uint8Array) => Buffer.from(part).toString('latin1');
  return `${epoch}/${seq}/${text(hash)}/${text(bytes)}`;
}

/** Columns epoch, seq, hash, bytes: `at` is the type of the hash. */
function rowAt(page: Buffer, at: number, pages: SqlitePages): CarvedRow | undefined {
  if (at < 3) return undefined;
  const last = varintAt(page, at + 1);
  if (last === undefined || last.value < 12 || last.value % 2 !== 0) return undefined;
  const headerBytes = 4 + last.length;
  const length = (last.value - 12) / 2;
  if (page[at - 3] !== headerBytes || length > rowBytesMax) return undefined;
  const epoch = integerAt(page, page[at - 2], at - 3 + headerBytes);
  const seq = epoch && integerAt(page, page[at - 1], epoch.end);
  if (!epoch || !seq || seq.value < 1) return undefined;
  const hashAt = seq.end - (at - 3);
  const record = recordAt(page, at - 3, hashAt + hashBytes + length, pages);
  if (record === undefined) return undefined;
  const hash = record.subarray(hashAt, hashAt + hashBytes);
  return { epoch: epoch.value, seq: seq.value, hash, bytes: record.subarray(hashAt + hashBytes) };
}

/** Columns ordinal (kept as the row's number), epoch, durable_seq, pruned_seq, pruned_hash. */
function anchorAt(page: Buffer, at: number): CarvedAnchor | undefined {
  if (at < 5 || page[at - 5] !== 6 || page[at - 4] !== 0) return undefined;
  const epoch = integerAt(page, page[at - 3], at + 1);
  const durable = epoch && integerAt(page, page[at - 2], epoch.end);
  const pruned = durable && integerAt(page, page[at - 1], durable.end);
  if (!epoch || !pruned || pruned.end + hashBytes > page.length) return undefined;
  const hash = page.subarray(pruned.end, pruned.end + hashBytes);
  return { epoch: epoch.value, seq: pruned.value, hash };
}

function recordAt(
  page: Buffer,
  start: number,
  length: number,
  pages: SqlitePages,
): Buffer | undefined {
  const local = localLength(length);
  if (start + local > page.length) return undefined;
  const parts = [page.subarray(start, start + local)];
  let missing = length - local;
  if (missing > 0 && start + local + 4 > page.length) return undefined;
  let next = missing > 0 ? page.readUInt32BE(start + local) : 0;
  while (missing > 0) {
    const more = pages.newest(next);
    if (more === undefined) return undefined;
    parts.push(more.subarray(4, 4 + Math.min(missing, overflowBytes)));
    missing -= overflowBytes;
    next = more.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

function localLength(length: number): number {
  if (length <= localBytesMax) return length;
  const kept = localBytesMin + ((length - localBytesMin) % overflowBytes);
  return kept <= localBytesMax ? kept : localBytesMin;
}

/** Bytes of an integer by its type; 8 and 9 are the numbers 0 and 1 themselves. */
const integerBytes: Readonly<Record<number, number>> = {
  ...{ 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0 },
};

function integerAt(page: Buffer, type: number | undefined, at: number) {
  const length = integerBytes[type ?? 0];
  if (length === undefined || at + length > page.length) return undefined;
  const end = at + length;
  if (length === 0) return { value: type === 9 ? 1 : 0, end };
  const value = length === 8 ? Number(page.readBigInt64BE(at)) : page.readIntBE(at, length);
  return Number.isSafeInteger(value) && value >= 0 ? { value, end } : undefined;
}

/** At most three bytes of it: longer ones would name more than a row may have. */
function varintAt(page: Buffer, at: number) {
  let value = 0;
  for (let length = 1; length <= 3; length += 1) {
    const byte = page[at + length - 1];
    if (byte === undefined) return undefined;
    value = value * 128 + (byte & 127);
    if (byte < 128) return { value, length };
  }
  return undefined;
}
