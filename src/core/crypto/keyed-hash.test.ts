import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { bytesOf } from '../../../sim/testing/builders.ts';
import { hex, utf8 } from '../bytes.ts';
import { createKeyedHash } from './keyed-hash.ts';

const key = new Uint8Array(32).fill(1);
const keyed = createKeyedHash(key);

test('is HMAC-SHA-256 over the parts, each after its length', () => {
  const message = bytesOf('0000000361626300000002aabb');

  expect(hex(keyed('abc', bytesOf('aabb')))).toBe(
    createHmac('sha256', key).update(message).digest('hex'),
  );
});

test('differs by kind, by part and by where one part ends', () => {
  const hashes = [
    keyed('card', utf8('12'), utf8('3')),
    keyed('card', utf8('1'), utf8('23')),
    keyed('card', utf8('123')),
    keyed('token', utf8('123')),
    createKeyedHash(new Uint8Array(32).fill(2))('card', utf8('123')),
  ].map(hex);

  expect(new Set(hashes).size).toBe(hashes.length);
});

test.each([0, 16, 31, 33])('takes no key of %i bytes', (length) => {
  expect(() => createKeyedHash(new Uint8Array(length))).toThrow(RangeError);
});
