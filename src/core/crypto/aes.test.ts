import { expect, test } from 'vitest';
import { bytesOf } from '../../../sim/testing/builders.ts';
import { hex } from '../bytes.ts';
import { decryptCbc, encryptBlock, encryptCbc } from './aes.ts';

/** NIST SP 800-38A appendix F.1.1 and F.2.1. */
const key = bytesOf('2b7e151628aed2a6abf7158809cf4f3c');
const iv = bytesOf('000102030405060708090a0b0c0d0e0f');
const plain = bytesOf('6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51');
const cipher = '7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2';

test('enciphers one block as SP 800-38A does', () => {
  expect(hex(encryptBlock(key, plain.subarray(0, 16)))).toBe('3ad77bb40d7a3660a89ecaf32466ef97');
});

test('enciphers and deciphers chained blocks as SP 800-38A does', () => {
  expect(hex(encryptCbc(key, iv, plain))).toBe(cipher);
  expect(hex(decryptCbc(key, iv, bytesOf(cipher)))).toBe(hex(plain));
});

test.each([1, 15, 17])('takes no %i bytes for whole blocks', (length) => {
  expect(() => encryptCbc(key, iv, new Uint8Array(length))).toThrow();
  expect(() => decryptCbc(key, iv, new Uint8Array(length))).toThrow();
});
