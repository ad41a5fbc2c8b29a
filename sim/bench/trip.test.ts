import { expect, test } from 'vitest';
import { town } from '../gnss-town.ts';
import { benchTrip } from './trip.ts';
import { reportOnTrip, tripBudgetUs, tripLines } from './trip-report.ts';

const machine = { cpu: 'test', cores: 1, architecture: 'x64', node: '24', load: 0 };
const running = new AbortController().signal;
const one = { ...town, patterns: town.patterns.filter(({ id }) => id === 'main/east') };

/** Calls what it times, and says what it is told to. */
const saying = (costs: readonly (number | undefined)[]) => {
  let calls = 0;
  return (call: () => unknown) => {
    call();
    calls += 1;
    return costs[(calls - 1) % costs.length];
  };
};

const measured = (costs: readonly (number | undefined)[], signal = running) =>
  benchTrip(one, { isRouteSet: true }, { stopwatch: saying(costs), rounds: 3, signal });

test('counts the fastest round of each position', () => {
  const figures = measured([30, 20, undefined]);

  expect(figures).toMatchObject({ p50: 20, p99: 20, p999: 20, worst: 20 });
  expect(figures?.positions).toBeGreaterThan(400);
});

test('measures nothing when it is stopped, and judges nothing that was always interrupted', () => {
  expect(measured([1], AbortSignal.abort())).toBeUndefined();
  expect(measured([undefined])).toMatchObject({ positions: 0, p999: Number.NaN });
});

test.each([
  ['within', tripBudgetUs, true, 'ok'],
  ['over', tripBudgetUs + 1, false, 'over'],
  ['nothing', undefined, false, 'over'],
])('says of %s the budget what it is', (_what, cost, ok, word) => {
  const [routeSet, noRouteSet] = [measured([1]), measured([cost])];
  if (routeSet === undefined || noRouteSet === undefined) throw new Error('not measured');

  const report = reportOnTrip({ machine, rounds: 3, routeSet, noRouteSet });

  expect(report.ok).toBe(ok);
  expect(tripLines(report, false).at(-1)).toMatch(new RegExp(`no route set.* ${word}$`));
});
