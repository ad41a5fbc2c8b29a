import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  aQrisToken,
  aTicketToken,
  skewOf,
  someFacts,
  someNow,
  someRules,
} from '../../../sim/testing/builders.ts';
import { inForce } from './in-force.ts';

/** Valid from second 1,000 up to second 2,000. */
const token = aTicketToken({ notBefore: 1_000, expires: 2_000 });

function judge(now: number, skewMs = 0) {
  const rules = someRules({ policy: { clockSkewMs: skewOf(skewMs) } });
  return inForce(someFacts({ token, now, rules }));
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

test.each([
  ['gnss', undefined],
  ['untrusted', undefined],
  ['rtc', 'token-expired'],
] as const)('tolerates what a clock of quality %s may be wrong', (clockQuality, expected) => {
  const clockSkewMs = { ...skewOf(0), gnss: 1, untrusted: 600_000 };
  const facts = someFacts({
    token,
    now: 2_000_000,
    clockQuality,
    rules: someRules({ policy: { clockSkewMs } }),
  });

  expect(inForce(facts)).toBe(expected);
});

const hourMs = 3_600_000;

/** {@link someNow} is a Monday, 07:00 in Semarang; the service day begins at 03:00 there. */
test.each([
  ['Monday morning', 0b0000001, 0, undefined],
  ['Monday morning, not valid on Mondays', 0b1111110, 0, 'not-valid-today'],
  ['Tuesday at 02:59, still Monday’s service', 0b0000001, 20 * hourMs - 1, undefined],
  ['Tuesday at 03:00', 0b0000001, 20 * hourMs, 'not-valid-today'],
  ['Tuesday at 03:00, valid on Tuesdays', 0b0000010, 20 * hourMs, undefined],
  ['Sunday before', 0b1000000, -24 * hourMs, undefined],
])('judges the weekday of %s', (_, weekdays, later, expected) => {
  const weekly = aTicketToken({ notBefore: 0, expires: 253_402_300_799, weekdays });

  expect(inForce(someFacts({ token: weekly, now: someNow + later }))).toBe(expected);
});

test('knows the weekday of times before 1970 too, as a machine without a clock has them', () => {
  const thursday = { ...aQrisToken(), weekdays: 0b0001000 };

  expect(inForce(someFacts({ token: thursday, now: -7 * 24 * hourMs }))).toBeUndefined();
});
