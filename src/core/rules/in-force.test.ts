import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aQrisToken, aTicketToken, someFacts, someRules } from '../../../sim/testing/builders.ts';
import { inForce } from './in-force.ts';

/** Valid from second 1,000 up to second 2,000. */
const token = aTicketToken({ notBefore: 1_000, expires: 2_000 });

function judge(now: number, clockSkewMs = 0) {
  return inForce(someFacts({ token, now, rules: someRules({ clockSkewMs }) }));
}

test.each([
  [999_999, 'token-not-yet-valid'],
  [1_000_000, undefined],
  [1_999_999, undefined],
  [2_000_000, 'token-expired'],
])('judges %i ms without skew: %s', (now, expected) => {
  expect(judge(now)).toBe(expected);
});

test.each([
  [939_999, 'token-not-yet-valid'],
  [940_000, undefined],
  [2_059_999, undefined],
  [2_060_000, 'token-expired'],
])('judges %i ms with a minute of skew: %s', (now, expected) => {
  expect(judge(now, 60_000)).toBe(expected);
});

test('says nothing about a payment code, whose time is not known', () => {
  expect(inForce(someFacts({ token: aQrisToken(), now: Number.MAX_SAFE_INTEGER }))).toBeUndefined();
});

test('never takes back that a ticket has expired as time goes on', () => {
  const times = fc.tuple(fc.nat(4_000_000), fc.nat(4_000_000), fc.nat(600_000));

  fc.assert(
    fc.property(times, ([now, later, skew]) => {
      const expired = judge(now, skew) === 'token-expired';

      expect(!expired || judge(now + later, skew) === 'token-expired').toBe(true);
    }),
    { numRuns: 500 },
  );
});
