/**
 * A ticket is valid from `from` up to, not including, `until`, with the tolerated skew at both
 * ends, on the service days that it names. Once expired it never becomes valid again.
 */
import { isServedOn } from './holdings.ts';
import { type Rule, skewMs } from './rule.ts';

export const inForce: Rule = (facts) => {
  const { token, now } = facts;
  if (token.validity !== undefined) {
    const skew = skewMs(facts);
    if (now >= token.validity.until + skew) return 'token-expired';
    if (now < token.validity.from - skew) return 'token-not-yet-valid';
  }
  if (token.weekdays === undefined) return undefined;
  return isServedOn(token.weekdays, facts) ? undefined : 'not-valid-today';
};
