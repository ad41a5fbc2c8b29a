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
  const { trace } = history;
  const free = freeTransfer(tariff, leg, history);
  const text =
    free === undefined
      ? 'without a transfer for nothing it uses a ride of the ticket'
      : 'a transfer for nothing uses no ride of the ticket';
  trace?.({ rule: 'ticket', holds: true, text });
  if (free !== undefined) return free;
  const [fare] = legFares(tariff, leg);
  if (fare === undefined) return {};
  const mayHaveBegunElsewhere = leadsFreelyTo(tariff, fare.legGroup, leg);
  return {
    legGroup: fare.legGroup,
    ...(mayHaveBegunElsewhere && { provisional: ['earlier-leg'] }),
  };
}

/** Most tickets have no leg to go on from, and nothing is quoted. */
function freeTransfer(
  tariff: Tariff,
  leg: Leg,
  { trace, ...input }: Parameters<typeof ticketRide>[2],
): TicketRide | undefined {
  if (input.past.length === 0) return undefined;
  const onlyTransfers: Trace = (step) => step.rule === 'fare_transfer_rules' && trace?.(step);
  const quote = quoteFare(tariff, { leg, caps: [], ...input }, trace && onlyTransfers);
  if (quote === undefined || quote.transfersUsed === 0 || quote.amount.amount > 0) return undefined;
  const { legGroup, transfersUsed, provisional } = quote;
  const goesOn = { legGroup, transfersUsed, goesOn: true } as const;
  return provisional.length > 0 ? { ...goesOn, provisional } : goesOn;
}
