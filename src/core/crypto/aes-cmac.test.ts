import { expect, test } from 'vitest';
import { bytesOf } from '../../../sim/testing/builders.ts';
import { hex } from '../bytes.ts';
import { aesCmac, paddedCmac } from './aes-cmac.ts';

/** NIST SP 800-38B, appendix D.1, AES-128. */
const key = bytesOf('2b7e151628aed2a6abf7158809cf4f3c');
const message =
  '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51' +
  '30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710';

test.each([
  [0, 'bb1d6929e95937287fa37d129b756746'],
  [16, '070a16b46b4d4144f79bdd9dd04a287c'],
  [40, 'dfa66747de9ae63030ca32611497c827'],
  [64, '51f0bebf7e3b9d92fc49741779363cfe'],
])('computes the CMAC of %i bytes as SP 800-38B does', (length, mac) => {
  expect(hex(aesCmac(key, bytesOf(message).subarray(0, length)))).toBe(mac);
});

test('starts from the chain it is given', () => {
  const half = bytesOf(message).subarray(0, 32);
  const chain = bytesOf('00000000000000000000000000000001');
  const shifted = Uint8Array.from(half);
  shifted[15] = (shifted[15] ?? 0) ^ 1;

  expect(hex(aesCmac(key, half, chain))).toBe(hex(aesCmac(key, shifted)));
});

test('pads a short message to as many blocks as it is told', () => {
  const short = bytesOf('0102');

  expect(hex(paddedCmac(key, short, { blocks: 1 }))).toBe(hex(aesCmac(key, short)));
  expect(hex(paddedCmac(key, short, { blocks: 2 }))).not.toBe(hex(aesCmac(key, short)));
});

test('pads nothing that is longer than the blocks', () => {
  expect(() => paddedCmac(key, new Uint8Array(33), { blocks: 2 })).toThrow(RangeError);
});
