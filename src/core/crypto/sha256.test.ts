import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { hex, utf8 } from '../bytes.ts';
import { sha256 } from './sha256.ts';

test('hashes each part behind its length in four bytes', () => {
  const spelled = Buffer.from('\0\0\0\x02ab\0\0\0\0\0\0\0\x01c', 'latin1');

  expect(hex(sha256(utf8('ab'), utf8(''), utf8('c')))).toBe(
    createHash('sha256').update(spelled).digest('hex'),
  );
});

test('tells apart lists of parts that are the same text together', () => {
  const lists = [['abc'], ['ab', 'c'], ['a', 'bc'], ['abc', ''], ['', 'abc'], []];

  const hashes = lists.map((parts) => hex(sha256(...parts.map(utf8))));

  expect(new Set(hashes).size).toBe(lists.length);
});
