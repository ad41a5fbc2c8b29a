/**
 * What the rider brings to the ride: a product bought before, a rider category, the fare medium
 * that it counts as. Formats differ in where they say it; rules and fares ask here.
 */

import type { Rider } from '../fare/ride.ts';
import type { SecurityListing } from '../lists/security-listing.ts';
import { serviceTime } from '../time/local-time.ts';
import { weekdayOf } from '../time/service-calendar.ts';
import type { Token } from '../token/token.ts';
import type { Situation } from './rule.ts';

/** The allow-list entry by which a bare number counts. */
export function allowingListing({
  listings,
}: Pick<Situation, 'listings'>): SecurityListing | undefined {
  return listings.find(({ effect }) => effect === 'allow');
}

/** The product that pays for this ride without money: a ticket's, a pass in force, a listed card's. */
export function heldProduct(token: Token, situation: Situation): string | undefined {
  if (token.product !== undefined) return token.product;
  const { now } = situation;
  const pass = token.card?.pass;
  if (pass !== undefined && now >= pass.from && now < pass.until) return pass.product;
  return token.proof.kind === 'identifier' ? allowingListing(situation)?.product : undefined;
}

export function riderOf(token: Token, situation: Pick<Situation, 'listings' | 'rules'>): Rider {
  const riderCategory =
    token.proof.kind === 'identifier'
      ? allowingListing(situation)?.riderCategory
      : token.riderCategory;
  const fareMedia = situation.rules.policy.mediaOfFormat.get(token.format);
  return { riderCategory, fareMedia };
}

/** Whether a ticket for certain weekdays may be used on the service day of the moment. */
export function isServedOn(weekdays: number, { now, rules }: Situation): boolean {
  const { date } = serviceTime(now, rules.tariff.time);
  return ((weekdays >> weekdayOf(date)) & 1) === 1;
}
