import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, parsedValue, someClaims } from '../../../sim/testing/builders.ts';
import { hex } from '../bytes.ts';
import { type Cbor, encodeCbor } from '../crypto/cbor.ts';
import { faulty } from '../parsed.ts';
import {
  encodeClaims,
  type HalteTicketClaims,
  parseClaims,
  type TicketKind,
} from './halte-ticket-claims.ts';

const latest = 253_402_300_799;

/** Claims by their number, as RFC 8392 §4 has them; undefined leaves one out. */
function payload(change: Record<number, Cbor | undefined> = {}): Uint8Array {
  const claims: Record<number, Cbor | undefined> = {
    1: 'trans-semarang',
    4: 2_000,
    5: 1_000,
    7: bytesOf('01020304'),
    [-65_537]: transit(),
    ...change,
  };
  const entries = Object.entries(claims).flatMap(([key, value]): [number, Cbor][] =>
    value === undefined ? [] : [[Number(key), value]],
  );
  return encodeCbor(new Map(entries));
}

function transit(kind: Cbor = 0, product: Cbor = 'harian', ...more: [number, Cbor][]): Cbor {
  return new Map<number, Cbor>([[1, kind], [2, product], ...more]);
}

test('reads the claims of CWT by their numbers', () => {
  expect(parsedValue(parseClaims(payload()))).toEqual({
    issuer: 'trans-semarang',
    ticketId: bytesOf('01020304'),
    notBefore: 1_000,
    expires: 2_000,
    kind: 'single',
    product: 'harian',
  });
});

test('writes the same bytes for the same claims, for ever', () => {
  expect(hex(encodeClaims(someClaims()))).toBe(
    'a5016e7472616e732d73656d6172616e67041a6ae915f0051a6ae7c470074801020304050607083a00010000a20101026668617269616e',
  );
});

test.each<[number, TicketKind]>([
  [0, 'single'],
  [1, 'pass'],
])('reads kind %i as %s and writes it so', (number, kind) => {
  const bytes = payload({ [-65_537]: transit(number) });

  expect(parsedValue(parseClaims(bytes)).kind).toBe(kind);
  expect(hex(encodeClaims(parsedValue(parseClaims(bytes))))).toBe(hex(bytes));
});

test.each([
  ['no issuer', { 1: undefined }, 'issuer claim is wrong'],
  ['an issuer of bytes', { 1: bytesOf('41') }, 'issuer claim is wrong'],
  ['an empty issuer', { 1: '' }, 'issuer claim is wrong'],
  ['a long issuer', { 1: 'x'.repeat(33) }, 'issuer claim is wrong'],
  ['no expiry', { 4: undefined }, 'validity claims are wrong'],
  ['an expiry as text', { 4: '2000' }, 'validity claims are wrong'],
  ['an expiry between two seconds', { 4: 1_000.5 }, 'validity claims are wrong'],
  ['an expiry before 1970', { 4: -1 }, 'validity claims are wrong'],
  ['an expiry after 9999', { 4: latest + 1 }, 'validity claims are wrong'],
  ['no beginning', { 5: undefined }, 'validity claims are wrong'],
  ['a beginning as text', { 5: '1000' }, 'validity claims are wrong'],
  ['a beginning after 9999', { 5: latest + 1 }, 'validity claims are wrong'],
  ['no ticket id', { 7: undefined }, 'ticket id claim is wrong'],
  ['a ticket id as text', { 7: '01020304' }, 'ticket id claim is wrong'],
  ['a short ticket id', { 7: bytesOf('010203') }, 'ticket id claim is wrong'],
  ['a long ticket id', { 7: new Uint8Array(17) }, 'ticket id claim is wrong'],
  ['no transit claim', { [-65_537]: undefined }, 'no transit claim'],
  ['a transit claim that is no map', { [-65_537]: [0, 'harian'] }, 'no transit claim'],
  ['a kind that is newer', { [-65_537]: transit(2) }, 'ticket kind is unknown'],
  ['a kind below all', { [-65_537]: transit(-1) }, 'ticket kind is unknown'],
  ['a kind as text', { [-65_537]: transit('single') }, 'ticket kind is unknown'],
  ['a kind between two', { [-65_537]: transit(0.5) }, 'ticket kind is unknown'],
  ['no kind', { [-65_537]: new Map([[2, 'harian']]) }, 'ticket kind is unknown'],
  ['a product that is a number', { [-65_537]: transit(0, 7) }, 'product claim is wrong'],
  ['an empty product', { [-65_537]: transit(0, '') }, 'product claim is wrong'],
  ['a long product', { [-65_537]: transit(0, 'x'.repeat(33)) }, 'product claim is wrong'],
] satisfies [string, Record<number, Cbor | undefined>, string][])(
  'refuses %s',
  (_, change, detail) => {
    expect(parseClaims(payload(change))).toEqual(faulty('malformed-token', detail));
  },
);

test.each([
  ['no bytes', new Uint8Array()],
  ['no map', encodeCbor(['trans-semarang'])],
  ['bytes after the map', Uint8Array.of(...payload(), 0)],
])('refuses claims of %s', (_, bytes) => {
  expect(parseClaims(bytes)).toEqual(faulty('malformed-token', 'claims are not a map'));
});

test('allows claims that a newer issuer adds and leaves them out', () => {
  const bytes = payload({ 2: 'rider', 6: 1, [-65_537]: transit(1, 'harian', [3, [1, 2]]) });

  expect(parsedValue(parseClaims(bytes))).toEqual(
    parsedValue(parseClaims(payload({ [-65_537]: transit(1) }))),
  );
});

test('refuses a ticket that expires before it begins', () => {
  const backwards = encodeClaims(someClaims({ notBefore: 2_000, expires: 2_000 }));

  expect(parseClaims(backwards)).toEqual(faulty('malformed-token', 'it expires before it begins'));
});

const someText = fc.string({ minLength: 1, maxLength: 32 });

test('reads back all claims that it wrote', () => {
  const seconds = fc.integer({ min: 0, max: latest });
  const claims: fc.Arbitrary<HalteTicketClaims> = fc.record({
    issuer: someText,
    ticketId: fc.uint8Array({ minLength: 4, maxLength: 16 }),
    notBefore: seconds,
    expires: seconds,
    kind: fc.constantFrom('single', 'pass'),
    product: someText,
  });

  fc.assert(
    fc.property(claims, (written) => {
      fc.pre(written.notBefore < written.expires);
      expect(parsedValue(parseClaims(encodeClaims(written)))).toEqual(written);
    }),
  );
});
