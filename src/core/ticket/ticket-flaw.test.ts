import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  aTicket,
  bytesOf,
  holderKey,
  keyed,
  someClaims,
  someNow,
} from '../../../sim/testing/builders.ts';
import { type Cbor, encodeCbor } from '../crypto/cbor.ts';
import { parseHalteTicket, ticketBytesMax } from '../token/halte-ticket.ts';
import { encodeClaims } from './claims.ts';
import { bucketMs, presentTicket } from './presentation.ts';
import { presentedFlaw } from './ticket-flaw.ts';

const header = encodeCbor(
  new Map<number, Cbor>([
    [1, -8],
    [4, bytesOf('aabb')],
  ]),
);
const signature = new Uint8Array(64);
const claims = encodeClaims(someClaims());

function aCose(change: { readonly [index: number]: Cbor }): Uint8Array {
  return encodeCbor(
    [header, new Map<number, Cbor>(), claims, signature].map(
      (part, index) => change[index] ?? part,
    ),
  );
}

const headerOf = (...entries: (readonly [number, Cbor])[]) => encodeCbor(new Map(entries));

// 84, then 47 and seven bytes of header, then a0, then 58 NN and the claims, then 58 40.
test.each<[string, Uint8Array, string]>([
  ['an array of five', encodeCbor([1, 2, 3, 4, 5]), 'no array of four at byte 0'],
  ['a header of text', aCose({ 0: 'x' }), 'the protected header is no bytes at byte 1'],
  [
    'an unprotected key id',
    aCose({ 1: new Map([[4, 1]]) }),
    'the unprotected header is not empty at byte 11',
  ],
  ['claims of text', aCose({ 2: 'x' }), 'the claims are no bytes at byte 10'],
  [
    'a short signature',
    aCose({ 2: bytesOf('a0'), 3: bytesOf('00') }),
    'the signature has not 64 bytes at byte 13',
  ],
  [
    'an unknown algorithm',
    aCose({ 0: headerOf([1, -9], [4, bytesOf('aabb')]) }),
    'the algorithm is not known at byte 4',
  ],
  [
    'a key id of text',
    aCose({ 0: headerOf([1, -8], [4, 'aabb']) }),
    'the key id has not 1 to 16 bytes at byte 6',
  ],
  [
    'no key id',
    aCose({ 0: headerOf([1, -8]) }),
    'the protected header holds not algorithm and key id alone at byte 2',
  ],
  [
    'a header that is cut',
    aCose({ 0: bytesOf('a201') }),
    'the protected header is not a map at byte 4',
  ],
  ['claims that are cut', aCose({ 2: bytesOf('a101') }), 'claims are not a map at byte 13'],
  ['no transit claim', aCose({ 2: bytesOf('a0') }), 'no transit claim in the map at byte 11'],
])('names the byte in a ticket with %s', (_, ticket, flaw) => {
  expect(presentedFlaw(ticket)).toBe(flaw);
});

test.each<[string, Cbor, string]>([
  ['a ticket of text', ['x', 1, signature], 'the ticket is no bytes at byte 1'],
  [
    'a half minute before 1970',
    [bytesOf('80'), -1, signature],
    'the proof names no half minute at byte 3',
  ],
  [
    'a half minute past all',
    [bytesOf('80'), 2 ** 53 / bucketMs, signature],
    'the proof names no half minute at byte 3',
  ],
  ['a short proof', [bytesOf('80'), 1, bytesOf('00')], 'the proof is no signature at byte 5'],
  ['no ticket in it', [bytesOf('80'), 1, signature], 'no array of four at byte 2'],
])('names the byte in a presentation with %s', (_, parts, flaw) => {
  expect(presentedFlaw(encodeCbor(parts))).toBe(flaw);
});

test('names a byte of whatever is refused', () => {
  const whole = [aTicket(), presentTicket(aTicket(), holderKey, someNow)];
  const changed = fc
    .tuple(fc.constantFrom(...whole), fc.nat(), fc.integer({ min: 1, max: 255 }))
    .map(([ticket, at, by]) =>
      ticket.with(at % ticket.length, (ticket[at % ticket.length] ?? 0) ^ by),
    );
  const any = fc.oneof(changed, fc.uint8Array({ maxLength: ticketBytesMax }));
  fc.assert(
    fc.property(any, (bytes) => {
      const parsed = parseHalteTicket(bytes, keyed);
      const place = parsed.ok ? '0' : /at byte (\d+)$/.exec(parsed.fault.detail)?.[1];

      expect(Number(place)).toBeLessThanOrEqual(bytes.length);
    }),
  );
});
