import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, parsedValue } from '../../../../sim/testing/builders.ts';
import { hex } from '../../bytes.ts';
import { faulty } from '../../parsed.ts';
import { deviceTag, encodeTrip, parseTrip, type TripRecord } from './trip-record.ts';

const trip: TripRecord = {
  kind: 'single',
  at: 1_793_577_600,
  amount: 3_500,
  deviceTag: bytesOf('a1b2c3d4'),
  epoch: 1,
  seq: 0x010203040506,
};
const record = '01016ae7d28000000daca1b2c3d4000000000001010203040506000000000000';

test('writes the fields one after the other', () => {
  expect(hex(encodeTrip(trip))).toBe(record);
  expect(parseTrip(bytesOf(record))).toEqual({ ok: true, value: trip });
});

/** By Python’s hashlib: SHA-256 of the length, four bytes, and the id. Cards in use have it. */
test('names a device by the beginning of the hash of its id', () => {
  expect(hex(deviceTag('bus-1'))).toBe('530e91b7');
});

test('reads back whatever it writes', () => {
  const trips = fc.record({
    kind: fc.constant('single' as const),
    at: fc.nat(2 ** 32 - 1),
    amount: fc.nat(2 ** 32 - 1),
    deviceTag: fc.uint8Array({ minLength: 4, maxLength: 4 }),
    epoch: fc.nat(2 ** 48 - 1),
    seq: fc.nat(2 ** 48 - 1),
  });
  fc.assert(
    fc.property(trips, (any) => {
      expect(parsedValue(parseTrip(encodeTrip(any)))).toEqual(any);
    }),
  );
});

test('writes again whatever it could read', () => {
  const fields = fc.uint8Array({ minLength: 24, maxLength: 24 });
  fc.assert(
    fc.property(fields, (bytes) => {
      const any = `0101${hex(bytes)}000000000000`;

      expect(hex(encodeTrip(parsedValue(parseTrip(bytesOf(any)))))).toBe(any);
    }),
  );
});

test.each([
  ['31 bytes', record.slice(2), '31 bytes'],
  ['33 bytes', `${record}00`, '33 bytes'],
  ['another version', `02${record.slice(2)}`, 'version 2'],
  ['another kind', `0102${record.slice(4)}`, 'kind 2'],
  ['zeros only', '00'.repeat(32), 'version 0'],
  ['something at its end', `${record.slice(0, 62)}01`, 'not zero at byte 31'],
])('reads no trip of %s', (_, bytes, what) => {
  expect(parseTrip(bytesOf(bytes))).toEqual(faulty('malformed-token', `trip on card: ${what}`));
});

test.each<[string, Partial<TripRecord>]>([
  ['a time past 2106', { at: 2 ** 32 }],
  ['a negative amount', { amount: -1 }],
  ['half a rupiah', { amount: 0.5 }],
  ['a row past 2^48', { seq: 2 ** 48 }],
  ['no number', { epoch: Number.NaN }],
  ['a long device tag', { deviceTag: new Uint8Array(5) }],
])('writes no trip with %s', (_, change) => {
  expect(() => encodeTrip({ ...trip, ...change })).toThrow(RangeError);
});
