import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8 } from '../bytes.ts';
import { crc16 } from './crc16.ts';

test('gives the check value of the CRC catalogue', () => {
  expect(crc16(utf8('123456789'))).toBe(0x29b1);
});

test('begins with ones', () => {
  expect(crc16(new Uint8Array())).toBe(0xffff);
});

test('notices every change of one byte', () => {
  const changed = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 64 }), fc.nat(), fc.nat(254));

  fc.assert(
    fc.property(changed, ([bytes, place, change]) => {
      const other = Uint8Array.from(bytes);
      const index = place % bytes.length;
      other[index] = (bytes[index] ?? 0) ^ (change + 1);

      expect(crc16(other)).not.toBe(crc16(bytes));
    }),
  );
});

test('is zero over the bytes and their own checksum', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const sum = crc16(bytes);

      expect(crc16(Uint8Array.from([...bytes, sum >> 8, sum & 0xff]))).toBe(0);
    }),
  );
});
