/**
 * Whether a boarding on a ticket of counted rides goes on with the ride before: where the tariff
 * would give whoever pays at the door a transfer for nothing. A ticket goes on from its own legs
 * alone, and only from those that this device saw; of the others the office knows.
 */
import type { Fare } from '../decision.ts';
import type { Leg, PastLeg } from './leg.ts';
import { legFares } from './leg-fare.ts';
import { quoteFare, type Trace } from './quote.ts';
import type { Tariff } from './tariff.ts';
import { leadsFreelyTo } from './transfer.ts';

export type TicketRide = Pick<Fare, 'legGroup' | 'transfersUsed' | 'goesOn' | 'provisional'>;

export interface TicketHistory {
  /** Earlier legs on the ticket, oldest first. */
  readonly past: readonly PastLeg[];
  readonly transferNeedsOtherRoute: boolean;
}

export function ticketRide(
  tariff: Tariff,
  leg: Leg,
  history: TicketHistory & { readonly trace?: Trace | undefined },
): TicketRide {
  const { trace, ...input } = history;
  if (input.past.length === 0 && trace === undefined) return firstRide(tariff, leg);
  const onlyTransfers: Trace = (step) => step.rule === 'fare_transfer_rules' && trace?.(step);
  const quote = quoteFare(tariff, { leg, caps: [], ...input }, trace && onlyTransfers);
  const isFree = quote !== undefined && quote.transfersUsed > 0 && quote.amount.amount === 0;
  const text = isFree
    ? 'a transfer for nothing uses no ride of the ticket'
    : 'without a transfer for nothing it uses a ride of the ticket';
  trace?.({ rule: 'ticket', holds: true, text });
  if (quote === undefined) return {};
  const { legGroup, transfersUsed, provisional } = quote;
  if (isFree) {
    const goesOn = { legGroup, transfersUsed, goesOn: true } as const;
    return provisional.length > 0 ? { ...goesOn, provisional } : goesOn;
  }
  return ridden(tariff, legGroup, leg);
}

/** Nothing to go on from, as of most tickets: no need to quote. */
function firstRide(tariff: Tariff, leg: Leg): TicketRide {
  const [fare] = legFares(tariff, leg);
  return fare === undefined ? {} : ridden(tariff, fare.legGroup, leg);
}

function ridden(tariff: Tariff, legGroup: string | undefined, leg: Leg): TicketRide {
  const mayHaveBegunElsewhere = leadsFreelyTo(tariff, legGroup, leg);
  return { legGroup, ...(mayHaveBegunElsewhere && { provisional: ['earlier-leg'] }) };
}
