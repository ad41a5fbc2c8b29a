import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf } from '../../sim/testing/builders.ts';
import { hex } from '../../src/core/bytes.ts';
import { diversifyKey } from '../../src/core/card/desfire/key-diversification.ts';
import {
  type CbcCipher,
  cipheredZero,
  diversificationInput,
  diversify,
} from './diversification.ts';

function cipherOf(master: Uint8Array): CbcCipher {
  return async (plain) => {
    const cipher = createCipheriv('aes-128-cbc', master, new Uint8Array(16)).setAutoPadding(false);
    return Buffer.concat([cipher.update(plain), cipher.final()]);
  };
}

async function diversified(master: Uint8Array, diversification: Uint8Array): Promise<Uint8Array> {
  const encrypt = cipherOf(master);
  return diversify(encrypt, await cipheredZero(encrypt), diversificationInput(diversification));
}

test.each([
  [
    'AN10922 §2.2.1, a long input',
    '00112233445566778899aabbccddeeff',
    '04782e21801d803042f54e585020416275',
    'a8dd63a3b89d54b37ca802473fda9175',
  ],
  [
    'AN10957 pages 13 and 14, an input that fits in one block',
    'f3f9377698707b688eaf84abe39e3791',
    '04deadbeeffeed',
    '0bb408baff98b6ee9f2e1585777f6a51',
  ],
])('diversifies as NXP does in %s', async (_, master, diversification, key) => {
  expect(hex(await diversified(bytesOf(master), bytesOf(diversification)))).toBe(key);
});

test('gives what core gives, for every master key and length', async () => {
  const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
  await fc.assert(
    fc.asyncProperty(bytes(16, 16), bytes(1, 31), async (master, diversification) => {
      expect(hex(await diversified(master, diversification))).toBe(
        hex(diversifyKey(master, diversification)),
      );
    }),
  );
});

test.each([1, 15, 16, 30, 31])('gives what core gives for %i bytes', async (length) => {
  const master = bytesOf('ffeeddccbbaa99887766554433221100');
  const diversification = new Uint8Array(length).fill(0xa5);

  expect(hex(await diversified(master, diversification))).toBe(
    hex(diversifyKey(master, diversification)),
  );
});

test.each([0, 32])('takes no input of %i bytes', (length) => {
  expect(() => diversificationInput(new Uint8Array(length))).toThrow(
    new RangeError(`a diversification input of ${length} bytes`),
  );
});
