/**
 * One trip on a transit card: who took how much when, and which ledger row of the validator says
 * so. The newest one tells, after a torn tap, whether a debit was committed.
 */
import { utf8 } from '../../bytes.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { faulty, type Parsed, parsed } from '../../parsed.ts';
import { tripFile } from './transit-application.ts';

export interface TripRecord {
  readonly kind: 'single';
  /** Whole seconds since 1970, below 2^32. */
  readonly at: number;
  /** Whole rupiah, below 2^32. */
  readonly amount: number;
  /** 4 bytes that tell the validators of a fleet apart: a hash of the device's id, cut. */
  readonly deviceTag: Uint8Array;
  /** Epoch and seq of the card intent in the validator's ledger, below 2^48. */
  readonly epoch: number;
  readonly seq: number;
}

const deviceTagBytes = 4;
const version = 1;
const single = 1;

/** Where each field begins; numbers are big-endian, and the record ends in zeros. */
const at = { kind: 1, seconds: 2, amount: 6, deviceTag: 10, epoch: 14, seq: 20, end: 26 } as const;

/** By which a trip on a card names the device. */
export function deviceTag(device: string): Uint8Array {
  return sha256(utf8(device)).subarray(0, deviceTagBytes);
}

/** @returns 32 bytes. @throws RangeError for a number or a tag that does not fit. */
export function encodeTrip(trip: TripRecord): Uint8Array {
  if (trip.deviceTag.length !== deviceTagBytes) {
    throw new RangeError(`a device tag of ${trip.deviceTag.length} bytes`);
  }
  const record = new Uint8Array(tripFile.bytes);
  record[0] = version;
  record[at.kind] = single;
  record.set(bigEndian(trip.at, 4), at.seconds);
  record.set(bigEndian(trip.amount, 4), at.amount);
  record.set(trip.deviceTag, at.deviceTag);
  record.set(bigEndian(trip.epoch, 6), at.epoch);
  record.set(bigEndian(trip.seq, 6), at.seq);
  return record;
}

export function parseTrip(record: Uint8Array): Parsed<TripRecord> {
  if (record.length !== tripFile.bytes) return damaged(`${record.length} bytes`);
  if (record[0] !== version) return damaged(`version ${record[0]}`);
  if (record[at.kind] !== single) return damaged(`kind ${record[at.kind]}`);
  const tail = record.subarray(at.end).findIndex((byte) => byte !== 0);
  if (tail !== -1) return damaged(`not zero at byte ${at.end + tail}`);
  return parsed({
    kind: 'single',
    at: numberOf(record.subarray(at.seconds, at.amount)),
    amount: numberOf(record.subarray(at.amount, at.deviceTag)),
    deviceTag: record.slice(at.deviceTag, at.epoch),
    epoch: numberOf(record.subarray(at.epoch, at.seq)),
    seq: numberOf(record.subarray(at.seq, at.end)),
  });
}

function bigEndian(value: number, bytes: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value >= 256 ** bytes) {
    throw new RangeError(`${value} does not fit ${bytes} bytes`);
  }
  return Uint8Array.from({ length: bytes }, (_, index) =>
    Math.floor(value / 256 ** (bytes - 1 - index)),
  );
}

function numberOf(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

function damaged(what: string) {
  return faulty('malformed-token', `trip on card: ${what}`);
}
