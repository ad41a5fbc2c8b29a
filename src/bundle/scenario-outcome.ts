/** What came of a scenario, in the words of its table. */
import type { Fare } from '../core/decision.ts';
import type { Played } from './play-scenario.ts';
import type { ExpectedScenario } from './scenario.ts';

export function outcomeOf(played: Played): ExpectedScenario['expected'] {
  if (played.kind === 'cash') {
    const outcome = played.fare === undefined ? 'no-fare' : 'cash';
    return { outcome, reason: '', ...chargeOf(played.fare) };
  }
  const { decision } = played;
  const { outcome, reason } = decision;
  return { outcome, reason, ...(decision.outcome === 'accepted' && chargeOf(decision.fare)) };
}

function chargeOf(fare: Pick<Fare, 'amount' | 'product'> | undefined) {
  return fare && { fare: fare.amount.amount, product: fare.product };
}
