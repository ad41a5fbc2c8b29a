import { expect, test } from 'vitest';
import { aRowOfEachKind, aTapRow } from '../../sim/testing/row-builders.ts';
import type { Row } from '../core/ledger/row.ts';
import { lastAcceptance, msBetween, rowsLookedBackMax } from './last-acceptance.ts';

/** Rows in the order in which they were written. */
const newest = (rows: readonly Row[]) =>
  rows.map((row, index) => ({ epoch: 1, seq: index + 1, sent: false, row })).reverse();

const refused = aTapRow({ outcome: 'refused', reason: 'token-denied', basis: undefined });
const voiding = (voidedSeq: number) => ({ ...aRowOfEachKind.void, voidedEpoch: 1, voidedSeq });

test('finds the last accepted tap behind refused ones and other rows', () => {
  const rows = [aTapRow(), refused, aRowOfEachKind['clock-step'], aRowOfEachKind['rider-count']];

  expect(lastAcceptance(newest(rows))).toMatchObject({
    ...{ entry: { seq: 1 }, isVoided: false, isDebit: false },
  });
});

test('takes a cash fare for what was accepted last', () => {
  const rows = [aTapRow(), aRowOfEachKind['cash-fare']];

  expect(lastAcceptance(newest(rows))).toMatchObject({ row: { kind: 'cash-fare' } });
});

test('does not go back behind what was taken back', () => {
  const rows = [aTapRow(), aTapRow(), voiding(2)];

  expect(lastAcceptance(newest(rows))).toMatchObject({ entry: { seq: 2 }, isVoided: true });
});

test('does not take the void of another tap for that of this one', () => {
  const rows = [aTapRow(), voiding(1), aTapRow()];

  expect(lastAcceptance(newest(rows))).toMatchObject({ entry: { seq: 3 }, isVoided: false });
});

test('knows a debit by its outcome, and what a card told of an earlier one is none', () => {
  const outcome = aRowOfEachKind['card-outcome'];
  const debit = [outcome, aTapRow()];
  const told = [{ ...outcome, result: 'not-committed' } as const, aTapRow()];

  expect(lastAcceptance(newest(debit))).toMatchObject({ isDebit: true });
  expect(lastAcceptance(newest(told))).toMatchObject({ isDebit: false });
});

test('finds nothing where nothing was accepted, or too long ago', () => {
  const long = [aTapRow(), ...Array.from({ length: rowsLookedBackMax }, () => refused)];

  expect(lastAcceptance([])).toBeUndefined();
  expect(lastAcceptance(newest([refused, refused]))).toBeUndefined();
  expect(lastAcceptance(newest(long))).toBeUndefined();
});

test('tells time by the monotonic clock, and by the wall clock over a restart', () => {
  const before = { bootId: 'a', monotonicAt: 1_000, wallAt: 900_000 };
  const stepped = { bootId: 'a', monotonicAt: 3_000, wallAt: 100 };
  const restarted = { bootId: 'b', monotonicAt: 5, wallAt: 890_000 };

  expect(msBetween(before, stepped)).toBe(2_000);
  expect(msBetween(before, restarted)).toBe(10_000);
});
