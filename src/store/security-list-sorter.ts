/**
 * Brings the records of a list into order, in the office: ten million of them are held as they are
 * spelled, 500 MB, not as objects, which would be gigabytes. It finds what is listed twice.
 */
import { Cursor, readRecord } from './security-list-fields.ts';
import {
  encodeRecord,
  isIssuerRange,
  type ListRecord,
  saysTheSame,
} from './security-list-format.ts';

/** A line about an entry that an earlier line is about, too. */
export interface Twin {
  readonly line: number;
  readonly firstLine: number;
  /** Both say the same. */
  readonly same: boolean;
}

export interface SortedRecords {
  /** Each entry once, by its first line. */
  readonly entries: number;
  readonly twins: readonly Twin[];
  /** In order, as often as it is asked for. */
  records(): Iterable<ListRecord>;
}

export interface RecordSorter {
  /** @param line where it stands, for whoever has to mend it. */
  add(record: ListRecord, line: number): void;
  sort(): SortedRecords;
}

/** One for each first byte of a key, so that each is sorted fast and the buffers stay small. */
const bucketCount = 256;

export function createRecordSorter(): RecordSorter {
  const buckets = Array.from({ length: bucketCount }, createBucket);
  return {
    add: (record, line) => buckets[record.key[0] ?? 0]?.add(record, line),
    sort() {
      const sorted = buckets.map((bucket) => bucket.sort());
      return {
        entries: sorted.reduce((sum, { starts }) => sum + starts.length, 0),
        twins: sorted.flatMap(({ twins }) => twins),
        *records() {
          for (const { starts, recordAt } of sorted)
            for (const start of starts) yield recordAt(start);
        },
      };
    },
  };
}

interface SortedBucket {
  readonly starts: Uint32Array;
  readonly twins: readonly Twin[];
  recordAt(start: number): ListRecord;
}

function createBucket() {
  let bytes = Buffer.alloc(0);
  let length = 0;
  const starts: number[] = [];
  const lines: number[] = [];

  function append(record: Buffer): void {
    if (length + record.length > bytes.length) {
      const grown = Buffer.alloc(Math.max(4_096, Math.ceil(bytes.length * 1.5)));
      bytes.copy(grown);
      bytes = grown;
    }
    length += record.copy(bytes, length);
  }

  function compare(left: number, right: number): number {
    const [a, b] = [starts[left] ?? 0, starts[right] ?? 0];
    const [keyA, keyB] = [keyAt(bytes, a), keyAt(bytes, b)];
    const byKey = bytes.compare(bytes, keyB.from, keyB.to, keyA.from, keyA.to);
    return byKey || (bytes[a] ?? 0) - (bytes[b] ?? 0) || left - right;
  }

  function isTwin(left: number, right: number): boolean {
    const [a, b] = [starts[left] ?? 0, starts[right] ?? 0];
    const [keyA, keyB] = [keyAt(bytes, a), keyAt(bytes, b)];
    return (
      bytes[a] === bytes[b] && bytes.compare(bytes, keyB.from, keyB.to, keyA.from, keyA.to) === 0
    );
  }

  function recordAt(start: number): ListRecord {
    const cursor = new Cursor(bytes);
    cursor.at = start;
    return readRecord(cursor, true);
  }

  return {
    add(record: ListRecord, line: number): void {
      starts.push(length);
      lines.push(line);
      append(encodeRecord(record));
    },
    sort(): SortedBucket {
      const order = Uint32Array.from(starts.keys()).sort(compare);
      const kept: number[] = [];
      const twins: Twin[] = [];
      let first = -1;
      for (const index of order) {
        if (first < 0 || !isTwin(first, index)) {
          first = index;
          kept.push(starts[index] ?? 0);
          continue;
        }
        const same = saysTheSame(recordAt(starts[first] ?? 0), recordAt(starts[index] ?? 0));
        twins.push({ line: lines[index] ?? 0, firstLine: lines[first] ?? 0, same });
      }
      return { starts: Uint32Array.from(kept), twins, recordAt };
    },
  };
}

function keyAt(bytes: Buffer, start: number): { from: number; to: number } {
  if (!isIssuerRange(bytes[start] ?? 0)) return { from: start + 2, to: start + 34 };
  const from = start + 3;
  return { from, to: from + (bytes[start + 2] ?? 0) };
}
