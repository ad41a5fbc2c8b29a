import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aTicket, holderKey, someNow } from '../../../sim/testing/builders.ts';
import { hex } from '../bytes.ts';
import { type Cbor, encodeCbor } from '../crypto/cbor.ts';
import { verifies, verifyingKey } from '../crypto/verifying-key.ts';
import { answeredChallenge, bucketMs, parsePresentation, presentTicket } from './presentation.ts';

const ticket = aTicket();
const signature = new Uint8Array(64);

test('gives back a bare ticket as it is', () => {
  expect(parsePresentation(ticket)).toEqual({ ticket });
});

test('reads back what the holder’s phone shows, for any moment', () => {
  const key = verifyingKey('EdDSA', holderKey.publicKey);

  fc.assert(
    fc.property(fc.nat(4_102_444_800_000), (now) => {
      const presented = parsePresentation(presentTicket(ticket, holderKey, now));
      const { from = 0, until = 0 } = presented?.proof?.madeBetween ?? {};

      expect(hex(presented?.ticket ?? signature)).toBe(hex(ticket));
      expect(from <= now && now < until && until - from === bucketMs).toBe(true);
      const { message, signature: made } = presented?.proof ?? { message: ticket, signature };
      expect(key && verifies(key, message, made)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test.each<[string, Cbor]>([
  ['a ticket that is text', ['ticket', 1, signature]],
  ['a bucket that is text', [ticket, '1', signature]],
  ['a bucket before 1970', [ticket, -1, signature]],
  ['a bucket between two', [ticket, 1.5, signature]],
  ['a bucket past all times', [ticket, Number.MAX_SAFE_INTEGER, signature]],
  ['a short signature', [ticket, 1, signature.subarray(1)]],
  ['a signature that is text', [ticket, 1, 'x'.repeat(64)]],
])('takes no presentation with %s', (_, parts) => {
  expect(parsePresentation(encodeCbor(parts))).toBeUndefined();
});

test.each([
  ['nothing', new Uint8Array()],
  ['a map', encodeCbor(new Map())],
  ['a byte after it', Uint8Array.of(...presentTicket(ticket, holderKey, someNow), 0)],
])('takes no presentation of %s', (_, bytes) => {
  expect(parsePresentation(bytes)).toBeUndefined();
});

test.each([0, 63, 65])('takes no answer of %i bytes to a challenge', (length) => {
  expect(answeredChallenge(ticket, new Uint8Array(16), new Uint8Array(length))).toBeUndefined();
});
