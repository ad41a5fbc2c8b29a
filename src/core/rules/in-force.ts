/**
 * A ticket is valid from `from` up to, not including, `until`, with the tolerated skew at both
 * ends, on the service days that it names. Once expired it never becomes valid again.
 */
import { type Rule, skewMs } from './rule.ts';
import type { Rules } from './rules.ts';

export const inForce: Rule = (facts) => {
  const { token, now } = facts;
  if (token.validity !== undefined) {
    const skew = skewMs(facts);
    if (now >= token.validity.until + skew) return 'token-expired';
    if (now < token.validity.from - skew) return 'token-not-yet-valid';
  }
  if (token.weekdays === undefined) return undefined;
  const isServed = (token.weekdays >> serviceWeekday(now, facts.rules.serviceDay)) & 1;
  return isServed ? undefined : 'not-valid-today';
};

const dayMs = 24 * 60 * 60 * 1_000;
/** 1970-01-01 was a Thursday, three days after Monday. */
const epochWeekday = 3;

/** 0 Monday to 6 Sunday, of the service day in which the moment falls. */
function serviceWeekday(now: number, { utcOffsetMinutes, beginsAtMinutes }: Rules['serviceDay']) {
  const days = Math.floor((now + (utcOffsetMinutes - beginsAtMinutes) * 60_000) / dayMs);
  return (((days + epochWeekday) % 7) + 7) % 7;
}
