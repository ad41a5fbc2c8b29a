/**
 * Reads the bytes of a security list's file as they come, in pieces of any size, strictly: records
 * in order and in their one spelling, as many as the header says, under their digest. Between two
 * pieces it holds less than one record; no length in the file makes it allocate.
 */
import { createHash } from 'node:crypto';
import { Cursor, Flaw, readHeader, readRecord, Short } from './security-list-fields.ts';
import {
  compareRecords,
  digestBytes,
  type ListHeader,
  type ListRecord,
} from './security-list-format.ts';

export interface ListFault {
  /** Bytes from the beginning of the file. */
  readonly at: number;
  /** Never holds bytes of the file. */
  readonly detail: string;
}

export type Pushed =
  | { readonly ok: true; readonly records: readonly ListRecord[] }
  | { readonly ok: false; readonly fault: ListFault };

export interface ListParser {
  /** The records that are whole by now. After a fault there is nothing more to be had. */
  push(bytes: Uint8Array): Pushed;
  /** When no more bytes come. */
  end(): ListFault | undefined;
  /** undefined until it has come. */
  header(): ListHeader | undefined;
  /** The file's last 32 bytes, once they have come and hold. */
  digest(): Uint8Array | undefined;
}

export function createListParser(): ListParser {
  const hash = createHash('sha256');
  let waiting: Buffer = Buffer.alloc(0);
  /** Bytes of the file before those that wait. */
  let passed = 0;
  let header: ListHeader | undefined;
  let recordsLeft = 0;
  let before: ListRecord | undefined;
  let digest: Uint8Array | undefined;

  function takeAll(): ListRecord[] {
    const cursor = new Cursor(waiting);
    const records: ListRecord[] = [];
    let whole = 0;
    try {
      if (header === undefined) takeHeader(cursor);
      whole = cursor.at;
      while (recordsLeft > 0) {
        records.push(takeRecord(cursor));
        whole = cursor.at;
      }
    } catch (error) {
      if (!(error instanceof Short)) throw error;
    }
    pass(whole);
    return records;
  }

  function takeHeader(cursor: Cursor): void {
    header = readHeader(cursor);
    recordsLeft = header.delta?.changes ?? header.entries;
  }

  function takeRecord(cursor: Cursor): ListRecord {
    const start = cursor.at;
    const record = readRecord(cursor, header?.delta !== undefined);
    if (before !== undefined && compareRecords(before, record) >= 0) {
      throw new Flaw(start, 'a record that does not come after the one before it');
    }
    before = record;
    recordsLeft -= 1;
    return record;
  }

  function pass(bytes: number): void {
    hash.update(waiting.subarray(0, bytes));
    waiting = waiting.subarray(bytes);
    passed += bytes;
  }

  function takeDigest(): void {
    if (header === undefined || recordsLeft > 0) return;
    const most = digest === undefined ? digestBytes : 0;
    if (waiting.length > most) throw new Flaw(most, 'bytes after the end');
    if (digest !== undefined || waiting.length < digestBytes) return;
    const actual = hash.digest();
    if (!actual.equals(waiting)) throw new Flaw(0, 'a digest that does not match');
    digest = new Uint8Array(actual);
    waiting = Buffer.alloc(0);
    passed += digestBytes;
  }

  return {
    push(bytes) {
      waiting = Buffer.concat([waiting, bytes]);
      try {
        const records = digest === undefined ? takeAll() : [];
        takeDigest();
        return { ok: true, records };
      } catch (error) {
        if (!(error instanceof Flaw)) throw error;
        return { ok: false, fault: { at: passed + error.at, detail: error.message } };
      }
    },
    end: () =>
      digest === undefined
        ? { at: passed + waiting.length, detail: 'an end before its time' }
        : undefined,
    header: () => header,
    digest: () => digest,
  };
}

export interface ListFile {
  readonly header: ListHeader;
  readonly records: readonly ListRecord[];
}

export type ParsedListFile =
  | { readonly ok: true; readonly value: ListFile }
  | { readonly ok: false; readonly fault: ListFault };

/** A whole file in memory: for small ones, and for whoever looks for inputs that break the parser. */
export function parseListFile(bytes: Uint8Array): ParsedListFile {
  const parser = createListParser();
  const pushed = parser.push(bytes);
  if (!pushed.ok) return pushed;
  const fault = parser.end();
  const header = parser.header();
  if (fault !== undefined || header === undefined) {
    return { ok: false, fault: fault ?? { at: 0, detail: 'no header' } };
  }
  return { ok: true, value: { header, records: pushed.records } };
}
