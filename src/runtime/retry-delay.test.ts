import fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryDelayMs } from './retry-delay.ts';

const backoff = { baseMs: 1_000, capMs: 300_000 };

test('doubles its ceiling with every failure, up to the cap', () => {
  const ceilings = [1, 2, 3, 8, 9, 10, 1_000].map((failures) => retryDelayMs(failures, backoff, 1));

  expect(ceilings).toEqual([1_000, 2_000, 4_000, 128_000, 256_000, 300_000, 300_000]);
});

test('stays within zero and its ceiling for any number of failures and any chance', () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 }), chance, (failures, drawn) => {
      const delay = retryDelayMs(failures, backoff, drawn);

      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(retryDelayMs(failures, backoff, 1));
      expect(delay).toBeLessThanOrEqual(backoff.capMs);
    }),
  );
});

test('never expects less of more failures', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), (failures) => {
      const [fewer, more] = [failures, failures + 1].map((n) => retryDelayMs(n, backoff, 0.5));

      expect(more).toBeGreaterThanOrEqual(fewer ?? 0);
    }),
  );
});
