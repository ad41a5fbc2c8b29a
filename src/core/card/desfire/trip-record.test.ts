import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, parsedValue } from '../../../../sim/testing/builders.ts';
import { hex } from '../../bytes.ts';
import { faulty } from '../../parsed.ts';
import { rideMarks } from '../ride-marks.ts';
import { deviceTag, encodeTrip, parseTrip, type TripRecord } from './trip-record.ts';

const trip: TripRecord = {
  at: 1_793_577_600,
  amount: 3_500,
  deviceTag: bytesOf('a1b2c3d4'),
  epoch: 1,
  seq: 0x01020304,
  ride: {
    action: 'exit',
    transfers: 2,
    route: 0x0a0b0c,
    stop: 0x0d0e0f,
    legGroup: 0x1011,
    product: 0x12,
  },
};
const record = '02826ae7d280000daca1b2c3d4000000000001010203040a0b0c0d0e0f101112';

/** As the first cards bear it. */
const older: TripRecord = {
  at: 1_793_577_600,
  amount: 3_500,
  deviceTag: bytesOf('a1b2c3d4'),
  epoch: 1,
  seq: 0x010203040506,
};
const olderRecord = '01016ae7d28000000daca1b2c3d4000000000001010203040506000000000000';

test.each([
  ['of version 2', trip, record],
  ['of version 1', older, olderRecord],
])('writes the fields of a trip %s one after the other', (_, fields, bytes) => {
  expect(hex(encodeTrip(fields))).toBe(bytes);
  expect(parseTrip(bytesOf(bytes))).toEqual({ ok: true, value: fields });
});

/** Marks by Python’s hashlib, as of the device. Cards in use have them. */
test('writes an entry at a shelter as other validators read it', () => {
  const ride = rideMarks({
    ...{ action: 'enter', product: 'umum', routeId: 'K1', stopId: 'simpang-lima' },
    legGroup: 'biasa',
  });

  expect(hex(encodeTrip({ ...trip, amount: 0, ride }))).toBe(
    '02406ae7d280000000a1b2c3d400000000000101020304d77349492bf550892f',
  );
});

test('writes in the upper two bits of a byte that an entry was reset', () => {
  const ride = { action: 'reset', transfers: 0 } as const;

  expect(hex(encodeTrip({ ...trip, amount: 0, ride }))).toBe(
    `02c06ae7d280000000a1b2c3d400000000000101020304${'00'.repeat(9)}`,
  );
});

/** By Python’s hashlib: SHA-256 of the length, four bytes, and the id. Cards in use have it. */
test('names a device by the beginning of the hash of its id', () => {
  expect(hex(deviceTag('bus-1'))).toBe('530e91b7');
});

const place = {
  at: fc.nat(2 ** 32 - 1),
  deviceTag: fc.uint8Array({ minLength: 4, maxLength: 4 }),
  epoch: fc.nat(2 ** 48 - 1),
};
const marks = {
  route: fc.integer({ min: 1, max: 2 ** 24 - 1 }),
  stop: fc.integer({ min: 1, max: 2 ** 24 - 1 }),
  legGroup: fc.integer({ min: 1, max: 2 ** 16 - 1 }),
  product: fc.integer({ min: 1, max: 2 ** 8 - 1 }),
};
const ride = fc.record(
  {
    action: fc.constantFrom(...(['single', 'enter', 'exit', 'reset'] as const)),
    transfers: fc.nat(63),
    ...marks,
  },
  { requiredKeys: ['action', 'transfers'] },
);

test('reads back whatever it writes', () => {
  const first = fc.record({ ...place, amount: fc.nat(2 ** 32 - 1), seq: fc.nat(2 ** 48 - 1) });
  const second = fc.record({
    ...place,
    ride,
    amount: fc.nat(2 ** 24 - 1),
    seq: fc.nat(2 ** 32 - 1),
  });
  fc.assert(
    fc.property(fc.oneof(first, second), (any) => {
      expect(parsedValue(parseTrip(encodeTrip(any)))).toEqual(any);
    }),
  );
});

test.each([
  ['1', 24, (fields: string) => `0101${fields}000000000000`],
  ['2', 31, (fields: string) => `02${fields}`],
])('writes again whatever it could read of version %s', (_, bytes, recordOf) => {
  const fields = fc.uint8Array({ minLength: bytes, maxLength: bytes });
  fc.assert(
    fc.property(fields, (any) => {
      const read = parseTrip(bytesOf(recordOf(hex(any))));
      fc.pre(read.ok);

      expect(hex(encodeTrip(parsedValue(read)))).toBe(recordOf(hex(any)));
    }),
  );
});

test.each([
  ['31 bytes', record.slice(2), '31 bytes'],
  ['33 bytes', `${record}00`, '33 bytes'],
  ['a version of tomorrow', `03${record.slice(2)}`, 'version 3'],
  ['another kind of version 1', `0102${olderRecord.slice(4)}`, 'kind 2'],
  ['zeros only', '00'.repeat(32), 'version 0'],
  ['something at the end of version 1', `${olderRecord.slice(0, 62)}01`, 'not zero at byte 31'],
])('reads no trip of %s', (_, bytes, what) => {
  expect(parseTrip(bytesOf(bytes))).toEqual(faulty('malformed-token', `trip on card: ${what}`));
});

const tooMany = { action: 'single', transfers: 64 } as const;

test.each<[string, Partial<TripRecord>]>([
  ['a time past 2106', { at: 2 ** 32 }],
  ['a negative amount', { amount: -1 }],
  ['half a rupiah', { amount: 0.5 }],
  ['more than a purse holds', { amount: 2 ** 24 }],
  ['a row past 2^32', { seq: 2 ** 32 }],
  ['no number', { epoch: Number.NaN }],
  ['a long device tag', { deviceTag: new Uint8Array(5) }],
  ['more transfers than it counts', { ride: tooMany }],
])('writes no trip with %s', (_, change) => {
  expect(() => encodeTrip({ ...trip, ...change })).toThrow(RangeError);
});

test('writes no trip of version 1 with a row past 2^48', () => {
  expect(() => encodeTrip({ ...older, seq: 2 ** 48 })).toThrow(RangeError);
});
