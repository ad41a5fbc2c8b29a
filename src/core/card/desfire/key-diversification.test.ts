import { expect, test } from 'vitest';
import { bytesOf } from '../../../../sim/testing/builders.ts';
import { concat, hex } from '../../bytes.ts';
import { aesCmac } from '../../crypto/aes-cmac.ts';
import { diversifyKey } from './key-diversification.ts';

/** Key, UID, application id, "NXP Abu" and result of NXP AN10922 §2.2.1. */
const master = bytesOf('00112233445566778899aabbccddeeff');
const input = bytesOf('04782e21801d803042f54e585020416275');

test('diversifies as the example of AN10922 does', () => {
  expect(hex(diversifyKey(master, input))).toBe('a8dd63a3b89d54b37ca802473fda9175');
});

test('pads a short input to two blocks, which a plain CMAC does not', () => {
  const short = bytesOf('04782e21801d80');

  expect(hex(diversifyKey(master, short))).not.toBe(
    hex(aesCmac(master, concat(Uint8Array.of(1), short))),
  );
});

test('takes an input of 31 bytes, which needs no padding', () => {
  const full = new Uint8Array(31).fill(7);

  expect(hex(diversifyKey(master, full))).toBe(
    hex(aesCmac(master, concat(Uint8Array.of(1), full))),
  );
});

test.each([0, 32])('takes no input of %i bytes', (length) => {
  expect(() => diversifyKey(master, new Uint8Array(length))).toThrow(
    new RangeError(`a diversification input of ${length} bytes`),
  );
});
