/** What a ride costs whoever shows no token: who pays the driver, or scans the operator's own code. */
import type { Situation } from '../rules/rule.ts';
import { type Quote, quoteFare } from './quote.ts';
import type { Rider } from './ride.ts';

/**
 * A leg on its own: nobody knows what such a rider paid before. Where riders tap when they leave,
 * too, the way is not known, and the quote says what stays open.
 * @returns undefined when no rule of the tariff fits.
 */
export function walkUpFare(
  { riderCategory, fareMedia }: Rider,
  { rules, place, now }: Pick<Situation, 'rules' | 'place' | 'now'>,
): Quote | undefined {
  const { routeId, stopId } = place;
  const leg = {
    ...(routeId !== undefined && { routeId }),
    ...(riderCategory !== undefined && { riderCategory }),
    ...(fareMedia !== undefined && { fareMedia }),
    boarding: { at: now, ...(stopId !== undefined && { stopId }) },
  };
  return quoteFare(rules.tariff, { leg, past: [], caps: [], transferNeedsOtherRoute: false });
}
