import { expect, test } from 'vitest';
import { bytesOf } from '../../../../sim/testing/builders.ts';
import { hex, utf8 } from '../../bytes.ts';
import { desfireCrc32 } from './crc32.ts';

test.each([
  // The check value of CRC-32/JAMCRC in the CRC RevEng catalogue.
  ['the digits 1 to 9', utf8('123456789'), 'd9c60b34'],
  // "CRC New Key" and "CRC Crypto" of two ChangeKey commands in Elmü's published EV1 traces.
  ['a key', bytesOf('00102030405060708090a0b0b0a09080'), 'bfe37919'],
  ['a command', bytesOf('c40000102030405060708090a0b0b0a0908010'), 'd2c6e66b'],
])('computes the CRC of %s', (_, bytes, crc) => {
  expect(hex(desfireCrc32(bytes))).toBe(crc);
});
