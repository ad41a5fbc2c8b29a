/** While nobody vouches for the clock, only what the operator names is accepted. */
import type { Token } from '../token/token.ts';
import type { UntrustedClockUse } from './policy.ts';
import type { Rule } from './rule.ts';

export const clockTrusted: Rule = ({ token, clockQuality, rules }) => {
  if (clockQuality !== 'untrusted') return undefined;
  return rules.policy.untrustedClock.has(useOf(token)) ? undefined : 'clock-untrusted';
};

function useOf(token: Token): UntrustedClockUse {
  switch (token.proof.kind) {
    case 'signed':
      return token.holder?.proof?.madeBetween === undefined ? 'tickets' : 'timed-tickets';
    case 'deferred':
      return 'payments';
    case 'identifier':
      return 'listed-cards';
    case 'card':
      return token.card?.pass === undefined ? 'purses' : 'passes';
  }
}
