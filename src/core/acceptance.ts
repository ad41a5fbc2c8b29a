/** What an acceptance rests on and says, by what proves the token and what the ride costs. */
import { cardRideOf } from './card/ride-marks.ts';
import { type Decision, type Fare, isForNothing } from './decision.ts';
import type { Reason } from './reason.ts';
import type { TapFacts } from './rules/rule.ts';
import type { Token } from './token/token.ts';

type Facts = Pick<TapFacts, 'token' | 'authorisation'>;

export function acceptanceOf({ token, authorisation }: Facts, fare: Fare): Decision {
  const { card } = token;
  switch (token.proof.kind) {
    case 'signed': {
      const reason = fare.transfersUsed === undefined ? 'ticket-valid' : 'transfer-applied';
      return { outcome: 'accepted', basis: 'verified', reason, fare };
    }
    case 'identifier':
      return { outcome: 'accepted', basis: 'listed', reason: 'card-listed', fare };
    case 'deferred':
      return authorisation === 'approved'
        ? { outcome: 'accepted', basis: 'authorised', reason: 'payment-authorised', fare }
        : { outcome: 'accepted', basis: 'risk-accepted', reason: unaskedReason(fare), fare };
    case 'card': {
      const reason = cardReason(token, fare);
      const acceptance = { outcome: 'accepted', basis: 'verified', reason, fare } as const;
      if (card === undefined) return acceptance;
      // Also what costs nothing: an entry, a transfer or a pass is what the next bus asks about.
      const { amount } = fare;
      const instruction = { kind: 'debit', amount, ride: cardRideOf(fare), card } as const;
      return { ...acceptance, instruction };
    }
  }
}

/** Why a payment is taken that nobody vouched for. */
function unaskedReason(fare: Fare): Reason {
  return isForNothing(fare) ? nothingToPay(fare) : 'risk-within-limits';
}

/** Of a card whose own cryptography proved it. */
export function cardReason({ card }: Token, fare: Fare): Reason {
  if (fare.amount.amount > 0) return 'fare-debited';
  if (fare.action === 'enter') return 'entry-recorded';
  if (fare.action === 'single' && card?.pass?.product === fare.product) return 'pass-valid';
  return nothingToPay(fare);
}

/** Why a ride that has to be paid for costs nothing. */
function nothingToPay({ action, isCapped, transfersUsed }: Fare): Reason {
  if (action === 'exit') return 'exit-recorded';
  if (isCapped === true) return 'cap-reached';
  return transfersUsed === undefined ? 'free-ride' : 'transfer-applied';
}
