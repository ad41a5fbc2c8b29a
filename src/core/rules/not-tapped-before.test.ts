import { expect, test } from 'vitest';
import {
  aFare,
  aPastTap,
  aQrisToken,
  aTicketToken,
  someFacts,
  someHistory,
  someNow,
  someRules,
} from '../../../sim/testing/builders.ts';
import type { Fare } from '../decision.ts';
import type { Token } from '../token/token.ts';
import { notTappedBefore } from './not-tapped-before.ts';

const pass = aTicketToken({ kind: 'pass' });
const single = aTicketToken({ kind: 'single' });
const code = aQrisToken();

/** Tapped so many milliseconds ago, with a passback time of a second. */
function judge(token: Token, agoMs: number) {
  const history = someHistory({ taps: [aPastTap({ at: someNow - agoMs })] });
  const passback = [{ groupMs: 0, groupRidersMax: 1, blockMs: 1_000 }];
  return notTappedBefore(someFacts({ token, history, rules: someRules({ policy: { passback } }) }));
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
  const history = someHistory({ taps: [aPastTap({ at: 0 })] });

  expect(notTappedBefore(someFacts({ token: single, history }))).toBe('already-tapped');
});

test.each([
  [1, undefined],
  [9, undefined],
  [10, 'rides-used-up'],
  [11, 'rides-used-up'],
])('judges a carnet of ten after %i rides: %s', (ridesUsed, expected) => {
  const token = aTicketToken({ kind: 'carnet', rides: 10 });
  const taps = [aPastTap({ at: someNow - 86_400_000 })];
  const history = someHistory({ taps, ridesUsed });

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

/** A family on one wallet: 20 s to board, at most three of them, then a minute for nobody. */
const family = [{ groupMs: 20_000, groupRidersMax: 3, blockMs: 60_000 }];

function judgeGroup(...secondsAgo: readonly number[]) {
  const taps = secondsAgo.map((ago) => aPastTap({ at: someNow - ago * 1_000, isSameToken: false }));
  const rules = someRules({ policy: { passback: family } });
  return notTappedBefore(someFacts({ token: code, history: someHistory({ taps }), rules }));
}

test.each([
  ['the second rider at once', [5], undefined],
  ['the third rider', [9, 5], undefined],
  ['a fourth rider', [12, 9, 5], 'already-tapped'],
  ['a rider when the group time is over', [20], 'already-tapped'],
  ['a rider just before the block ends', [79.999], 'already-tapped'],
  ['a rider when the block has ended', [80], undefined],
  ['the second of a second group', [100, 5], undefined],
  ['a rider after a second group', [100, 19, 18, 17], 'already-tapped'],
])('judges %s', (_, secondsAgo, expected) => {
  expect(judgeGroup(...secondsAgo)).toBe(expected);
});

test('boards no group on a single-use token', () => {
  const rules = someRules({ policy: { passback: family } });
  const history = someHistory({ taps: [aPastTap({ at: someNow - 5_000 })] });

  expect(notTappedBefore(someFacts({ token: single, history, rules }))).toBe('already-tapped');
});

test('takes the first passback rule that fits medium and product', () => {
  const passback = [
    { product: 'harian', groupMs: 0, groupRidersMax: 1, blockMs: 9_000 },
    { fareMedia: 'qris', groupMs: 0, groupRidersMax: 1, blockMs: 1_000 },
  ];
  const rules = someRules({
    policy: { passback, mediaOfFormat: new Map([['qris-cpm', 'qris']]) },
  });
  const history = someHistory({ taps: [aPastTap({ at: someNow - 5_000, isSameToken: false })] });
  const judged = (token: Token, product: string) =>
    notTappedBefore(someFacts({ token, history, rules, fare: aFare({ product }) }));

  expect(judged(pass, 'harian')).toBe('already-tapped');
  expect(judged(pass, 'bulanan')).toBeUndefined();
  expect(judged(code, 'umum-nontunai')).toBeUndefined();
});

test('lets whoever entered leave, but for the hand that slips', () => {
  const passback = [{ groupMs: 0, groupRidersMax: 1, blockMs: 10_000 }];
  const rules = someRules({ policy: { passback } });
  const leaves = (secondsLater: number) => {
    const taps = [aPastTap({ at: someNow - secondsLater * 1_000, action: 'enter' })];
    const fare = aFare({ action: 'exit' });
    return notTappedBefore(someFacts({ token: pass, history: someHistory({ taps }), rules, fare }));
  };

  expect(leaves(9)).toBe('already-tapped');
  expect(leaves(10)).toBeUndefined();
});

test('lets a single ride out through a door where riders tap twice', () => {
  const history = someHistory({ taps: [aPastTap({ at: someNow - 600_000, action: 'enter' })] });
  const fare = aFare({ action: 'exit' });

  expect(notTappedBefore(someFacts({ token: single, history, fare }))).toBeUndefined();
});

test('takes a tap at another stop for no slip of the hand', () => {
  const taps = [aPastTap({ at: someNow - 5_000, action: 'enter' })];
  const leaves = (from?: string, to?: string) => {
    const call = (stopId?: string) => ({ at: someNow, ...(stopId !== undefined && { stopId }) });
    const fare = aFare({ action: 'exit', leg: { boarding: call(from), alighting: call(to) } });
    return notTappedBefore(someFacts({ token: pass, history: someHistory({ taps }), fare }));
  };

  expect(leaves('A', 'B')).toBeUndefined();
  expect(leaves('A', 'A')).toBe('already-tapped');
  expect(leaves('A')).toBe('already-tapped');
});

test('lets the ride of a ticket go on that is used up', () => {
  const history = { ...someHistory(), ridesUsed: 1 };
  const judged = (fare: Fare) => notTappedBefore(someFacts({ token: single, history, fare }));

  expect(judged(aFare({ transfersUsed: 1, goesOn: true }))).toBeUndefined();
  expect(judged(aFare({ transfersUsed: 1 }))).toBe('already-tapped');
});

test.each([
  ['at the other door', 'k1', 'single', 'already-tapped'],
  ['on another route', 'k2', 'single', undefined],
  ['on a route that the card does not tell', undefined, 'single', undefined],
  ['when the rider leaves', 'k1', 'exit', undefined],
] as const)('judges what the card tells of another bus: %s', (_, routeId, action, expected) => {
  const leg = { boarding: { at: someNow }, ...(routeId !== undefined && { routeId }) };
  const history = someHistory({ taps: [aPastTap({ leg, source: 'card' })] });
  const facts = someFacts({
    token: pass,
    history,
    fare: aFare({ action }),
    place: { routeId: 'k1' },
  });

  expect(notTappedBefore(facts)).toBe(expected);
});
