/**
 * How a security list is spelled in a file: a header, then records in the order of their keys, then
 * the SHA-256 of all of it. A list has one spelling. Tables: docs/lists.md. Reading files, and
 * whether somebody signed them, is done elsewhere.
 */
import { keyBytes } from '../core/lists/listing-key.ts';
import {
  listingEffects,
  listingKinds,
  listingReasons,
  type SecurityListing,
} from '../core/lists/security-listing.ts';

/** Two orders of magnitude above any list known; bounds disk and time, never memory. */
export const entriesMax = 50_000_000;
/** A delta is one transaction; with more changes than this the full file is the better way. */
export const changesMax = 1_000_000;

export const digestBytes = 32;
export const listIdPattern = /^[a-z0-9-]{1,32}$/;
/** Of a product or a rider category: a GTFS id. Its length in UTF-8 is told by one byte. */
export const namePattern = /^\P{C}{1,64}$/u;
export const nameBytesMax = 255;

export interface ListHeader {
  /** Which list; `[a-z0-9-]`, at most 32. */
  readonly listId: string;
  /** 1 to 2^32-1. */
  readonly version: number;
  /** Version of the identifier key that its keys are hashed with, 1 to 2^32-1. */
  readonly keyVersion: number;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
  /** Of the list; after a delta is applied. */
  readonly entries: number;
  /** Of a delta only. */
  readonly delta?: DeltaHeader;
}

export interface DeltaHeader {
  /** The list that it may be applied to: its version, and the digest of its full file. */
  readonly baseVersion: number;
  readonly baseDigest: Uint8Array;
  /** Digest of the full file of the list that it makes. */
  readonly resultDigest: Uint8Array;
  /** Records in this file. */
  readonly changes: number;
}

/** Fields that are not there are null, as SQLite has it: ten million of these are made in a row. */
export interface ListRecord {
  /** Keyed hash of 32 bytes, or the digits of an issuer range. */
  readonly key: Uint8Array;
  /** Kind, effect and reason in one; with `key` it says which entry this is. */
  readonly what: number;
  /** Of a delta only: the entry is taken out. */
  readonly removed: boolean;
  readonly from: number | null;
  readonly until: number | null;
  readonly product: string | null;
  readonly riderCategory: string | null;
}

export type Facts = Omit<ListRecord, 'key' | 'removed'>;

/** Bits 4 and 5 kind, 3 effect, 0 to 2 reason: their places in the lists of security-listing.ts. */
export function whatOf({ kind, effect, reason }: SecurityListing): number {
  return (
    (listingKinds.indexOf(kind) << 4) |
    (listingEffects.indexOf(effect) << 3) |
    listingReasons.indexOf(reason)
  );
}

const issuerRangeKind = listingKinds.indexOf('issuer-range');

export function isIssuerRange(what: number): boolean {
  return what >> 4 === issuerRangeKind;
}

export function isAllowing(what: number): boolean {
  return (what & 0x08) !== 0;
}

export function isKnown(what: number): boolean {
  return listingKinds[what >> 4] !== undefined && listingReasons[what & 0x07] !== undefined;
}

export function recordOf(key: Uint8Array, listing: SecurityListing): ListRecord {
  const { from = null, until = null, product = null, riderCategory = null } = listing;
  return { key, what: whatOf(listing), removed: false, from, until, product, riderCategory };
}

/** @param facts whose `what` is known. */
export function listingOf({ what, from, until, product, riderCategory }: Facts): SecurityListing {
  return {
    kind: listingKinds[what >> 4] ?? 'ticket',
    effect: isAllowing(what) ? 'allow' : 'deny',
    reason: listingReasons[what & 0x07] ?? 'other',
    ...(from !== null && { from }),
    ...(until !== null && { until }),
    ...(product !== null && { product }),
    ...(riderCategory !== null && { riderCategory }),
  };
}

/** The order of records: by the bytes of the key, a shorter one first, then by `what`. */
export function compareRecords(
  left: Pick<ListRecord, 'key' | 'what'>,
  right: Pick<ListRecord, 'key' | 'what'>,
): number {
  return Buffer.compare(left.key, right.key) || left.what - right.what;
}

/** Two records of one entry that say the same of it. */
export function saysTheSame(left: Facts, right: Facts): boolean {
  return (
    left.from === right.from &&
    left.until === right.until &&
    left.product === right.product &&
    left.riderCategory === right.riderCategory
  );
}

export const listMagic = 'HALTELST';
export const formatVersion = 1;
export const fullType = 0;
export const deltaType = 1;

/** Which optional fields a record has, in this order; and that it takes an entry out. */
export const flags = { from: 1, until: 2, product: 4, riderCategory: 8, removed: 0x80 } as const;

/** What, flags, key, two times, two names. */
const recordBytesMax = 2 + keyBytes + 2 * 6 + 2 * (1 + nameBytesMax);

export function encodeHeader(header: ListHeader): Buffer {
  const { listId, delta } = header;
  const fixed = Buffer.alloc(18);
  fixed.writeUInt32BE(header.version, 0);
  fixed.writeUInt32BE(header.keyVersion, 4);
  fixed.writeUIntBE(header.madeAt, 8, 6);
  fixed.writeUInt32BE(header.entries, 14);
  const type = delta === undefined ? fullType : deltaType;
  const start = Buffer.from([formatVersion, type, listId.length]);
  const whole = [Buffer.from(listMagic + start.toString('latin1') + listId, 'latin1'), fixed];
  return Buffer.concat(delta === undefined ? whole : [...whole, ...deltaParts(delta)]);
}

function deltaParts({ baseVersion, baseDigest, resultDigest, changes }: DeltaHeader) {
  const [version, count] = [Buffer.alloc(4), Buffer.alloc(4)];
  version.writeUInt32BE(baseVersion);
  count.writeUInt32BE(changes);
  return [version, baseDigest, resultDigest, count];
}

const scratch = Buffer.alloc(recordBytesMax);

/** @returns bytes of their own. */
export function encodeRecord(record: ListRecord): Buffer {
  const { key, what, from, until, product, riderCategory, removed } = record;
  scratch[0] = what;
  scratch[1] = flagsOf(record);
  let at = 2;
  if (isIssuerRange(what)) scratch[at++] = key.length;
  scratch.set(key, at);
  at += key.length;
  if (removed) return Buffer.from(scratch.subarray(0, at));
  for (const time of [from, until]) if (time !== null) at = scratch.writeUIntBE(time, at, 6);
  for (const name of [product, riderCategory]) if (name !== null) at = writeName(name, at);
  return Buffer.from(scratch.subarray(0, at));
}

function flagsOf({ from, until, product, riderCategory, removed }: ListRecord): number {
  if (removed) return flags.removed;
  return (
    (from === null ? 0 : flags.from) |
    (until === null ? 0 : flags.until) |
    (product === null ? 0 : flags.product) |
    (riderCategory === null ? 0 : flags.riderCategory)
  );
}

function writeName(name: string, at: number): number {
  const length = scratch.write(name, at + 1, 'utf8');
  scratch[at] = length;
  return at + 1 + length;
}
