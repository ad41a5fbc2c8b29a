import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf } from '../../sim/testing/builders.ts';
import type { Reason } from '../core/reason.ts';
import {
  allCountsEnded,
  type Count,
  type Counts,
  countEnded,
  counted,
  countedAtOnceMax,
  countedForMs,
  countsOver,
} from './refusal-counter.ts';

const wallOf = (monotonicAt: number) => 1_000_000 + monotonicAt;

interface Step {
  readonly subject?: string;
  readonly reason?: Reason;
  readonly at: number;
}

/** Refusals one after another: which of them got a row, and what was written of the others. */
function play(steps: readonly Step[]) {
  let counts: Counts = new Map();
  const rows: boolean[] = [];
  const ended: Count[] = [];
  for (const { subject = 'card', reason = 'token-denied', at } of steps) {
    const refusal = { reader: 'front', reason, sample: bytesOf(`0${at % 10}`) };
    const moment = { monotonicAt: at, wallAt: wallOf(at) };
    const noted = counted(counts, subject, { refusal, moment });
    counts = noted.counts;
    rows.push(!noted.isRepeated);
    ended.push(...noted.ended);
  }
  return { counts, rows, ended };
}

test('gives the first refusal a row and counts the same again', () => {
  const { counts, rows } = play([{ at: 0 }, { at: 1_001 }, { at: 2_002 }, { at: 9_003 }]);

  expect(rows).toEqual([true, false, false, false]);
  expect(allCountsEnded(counts)).toEqual([
    {
      ...{ reader: 'front', reason: 'token-denied', sample: bytesOf('01'), beganAt: 0, count: 3 },
      ...{ firstAt: wallOf(1_001), lastAt: wallOf(9_003) },
    },
  ]);
});

test('begins anew a minute after the row, and writes then what it counted', () => {
  const { rows, ended } = play([{ at: 0 }, { at: countedForMs - 1 }, { at: countedForMs }]);

  expect(rows).toEqual([true, false, true]);
  expect(ended).toMatchObject([{ count: 1, lastAt: wallOf(countedForMs - 1) }]);
});

test('gives another reason a row, and writes before it what it counted of the other', () => {
  const other = { reason: 'already-tapped', at: 2 } as const;
  const { rows, ended } = play([{ at: 0 }, { at: 1 }, other, { ...other, at: 3 }]);

  expect(rows).toEqual([true, false, true, false]);
  expect(ended).toMatchObject([{ reason: 'token-denied', count: 1 }]);
});

test('counts each medium by itself', () => {
  const { rows, counts } = play(
    [0, 1, 2, 3].map((at) => ({ at, subject: at % 2 === 0 ? 'one' : 'other' })),
  );

  expect(rows).toEqual([true, true, false, false]);
  expect(allCountsEnded(counts)).toHaveLength(2);
});

test('writes nothing of what did not come again', () => {
  const { counts } = play([{ at: 0 }]);

  expect(allCountsEnded(counts)).toEqual([]);
  expect(countEnded(counts, 'card')).toEqual({ counts: new Map(), ended: [] });
  expect(countsOver(counts, { monotonicAt: countedForMs })).toEqual({
    ...{ counts: new Map(), ended: [] },
  });
});

test('ends the count of a medium alone when something else came of it', () => {
  const steps = ['one', 'other', 'one', 'other'].map((subject, at) => ({ at, subject }));
  const { counts } = play(steps);

  const { counts: left, ended } = countEnded(counts, 'one');

  expect(ended).toHaveLength(1);
  expect([...left.keys()]).toEqual(['other']);
});

test('holds no more counts than it may: the oldest ends, and loses nothing', () => {
  const media = Array.from({ length: countedAtOnceMax + 1 }, (_, at) => ({ at, subject: `${at}` }));
  const { counts, ended } = play([{ at: 0, subject: '0' }, ...media]);

  expect(counts.size).toBe(countedAtOnceMax);
  expect(counts.has('0')).toBe(false);
  expect(ended).toMatchObject([{ count: 1 }]);
});

test('loses no refusal: rows and counts together are as many as there were', () => {
  const steps = fc.array(
    fc.record({
      subject: fc.constantFrom('a', 'b', 'c'),
      reason: fc.constantFrom<Reason>('token-denied', 'already-tapped'),
      gap: fc.integer({ min: 0, max: 40_000 }),
    }),
  );
  fc.assert(
    fc.property(steps, (gaps) => {
      let at = 0;
      const played = gaps.map(({ gap, ...step }) => {
        at += gap;
        return { ...step, at };
      });
      const { rows, ended, counts } = play(played);
      const all = [...ended, ...allCountsEnded(counts)];
      const total = rows.filter(Boolean).length + all.reduce((sum, { count }) => sum + count, 0);
      expect(total).toBe(gaps.length);
    }),
  );
});
