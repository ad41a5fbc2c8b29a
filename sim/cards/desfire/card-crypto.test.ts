import { expect, test } from 'vitest';
import { hex } from '../../../src/core/bytes.ts';
import { bytesOf } from '../../testing/builders.ts';
import { cmac, crc32, padBit, unpadBit } from './card-crypto.ts';

// NIST SP 800-38B, examples for AES-128.
const nistKey = bytesOf('2b7e151628aed2a6abf7158809cf4f3c');

test.each([
  ['', 'bb1d6929e95937287fa37d129b756746'],
  ['6bc1bee22e409f96e93d7e117393172a', '070a16b46b4d4144f79bdd9dd04a287c'],
  [
    '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411',
    'dfa66747de9ae63030ca32611497c827',
  ],
])('computes the CMAC of %s', (message, mac) => {
  expect(hex(cmac(nistKey, bytesOf(message)))).toBe(mac);
});

test('computes the check sum of a key as NXP AN12196 prints it', () => {
  expect(hex(crc32(bytesOf('f3847d627727ed3bc9c4cc050489b966')))).toBe('789dfadc');
});

test('pads whole blocks too, and finds the end of what was padded', () => {
  const padded = padBit(new Uint8Array(16));

  expect(hex(padded)).toBe(`${'00'.repeat(16)}80${'00'.repeat(15)}`);
  expect(unpadBit(padded)).toEqual(new Uint8Array(16));
});

test.each(['00'.repeat(16), `${'00'.repeat(15)}81`])('finds no padding in %s', (padded) => {
  expect(unpadBit(bytesOf(padded))).toBeUndefined();
});
