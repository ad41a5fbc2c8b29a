import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, parsedValue, someClaims } from '../../../sim/testing/builders.ts';
import { hex } from '../bytes.ts';
import { type Cbor, encodeCbor } from '../crypto/cbor.ts';
import { faulty } from '../parsed.ts';
import {
  countMax,
  encodeClaims,
  type HalteTicketClaims,
  parseClaims,
  placesMax,
  type TicketKind,
} from './claims.ts';

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

function withTransit(kind: Cbor, ...more: [number, Cbor][]) {
  return { [-65_537]: transit(kind, 'harian', ...more) };
}

const key32 = new Uint8Array(32).fill(3);
const key31 = new Uint8Array(31);

function holderOf(...key: [number, Cbor][]) {
  return { 8: new Map([[1, new Map(key)]]) };
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

test.each<[number, TicketKind, ...[number, Cbor][]]>([
  [0, 'single'],
  [1, 'pass'],
  [2, 'carnet', [4, 10]],
  [3, 'group', [5, 30]],
  [4, 'staff'],
])('reads kind %i as %s and writes it so', (number, kind, ...more) => {
  const bytes = payload({ [-65_537]: transit(number, 'harian', ...more) });

  expect(parsedValue(parseClaims(bytes)).kind).toBe(kind);
  expect(hex(encodeClaims(parsedValue(parseClaims(bytes))))).toBe(hex(bytes));
});

test.each([
  ['no issuer', { 1: undefined }, 'issuer claim is missing'],
  ['an issuer of bytes', { 1: bytesOf('41') }, 'issuer claim is wrong'],
  ['an empty issuer', { 1: '' }, 'issuer claim is wrong'],
  ['a long issuer', { 1: 'x'.repeat(33) }, 'issuer claim is wrong'],
  ['no expiry', { 4: undefined }, 'validity claim is missing'],
  ['an expiry as text', { 4: '2000' }, 'validity claim is wrong'],
  ['an expiry between two seconds', { 4: 1_000.5 }, 'validity claim is wrong'],
  ['an expiry before 1970', { 4: -1 }, 'validity claim is wrong'],
  ['an expiry after 9999', { 4: latest + 1 }, 'validity claim is wrong'],
  ['no beginning', { 5: undefined }, 'validity claim is missing'],
  ['a beginning as text', { 5: '1000' }, 'validity claim is wrong'],
  ['a beginning after 9999', { 5: latest + 1 }, 'validity claim is wrong'],
  ['no ticket id', { 7: undefined }, 'ticket id claim is missing'],
  ['a ticket id as text', { 7: '01020304' }, 'ticket id claim is wrong'],
  ['a short ticket id', { 7: bytesOf('010203') }, 'ticket id claim is wrong'],
  ['a long ticket id', { 7: new Uint8Array(17) }, 'ticket id claim is wrong'],
  ['no transit claim', { [-65_537]: undefined }, 'no transit claim'],
  ['a transit claim that is no map', { [-65_537]: [0, 'harian'] }, 'transit claim is no map'],
  ['a kind that is newer', { [-65_537]: transit(5) }, 'ticket kind claim is wrong'],
  ['a kind below all', { [-65_537]: transit(-1) }, 'ticket kind claim is wrong'],
  ['a kind as text', { [-65_537]: transit('single') }, 'ticket kind claim is wrong'],
  ['a kind between two', { [-65_537]: transit(0.5) }, 'ticket kind claim is wrong'],
  ['no kind', { [-65_537]: new Map([[2, 'harian']]) }, 'ticket kind claim is missing'],
  ['a product that is a number', { [-65_537]: transit(0, 7) }, 'product claim is wrong'],
  ['an empty product', { [-65_537]: transit(0, '') }, 'product claim is wrong'],
  ['a long product', { [-65_537]: transit(0, 'x'.repeat(33)) }, 'product claim is wrong'],
  ['a subject of bytes', { 2: bytesOf('41') }, 'subject claim is wrong'],
  ['an empty rider category', withTransit(0, [3, '']), 'rider category claim is wrong'],
  ['a carnet without rides', withTransit(2), 'a carnet ticket and rides do not go together'],
  ['a carnet of one ride', withTransit(2, [4, 1]), 'rides claim is wrong'],
  ['a carnet of too many rides', withTransit(2, [4, countMax + 1]), 'rides claim is wrong'],
  ['a pass with rides', withTransit(1, [4, 10]), 'a pass ticket and rides do not go together'],
  ['a group without riders', withTransit(3), 'a group ticket and riders do not go together'],
  ['a group of one', withTransit(3, [5, 1]), 'riders claim is wrong'],
  ['a single with riders', withTransit(0, [5, 2]), 'a single ticket and riders do not go together'],
  ['networks that are text', withTransit(0, [6, 'brt']), 'networks claim is wrong'],
  ['no network in the list', withTransit(0, [6, []]), 'networks claim is wrong'],
  ['a route that is a number', withTransit(0, [7, [1]]), 'routes claim is wrong'],
  ['too many routes', withTransit(0, [7, Array(placesMax + 1).fill('1')]), 'routes claim is wrong'],
  ['no weekday at all', withTransit(0, [8, 0]), 'weekdays claim is wrong'],
  ['an eighth weekday', withTransit(0, [8, 128]), 'weekdays claim is wrong'],
  ['a holder that is no map', { 8: 'key' }, 'holder key claim is wrong'],
  ['a holder without a key', { 8: new Map([[2, 0]]) }, 'holder key claim is wrong'],
  ['a holder key without x', holderOf([1, 1], [-1, 6]), 'holder key claim is wrong'],
  ['a holder key on X25519', holderOf([1, 1], [-1, 4], [-2, key32]), 'holder key claim is wrong'],
  ['a holder key of 31 bytes', holderOf([1, 1], [-1, 6], [-2, key31]), 'holder key claim is wrong'],
  ['P-256 without y', holderOf([1, 2], [-1, 1], [-2, key32]), 'holder key claim is wrong'],
  [
    'P-256 with y in full',
    holderOf([1, 2], [-1, 1], [-2, key32], [-3, key32]),
    'holder key claim is wrong',
  ],
] satisfies [string, Record<number, Cbor | undefined>, string][])(
  'refuses %s',
  (_, change, detail) => {
    const wrong = parseClaims(payload(change));

    expect(wrong).toMatchObject(faulty('malformed-token', expect.stringContaining(detail)));
    expect(wrong).toMatchObject(faulty('malformed-token', expect.stringMatching(/at byte \d+$/)));
  },
);

test.each([
  ['no bytes', new Uint8Array(), 0],
  ['no map', encodeCbor(['trans-semarang']), 0],
  ['bytes after the map', Uint8Array.of(...payload(), 0), payload().length],
  ['a key that stands twice', bytesOf('a2010101'), 3],
  ['text that is cut', bytesOf('a10165aaaa'), 2],
])('refuses claims of %s', (_, bytes, at) => {
  expect(parseClaims(bytes, 40)).toEqual(
    faulty('malformed-token', `claims are not a map at byte ${40 + at}`),
  );
});

test('names the byte of a wrong claim in what was presented, and the map that lacks one', () => {
  // a7 01 6e "trans-semarang": the issuer's text begins at its head, byte 2.
  expect(parseClaims(payload({ 1: 7 }), 40)).toEqual(
    faulty('malformed-token', 'issuer claim is wrong at byte 42'),
  );
  expect(parseClaims(payload({ 1: undefined }), 40)).toEqual(
    faulty('malformed-token', 'issuer claim is missing in the map at byte 40'),
  );
});

test('allows claims that a newer issuer adds and leaves them out', () => {
  const bytes = payload({ 6: 1, 99: 'x', [-65_537]: transit(1, 'harian', [9, [1, 2]]) });

  expect(parsedValue(parseClaims(bytes))).toEqual(
    parsedValue(parseClaims(payload({ [-65_537]: transit(1) }))),
  );
});

test('refuses a ticket that expires before it begins', () => {
  expect(parseClaims(payload({ 4: 1_000, 5: 1_000 }))).toEqual(
    faulty('malformed-token', expect.stringMatching(/^it expires before it begins at byte \d+$/)),
  );
});

test.each<[string, Partial<HalteTicketClaims>]>([
  ['expires before it begins', { notBefore: 2_000, expires: 2_000 }],
  ['has no product', { product: '' }],
  ['is a carnet without rides', { kind: 'carnet' }],
])('writes no ticket that %s', (_, change) => {
  expect(() => encodeClaims(someClaims(change))).toThrow(RangeError);
});

const someText = fc.string({ minLength: 1, maxLength: 32 });

test('reads back all claims that it wrote', () => {
  const seconds = fc.integer({ min: 0, max: latest });
  const required = fc.record({
    issuer: someText,
    ticketId: fc.uint8Array({ minLength: 4, maxLength: 16 }),
    notBefore: seconds,
    expires: seconds,
    product: someText,
  });
  const places = fc.array(someText, { minLength: 1, maxLength: placesMax });
  const optional = fc.record(
    {
      subject: someText,
      riderCategory: someText,
      networks: places,
      routes: places,
      weekdays: fc.integer({ min: 1, max: 127 }),
      holder: fc.oneof(
        fc.constant({ algorithm: 'EdDSA', publicKey: key32 } as const),
        fc.constantFrom(2, 3).map((sign) => ({
          algorithm: 'ES256' as const,
          publicKey: Uint8Array.of(sign, ...key32),
        })),
      ),
    },
    { requiredKeys: [] },
  );
  const count = fc.integer({ min: 2, max: countMax });
  const kind = fc.oneof(
    fc.constantFrom('single', 'pass', 'staff').map((name) => ({ kind: name }) as const),
    count.map((rides) => ({ kind: 'carnet', rides }) as const),
    count.map((riders) => ({ kind: 'group', riders }) as const),
  );

  fc.assert(
    fc.property(required, optional, kind, (first, more, kindClaims) => {
      const written: HalteTicketClaims = { ...first, ...more, ...kindClaims };
      fc.pre(written.notBefore < written.expires);
      expect(parsedValue(parseClaims(encodeClaims(written)))).toEqual(written);
    }),
  );
});
