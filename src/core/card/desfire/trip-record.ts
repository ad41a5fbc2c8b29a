/**
 * One trip on a transit card: who took how much when, for what ride, and which ledger row of the
 * validator says so. The newest one tells, after a torn tap, whether it was committed; all of them
 * tell another bus what the rider has paid for. Version 1 has no ride.
 */
import { concat, utf8 } from '../../bytes.ts';
import { sha256 } from '../../crypto/sha256.ts';
import type { PastAction } from '../../fare/past-tap.ts';
import { faulty, type Parsed, parsed } from '../../parsed.ts';
import { markBytes, type RideMarks, transfersMax } from '../ride-marks.ts';
import { tripFile } from './transit-application.ts';

export interface TripRecord {
  /** Whole seconds since 1970, below 2^32. */
  readonly at: number;
  /** Whole rupiah, below 2^24; of version 1 below 2^32. */
  readonly amount: number;
  /** 4 bytes that tell the validators of a fleet apart: a hash of the device's id, cut. */
  readonly deviceTag: Uint8Array;
  /** Epoch, below 2^48, and seq of the card intent in the validator's ledger. */
  readonly epoch: number;
  /** Below 2^32; of version 1 below 2^48. */
  readonly seq: number;
  /** Absent: of version 1. */
  readonly ride?: RideMarks;
}

const deviceTagBytes = 4;
/** Of version 1: byte 1, and what its record ends in. */
const single = 1;
const tailOfVersion1 = 26;

/** Of version 2: the upper two bits of byte 1, above {@link transfersMax}. */
const actions = ['single', 'enter', 'exit', 'reset'] as const satisfies readonly PastAction[];
const actionUnit = transfersMax + 1;

/** By which a trip on a card names the device. */
export function deviceTag(device: string): Uint8Array {
  return sha256(utf8(device)).subarray(0, deviceTagBytes);
}

/** @returns 32 bytes. @throws RangeError for a number or a tag that does not fit. */
export function encodeTrip(trip: TripRecord): Uint8Array {
  if (trip.deviceTag.length !== deviceTagBytes) {
    throw new RangeError(`a device tag of ${trip.deviceTag.length} bytes`);
  }
  return trip.ride === undefined ? encodeVersion1(trip) : encodeVersion2(trip, trip.ride);
}

function encodeVersion1({ at, amount, deviceTag: tag, epoch, seq }: TripRecord): Uint8Array {
  const record = new Uint8Array(tripFile.bytes);
  const place = concat(tag, bigEndian(epoch, 6), bigEndian(seq, 6));
  record.set(concat(Uint8Array.of(1, single), bigEndian(at, 4), bigEndian(amount, 4), place));
  return record;
}

function encodeVersion2(trip: TripRecord, ride: RideMarks): Uint8Array {
  const { action, transfers, route = 0, stop = 0, legGroup = 0, product = 0 } = ride;
  if (transfers > transfersMax) throw new RangeError(`${transfers} transfers`);
  const kind = actions.indexOf(action) * actionUnit + transfers;
  return concat(
    ...[Uint8Array.of(2), bigEndian(kind, 1), bigEndian(trip.at, 4), bigEndian(trip.amount, 3)],
    ...[trip.deviceTag, bigEndian(trip.epoch, 6), bigEndian(trip.seq, 4)],
    ...[bigEndian(route, markBytes.route), bigEndian(stop, markBytes.stop)],
    ...[bigEndian(legGroup, markBytes.legGroup), bigEndian(product, markBytes.product)],
  );
}

/** A version of tomorrow is a fault like any other: whoever reads many goes on without it. */
export function parseTrip(record: Uint8Array): Parsed<TripRecord> {
  if (record.length !== tripFile.bytes) return damaged(`${record.length} bytes`);
  const [version, kind = 0] = record;
  if (version === 1) return parseVersion1(record, kind);
  if (version === 2) return parseVersion2(record, kind);
  return damaged(`version ${version}`);
}

function parseVersion1(record: Uint8Array, kind: number): Parsed<TripRecord> {
  if (kind !== single) return damaged(`kind ${kind}`);
  const tail = record.subarray(tailOfVersion1).findIndex((byte) => byte !== 0);
  if (tail !== -1) return damaged(`not zero at byte ${tailOfVersion1 + tail}`);
  const [, at, amount, tag, epoch, seq] = fieldsOf(record, [2, 4, 4, deviceTagBytes, 6, 6]);
  return parsed({ at, amount, deviceTag: bigEndian(tag, deviceTagBytes), epoch, seq });
}

function parseVersion2(record: Uint8Array, kind: number): Parsed<TripRecord> {
  const action = actions[Math.floor(kind / actionUnit)];
  if (action === undefined) return damaged(`kind ${kind}`);
  const { route, stop, legGroup, product } = markBytes;
  const widths = [2, 4, 3, deviceTagBytes, 6, 4, route, stop, legGroup, product] as const;
  const [, at, amount, tag, epoch, seq, ...marks] = fieldsOf(record, widths);
  const ride = { action, transfers: kind % actionUnit, ...marksOf(marks) };
  return parsed({ at, amount, deviceTag: bigEndian(tag, deviceTagBytes), epoch, seq, ride });
}

function marksOf([route, stop, legGroup, product]: readonly (number | undefined)[]) {
  const marks = { route, stop, legGroup, product };
  return Object.fromEntries(Object.entries(marks).filter(([, mark]) => mark !== 0));
}

type Numbers<W extends readonly number[]> = { readonly [I in keyof W]: number };

/** Numbers of so many bytes, one after the other. */
function fieldsOf<const W extends readonly number[]>(record: Uint8Array, widths: W): Numbers<W> {
  let from = 0;
  return widths.map((width) => {
    from += width;
    return numberOf(record.subarray(from - width, from));
  }) as Numbers<W>;
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
