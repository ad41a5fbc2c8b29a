import { expect, test } from 'vitest';
import { createSimEntropy } from '../../sim/sim-chance.ts';
import { bytesOf } from '../../sim/testing/builders.ts';
import { hex, utf8 } from '../core/bytes.ts';
import { createSealer, secretBytesMax } from './sealing.ts';

/** RFC 7748 §6.1, Bob's public key. */
const recipient = bytesOf('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f');
const secret = utf8('hQVDUFYwMWE');

function aSealer(seed: number, device = 'bus-1') {
  return createSealer({ entropy: createSimEntropy(seed) }, { recipient, device });
}

test('begins with the version and the first bytes of the recipient key', () => {
  const sealed = aSealer(1).seal(secret);

  expect(hex(sealed.subarray(0, 5))).toBe('01de9edb7d');
  expect(sealed.length).toBe(secret.length + 53);
});

test('seals one secret differently each time, and the same under one seed', () => {
  const sealer = aSealer(1);
  const [first, second] = [sealer.seal(secret), sealer.seal(secret)];

  expect(hex(first.subarray(5))).not.toBe(hex(second.subarray(5)));
  expect(aSealer(1).seal(secret)).toEqual(first);
  expect(aSealer(2).seal(secret)).not.toEqual(first);
});

test('gives another ciphertext for another device, of all that entropy alike', () => {
  expect(aSealer(1, 'bus-2').seal(secret)).not.toEqual(aSealer(1).seal(secret));
});

test('shows nothing of what it sealed', () => {
  const sealed = Buffer.from(aSealer(1).seal(secret));

  expect(sealed.includes(Buffer.from(secret.subarray(0, 4)))).toBe(false);
});

test.each([0, secretBytesMax + 1])('refuses to seal %i bytes', (length) => {
  expect(() => aSealer(1).seal(new Uint8Array(length))).toThrow(`a secret of ${length} bytes`);
});

test.each([
  ['too short', new Uint8Array(31).fill(9)],
  ['of small order', new Uint8Array(32)],
])('takes no recipient that is %s', (_, bytes) => {
  const deps = { entropy: createSimEntropy(1) };

  expect(() => createSealer(deps, { recipient: bytes, device: 'bus-1' })).toThrow(RangeError);
});
