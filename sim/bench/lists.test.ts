import { expect, test } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import type { ContestResult } from './contest.ts';
import { benchLists, type ListsFigures } from './lists.ts';
import { listBudgets, listsLines, reportOnLists } from './lists-report.ts';

const machine = { cpu: 'a processor', cores: 2, architecture: 'x64', node: 'v24', load: 0 };

test('measures a small list from its file to its lookups', async () => {
  const phases: string[] = [];
  const deps = {
    clock: createSystemClock(),
    signal: new AbortController().signal,
    onPhase: (text: string) => phases.push(text),
  };

  const figures = await benchLists({ entries: 10_000, rounds: 1, samples: 50 }, deps);

  expect(phases).toHaveLength(4);
  expect(figures.changing.changes).toBe(20);
  expect(figures.fileBytes).toBeGreaterThan(10_000 * 34);
  expect(figures.databaseBytes).toBeGreaterThan(10_000 * 40);
  expect(figures.openMs).toBeGreaterThan(0);
}, 30_000);

test('stops when it is told to', async () => {
  const deps = { clock: createSystemClock(), signal: AbortSignal.abort(), onPhase: () => {} };

  const stopped = benchLists({ entries: 10_000, rounds: 1, samples: 50 }, deps);

  await expect(stopped).rejects.toMatchObject({ code: 'lists/stopped' });
});

function aContest(p99: number): ContestResult {
  const ratio = { median: 4, least: 3, most: 5 };
  const work = { p50: p99 / 4, p99 };
  return { floor: { p50: 4, p99: 20 }, work, ratioP50: ratio, ratioP99: ratio, kept: 50 };
}

const step = { seconds: 1, heldUpMs: 5 };
const good: ListsFigures = {
  ...{ openMs: listBudgets.openMs, addedBytes: listBudgets.addedBytes },
  ...{ denied: aContest(listBudgets.lookupP99Us), unlisted: aContest(80) },
  ...{ databaseBytes: 1, fileBytes: 1, deltaBytes: 1 },
  ...{ writing: step, installing: step, changing: { ...step, changes: 20 } },
};

test.each<[string, Partial<ListsFigures>, boolean]>([
  ['at their bounds', {}, true],
  ['with a slow lookup of the denied', { denied: aContest(201) }, false],
  ['with a slow lookup of the others', { unlisted: aContest(201) }, false],
  ['with lookups that could not be measured', { denied: aContest(Number.NaN) }, false],
  ['with too much memory', { addedBytes: listBudgets.addedBytes + 1 }, false],
  ['with a slow opening', { openMs: 100.1 }, false],
])('judges figures %s', (_, change, ok) => {
  const figures = { ...good, ...change };
  const report = reportOnLists({ machine, entries: 10_000_000, rounds: 5, figures });

  expect(report.ok).toBe(ok);
  expect(listsLines(report, false).filter((line) => line.endsWith('over'))).toHaveLength(
    ok ? 0 : 1,
  );
});
