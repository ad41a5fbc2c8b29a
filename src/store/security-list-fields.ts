/**
 * Reads a header and a record of a security list's file, field by field, and refuses every spelling
 * but the one that security-list-format.ts writes. It knows nothing of their order or number.
 */
import { keyBytes } from '../core/lists/listing-key.ts';
import {
  changesMax,
  type DeltaHeader,
  deltaType,
  digestBytes,
  entriesMax,
  flags,
  formatVersion,
  fullType,
  isAllowing,
  isIssuerRange,
  isKnown,
  type ListHeader,
  type ListRecord,
  listIdPattern,
  listMagic,
  namePattern,
} from './security-list-format.ts';

/** A byte that must not be there. */
export class Flaw extends Error {
  /** Bytes from the beginning of what the cursor reads. */
  readonly at: number;

  constructor(at: number, detail: string) {
    super(detail);
    this.at = at;
  }
}

/** The bytes end within what is read: there may be more to come. */
export class Short extends Error {}

export class Cursor {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Passes so many bytes. @returns where they begin. @throws Short */
  pass(count: number): number {
    const start = this.at;
    if (start + count > this.bytes.length) throw new Short();
    this.at = start + count;
    return start;
  }

  byte(): number {
    return this.bytes.readUInt8(this.pass(1));
  }

  count(): number {
    return this.bytes.readUInt32BE(this.pass(4));
  }

  /** A view of the bytes. */
  view(count: number): Buffer {
    const start = this.pass(count);
    return this.bytes.subarray(start, start + count);
  }

  /** Milliseconds in six bytes. */
  time(): number {
    return this.bytes.readUIntBE(this.pass(6), 6);
  }
}

/** @throws Flaw and Short */
export function readHeader(cursor: Cursor): ListHeader {
  const beginning = cursor.bytes.subarray(0, listMagic.length).toString('latin1');
  if (!listMagic.startsWith(beginning)) throw new Flaw(0, 'no security list');
  cursor.pass(listMagic.length);
  if (cursor.byte() !== formatVersion) throw new Flaw(8, 'a format that is not known');
  const type = cursor.byte();
  if (type !== fullType && type !== deltaType) throw new Flaw(9, 'neither full nor delta');
  const listId = readListId(cursor);
  const version = positive(cursor);
  const keyVersion = positive(cursor);
  const madeAt = cursor.time();
  const entries = counted(cursor, entriesMax);
  const header = { listId, version, keyVersion, madeAt, entries };
  return type === fullType ? header : { ...header, delta: readDelta(cursor, version) };
}

function readListId(cursor: Cursor): string {
  const at = cursor.at;
  const listId = cursor.view(cursor.byte()).toString('latin1');
  if (!listIdPattern.test(listId)) throw new Flaw(at, 'no list id of 1 to 32 of a-z, 0-9, -');
  return listId;
}

function readDelta(cursor: Cursor, version: number): DeltaHeader {
  const at = cursor.at;
  const baseVersion = positive(cursor);
  if (baseVersion >= version) throw new Flaw(at, 'a base that is not older');
  const baseDigest = Uint8Array.from(cursor.view(digestBytes));
  const resultDigest = Uint8Array.from(cursor.view(digestBytes));
  return { baseVersion, baseDigest, resultDigest, changes: counted(cursor, changesMax) };
}

function positive(cursor: Cursor): number {
  const value = cursor.count();
  if (value === 0) throw new Flaw(cursor.at - 4, 'a version 0');
  return value;
}

function counted(cursor: Cursor, most: number): number {
  const value = cursor.count();
  if (value > most) throw new Flaw(cursor.at - 4, `more than ${most} records`);
  return value;
}

/** Its key is a view of the cursor's bytes. @throws Flaw and Short */
export function readRecord(cursor: Cursor, isDelta: boolean): ListRecord {
  const start = cursor.at;
  const what = cursor.byte();
  if (!isKnown(what)) throw new Flaw(start, 'an unknown kind or reason');
  const marks = cursor.byte();
  if (!fits(marks, what, isDelta)) throw new Flaw(start + 1, 'fields that it cannot have');
  const key = isIssuerRange(what) ? readDigits(cursor) : cursor.view(keyBytes);
  if (marks === 0) return { ...noFields, key, what, removed: false };
  if (marks === flags.removed) return { ...noFields, key, what, removed: true };
  return { ...readFields(cursor, marks), key, what, removed: false };
}

const noFields = { from: null, until: null, product: null, riderCategory: null };

function fits(marks: number, what: number, isDelta: boolean): boolean {
  if (marks === flags.removed) return isDelta;
  const named = flags.product | flags.riderCategory;
  return marks < 0x10 && (isAllowing(what) || (marks & named) === 0);
}

function readDigits(cursor: Cursor): Buffer {
  const start = cursor.at;
  const length = cursor.byte();
  if (length < 4 || length > 8)
    throw new Flaw(start, 'an issuer range of other than 4 to 8 digits');
  const digits = cursor.view(length);
  if (digits.every((byte) => byte >= 0x30 && byte <= 0x39)) return digits;
  throw new Flaw(start + 1, 'an issuer range of other than digits');
}

function readFields(cursor: Cursor, marks: number) {
  const start = cursor.at;
  const has = (flag: number) => (marks & flag) !== 0;
  const from = has(flags.from) ? cursor.time() : null;
  const until = has(flags.until) ? cursor.time() : null;
  if (from !== null && until !== null && from >= until) {
    throw new Flaw(start, 'an end that is not after its beginning');
  }
  const product = has(flags.product) ? readName(cursor) : null;
  const riderCategory = has(flags.riderCategory) ? readName(cursor) : null;
  return { from, until, product, riderCategory };
}

function readName(cursor: Cursor): string {
  const start = cursor.at;
  const bytes = cursor.view(cursor.byte());
  const name = bytes.toString('utf8');
  if (namePattern.test(name) && bytes.equals(Buffer.from(name))) return name;
  throw new Flaw(start, 'no name of 1 to 64 visible characters');
}
