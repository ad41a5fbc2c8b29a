import { expect, test } from 'vitest';
import { createSystemEntropy, createSystemRandom } from './system-chance.ts';

test('draws numbers from 0 up to, but not including, 1', () => {
  const random = createSystemRandom();
  const draws = Array.from({ length: 1_000 }, () => random.next());

  expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...draws)).toBeLessThan(1);
});

test('gives as many bytes as asked for, other ones each time', () => {
  const entropy = createSystemEntropy();
  const first = entropy.bytes(32);

  expect(first).toHaveLength(32);
  expect(entropy.bytes(32)).not.toEqual(first);
});
