/**
 * What is remembered of a rider when their card speaks too: this device's own taps, and between them
 * the rides on other buses, in the order in which the card bears them. Of a ride of its own the
 * device knows more than the card; of any other it knows what the card says.
 */
import type { CardTrip, PurseCard } from '../card/purse-card.ts';
import type { RideMarks } from '../card/ride-marks.ts';
import { tripId } from '../card/settle-intent.ts';
import type { Rules } from '../rules/rules.ts';
import type { Leg } from './leg.ts';
import type { MarkNames } from './mark-names.ts';
import type { PastTap } from './past-tap.ts';
import type { Rider } from './ride.ts';

export interface CardHistoryInput {
  /** Accepted on this device, oldest first. */
  readonly taps: readonly PastTap[];
  readonly trips: PurseCard['trips'];
  /** Whether the trip was written by this ledger. */
  readonly isOwn: (trip: CardTrip) => boolean;
}

export interface CardReader {
  readonly names: MarkNames;
  readonly rules: Pick<Rules, 'version' | 'effectiveFrom'>;
  readonly rider: Rider;
}

/**
 * An own trip that is not remembered is left out: its tap was taken back, or never came to be.
 * @returns oldest first.
 */
export function historyWithCard(input: CardHistoryInput, reader: CardReader): readonly PastTap[] {
  const trips = input.trips.filter((trip) => trip !== 'unknown').toReversed();
  const onCard = new Set(trips.map(tripId));
  const history: PastTap[] = [];
  let own = input.taps;
  const tell = (count: number) => {
    history.push(...own.slice(0, count));
    own = own.slice(count);
  };
  for (const trip of trips) {
    const place = own.findIndex((tap) => tap.trip === tripId(trip));
    if (place !== -1) tell(place + 1);
    if (place !== -1 || input.isOwn(trip)) continue;
    const later = own.findIndex((tap) => !isBefore(tap, trip, onCard));
    tell(later === -1 ? own.length : later);
    const tap = pastTapOf({ ...trip, trip: tripId(trip) }, history, reader);
    if (tap !== undefined) history.push(tap);
  }
  return [...history, ...own];
}

/** A card forgets its oldest trips; a tap that never was on it is placed by the clocks. */
function isBefore(tap: PastTap, trip: CardTrip, onCard: ReadonlySet<string>): boolean {
  return tap.trip === undefined ? tap.at <= trip.at : !onCard.has(tap.trip);
}

/** @returns undefined for a ride of which the card does not say enough to go on from it. */
function pastTapOf(
  { trip, at, amount, ride }: CardTrip & { readonly trip: string },
  before: readonly PastTap[],
  reader: CardReader,
): PastTap | undefined {
  if (ride === undefined) return undefined;
  const { names, rules } = reader;
  const legGroup = ride.legGroup === undefined ? undefined : names('legGroup', ride.legGroup);
  // An entry's leg group counts for nothing: at the exit it is found anew.
  const isGroupLost = ride.legGroup !== undefined && legGroup === undefined;
  if (isGroupLost && ride.action !== 'enter') return undefined;
  return {
    ...{ at, action: ride.action, charged: amount, transfersUsed: ride.transfers },
    leg: legOf(ride, { at, before }, reader),
    ...(legGroup !== undefined && { legGroup }),
    product: (ride.product === undefined ? undefined : names('product', ride.product)) ?? 'unknown',
    source: 'card',
    rulesVersion: at >= rules.effectiveFrom ? rules.version : 'unknown',
    isSameToken: true,
    trip,
  };
}

function legOf(
  ride: RideMarks,
  { at, before }: { readonly at: number; readonly before: readonly PastTap[] },
  { names, rider }: CardReader,
): Leg {
  const stopId = ride.stop === undefined ? undefined : names('stop', ride.stop);
  const routeId = ride.route === undefined ? undefined : names('route', ride.route);
  const here = { at, ...(stopId !== undefined && { stopId }) };
  const leg = {
    ...(routeId !== undefined && { routeId }),
    ...(rider.riderCategory !== undefined && { riderCategory: rider.riderCategory }),
    ...(rider.fareMedia !== undefined && { fareMedia: rider.fareMedia }),
  };
  if (ride.action !== 'exit') return { ...leg, boarding: here };
  const entry = before.findLast(({ action }) => action !== 'single');
  if (entry?.action === 'enter') return { ...entry.leg, alighting: here };
  return { ...leg, boarding: { at }, alighting: here };
}
