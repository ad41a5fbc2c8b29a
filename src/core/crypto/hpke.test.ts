import { expect, test } from 'vitest';
import { bytesOf } from '../../../sim/testing/builders.ts';
import { hex, utf8 } from '../bytes.ts';
import { encapsulatedBytes, hpkeOpen, hpkeSeal, tagBytes } from './hpke.ts';
import { x25519PrivateKey, x25519PublicKey } from './x25519.ts';

/** RFC 9180 appendix A.1.1, "Base Setup Information", and A.1.1.1 with sequence number 0. */
const rfc = {
  info: bytesOf('4f6465206f6e2061204772656369616e2055726e'),
  ephemeral: x25519PrivateKey(
    bytesOf('52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736'),
  ),
  recipient: x25519PrivateKey(
    bytesOf('4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8'),
  ),
  recipientPublic: '3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d',
  encapsulated: '37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431',
  message: bytesOf('4265617574792069732074727574682c20747275746820626561757479'),
  aad: bytesOf('436f756e742d30'),
  ciphertext:
    'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a',
};
const sealed = bytesOf(rfc.encapsulated + rfc.ciphertext);

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
}

test("seals the RFC's message to the RFC's bytes", () => {
  const keys = { recipient: rfc.recipient.publicKey, ephemeral: rfc.ephemeral };

  expect(hex(rfc.recipient.publicKey.bytes)).toBe(rfc.recipientPublic);
  expect(hex(hpkeSeal(rfc.message, rfc, keys))).toBe(rfc.encapsulated + rfc.ciphertext);
});

test("opens the RFC's bytes", () => {
  expect(hpkeOpen(sealed, rfc, rfc.recipient)).toEqual(rfc.message);
});

test('opens nothing of which one bit is different', () => {
  const opened = sealed.map((_, at) =>
    hpkeOpen(flipped(sealed, at), rfc, rfc.recipient) === undefined ? 0 : 1,
  );

  // X25519 ignores the top bit of a point, but the encapsulated key is part of what is hashed.
  expect(opened.length).toBe(encapsulatedBytes + rfc.message.length + tagBytes);
  expect(opened).toEqual(new Uint8Array(opened.length));
});

test.each([
  ['with another info', { ...rfc, info: utf8('other') }, rfc.recipient],
  ['with another aad', { ...rfc, aad: utf8('other') }, rfc.recipient],
  ['with another key', rfc, rfc.ephemeral],
])('does not open %s', (_, context, key) => {
  expect(hpkeOpen(sealed, context, key)).toBeUndefined();
});

test.each([0, 1, 31, 32, 47, 48, 76])('does not open the first %i bytes', (length) => {
  expect(hpkeOpen(sealed.subarray(0, length), rfc, rfc.recipient)).toBeUndefined();
});

/** RFC 7748 §6.1 asks to refuse them: zero, one, and a point of order 8. */
const smallOrder = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
];

test.each(smallOrder)('takes no key of small order: %s', (point) => {
  expect(x25519PublicKey(bytesOf(point))).toBeUndefined();
  expect(hpkeOpen(bytesOf(point + rfc.ciphertext), rfc, rfc.recipient)).toBeUndefined();
});

test.each([0, 31, 33])('takes no key of %i bytes', (length) => {
  expect(x25519PublicKey(new Uint8Array(length).fill(9))).toBeUndefined();
  expect(() => x25519PrivateKey(new Uint8Array(length))).toThrow(RangeError);
});
