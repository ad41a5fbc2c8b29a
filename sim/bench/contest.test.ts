import { expect, test } from 'vitest';
import { holdRound, quantile, summarise } from './contest.ts';
import type { Stopwatch } from './stopwatch.ts';

/** The call itself says how long it takes. */
const told: Stopwatch = (call) => call() as number | undefined;

test.each([
  [0.5, 50],
  [0.99, 99],
  [1, 100],
  [0, 1],
])('finds the quantile %f of 1 to 100', (part, value) => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);

  expect(quantile(values, part)).toBe(value);
});

test('has no quantile of nothing', () => {
  expect(quantile([], 0.5)).toBeNaN();
});

test('gives both the same inputs, and the first turn by turns', () => {
  const calls: string[] = [];
  const call = (name: string) => (index: number) => {
    calls.push(`${name}${index}`);
    return 1;
  };

  holdRound({ floor: call('floor'), work: call('work') }, 3, told);

  expect(calls).toEqual(['floor0', 'work0', 'work1', 'floor1', 'floor2', 'work2']);
});

test('leaves out both samples when one of them was interrupted', () => {
  const floor = (index: number) => (index === 1 ? undefined : 10);
  const work = (index: number) => (index === 2 ? undefined : 10 + index);

  const round = holdRound({ floor, work }, 4, told);

  expect(round).toEqual({ floor: { p50: 10, p99: 10 }, work: { p50: 10, p99: 13 }, kept: 2 });
});

test('judges by the median of the rounds’ ratios and shows how far they lie apart', () => {
  const rounds = [30, 90, 20].map((p99) => ({
    floor: { p50: 5, p99: 10 },
    work: { p50: 10, p99 },
    kept: 100,
  }));

  expect(summarise(rounds)).toEqual({
    floor: { p50: 5, p99: 10 },
    work: { p50: 10, p99: 30 },
    ratioP50: { median: 2, least: 2, most: 2 },
    ratioP99: { median: 3, least: 2, most: 9 },
    kept: 300,
  });
});
