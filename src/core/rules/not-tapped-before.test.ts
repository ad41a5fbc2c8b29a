import { expect, test } from 'vitest';
import {
  aQrisToken,
  aTicketToken,
  someFacts,
  someHistory,
  someNow,
  someRules,
} from '../../../sim/testing/builders.ts';
import type { Token } from '../token/token.ts';
import { notTappedBefore } from './not-tapped-before.ts';

const pass = aTicketToken({ kind: 'pass' });
const single = aTicketToken({ kind: 'single' });
const code = aQrisToken();

/** Tapped so many milliseconds ago, with a passback time of a second. */
function judge(token: Token, agoMs: number) {
  const history = someHistory({ lastAcceptedAt: someNow - agoMs });
  return notTappedBefore(someFacts({ token, history, rules: someRules({ passbackMs: 1_000 }) }));
}

test.each([
  ['a pass', pass],
  ['a single ride', single],
  ['a payment code', code],
])('has no objection to %s that was never tapped', (_, token) => {
  expect(notTappedBefore(someFacts({ token, history: someHistory() }))).toBeUndefined();
});

test.each([
  ['at the same moment', 0, 'already-tapped'],
  ['a moment before the passback time is over', 999, 'already-tapped'],
  ['at the very end of the passback time', 1_000, undefined],
  ['a day later', 86_400_000, undefined],
  ['after the wall clock was set back a little', -999, 'already-tapped'],
  ['after the wall clock was set back by the passback time', -1_000, undefined],
  ['after the wall clock was set back a year', -31_536_000_000, undefined],
])('judges a pass tapped again %s: %s', (_, agoMs, expected) => {
  expect(judge(pass, agoMs)).toBe(expected);
});

test.each([-1_000, 0, 1_000, 86_400_000])(
  'lets a single ride and a payment code count once, also %i ms later',
  (agoMs) => {
    expect(judge(single, agoMs)).toBe('already-tapped');
    expect(judge(code, agoMs)).toBe('already-tapped');
  },
);

test('remembers a tap at the beginning of 1970, as a machine without a clock has it', () => {
  const history = someHistory({ lastAcceptedAt: 0 });

  expect(notTappedBefore(someFacts({ token: single, history }))).toBe('already-tapped');
});

test.each([
  [1, undefined],
  [9, undefined],
  [10, 'rides-used-up'],
  [11, 'rides-used-up'],
])('judges a carnet of ten after %i rides: %s', (timesAccepted, expected) => {
  const token = aTicketToken({ kind: 'carnet', rides: 10 });
  const history = someHistory({ lastAcceptedAt: someNow - 86_400_000, timesAccepted });

  expect(notTappedBefore(someFacts({ token, history }))).toBe(expected);
});

test('does not let a carnet be handed back through the door', () => {
  const token = aTicketToken({ kind: 'carnet', rides: 10 });

  expect(judge(token, 999)).toBe('already-tapped');
  expect(judge(token, 1_000)).toBeUndefined();
});

test('lets a group board once', () => {
  expect(judge(aTicketToken({ kind: 'group', riders: 30 }), 86_400_000)).toBe('already-tapped');
});
