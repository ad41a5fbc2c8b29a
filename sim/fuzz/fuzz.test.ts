import { expect, test } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { hexOf } from './byte-forms.ts';
import type { FuzzJob } from './fuzz-job.ts';
import { runSearch } from './watched-search.ts';

const clock = createSystemClock();

function search(target: string, change: Partial<FuzzJob> = {}) {
  const job: FuzzJob = {
    module: new URL('./planted-targets.ts', import.meta.url).href,
    target,
    covers: ['sim/fuzz/planted-targets.ts'],
    seeds: [new Uint8Array(8)],
    seed: 7,
    milliseconds: Number.POSITIVE_INFINITY,
    executions: 100_000,
    minimised: false,
    ...change,
  };
  return runSearch(job, { clock, stuckMs: target === 'standstill' ? 700 : 10_000 });
}

const patient = { timeout: 60_000 };

test('opens a lock of four nested bytes and shrinks what opens it', patient, async () => {
  const { finding, progress } = await search('crash');

  expect(finding).toMatchObject({ kind: 'crash', detail: 'RangeError: the lock is open' });
  expect(hexOf(finding?.input ?? new Uint8Array())).toBe('7937b99e');
  expect(progress.executions).toBeLessThan(100_000);
});

test('says a word that stands in the source', patient, async () => {
  const { finding } = await search('word');

  expect(new TextDecoder().decode(finding?.input)).toBe('sesame-42');
});

test.each([
  ['hang', 'hang', '6821'],
  ['standstill', 'hang', '6821'],
  ['growth', 'growth', '67'],
  ['allocation', 'allocation', '61'],
  ['scribble', 'law', '77'],
])('finds the planted %s', patient, async (target, kind, beginning) => {
  const { finding } = await search(target);

  expect(finding).toMatchObject({ kind });
  expect(hexOf(finding?.input ?? new Uint8Array())).toMatch(new RegExp(`^${beginning}`));
});

test(
  'does the same again under the same seed, and something else under another',
  patient,
  async () => {
    const [one, again, other] = await Promise.all(
      [3, 3, 4].map((seed) => search('innocent', { seed, executions: 2_000 })),
    );

    expect(again?.corpus).toEqual(one?.corpus);
    expect(other?.corpus).not.toEqual(one?.corpus);
  },
);

test(
  'finds nothing where nothing is wrong, and keeps fewer inputs that reach as much',
  patient,
  async () => {
    const all = await search('innocent', { executions: 25_000 });
    const kept = await search('innocent', { executions: 25_000, minimised: true });
    const replayed = await search('innocent', { executions: 1, seeds: kept.corpus });

    expect([all.finding, kept.finding]).toEqual([undefined, undefined]);
    expect(kept.corpus.length).toBeLessThan(all.corpus.length);
    expect(replayed.progress.branchesReached).toBe(all.progress.branchesReached);
  },
);
