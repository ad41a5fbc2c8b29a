import { expect, test } from 'vitest';
import { createCollector } from '../fuzz/heap.ts';
import { allocatedBytes } from './allocation.ts';

const options = { collect: createCollector(), calls: 1 };

test.each([
  ['an array buffer', () => new Uint8Array(0xffff), 0xffff],
  ['an array', () => new Array(0xffff).fill(0), 8 * 0xffff],
])('sees %s of 64 Ki that is garbage at once', (_, call, bytes) => {
  const seen = allocatedBytes(call, options);

  expect(seen).toBeGreaterThanOrEqual(bytes / 2);
  expect(seen).toBeLessThan(bytes * 2);
});

test('sees next to nothing where nothing is allocated', () => {
  expect(allocatedBytes(() => 7, options)).toBeLessThan(32 * 1_024);
});
