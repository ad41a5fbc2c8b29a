/**
 * What became of a debit whose answer was lost, told by the card when it is held to a reader again.
 * A trip is written and a fare taken in one commit, so the trips tell; the counter of transactions
 * tells how many commits there were since. Never guesses: what several stories explain stays
 * unknown, and the office settles it from the rows of other validators.
 */
import { hex } from '../bytes.ts';
import type { PastAction } from '../fare/past-tap.ts';
import type { CardTrip, PurseCard } from './purse-card.ts';

/** A debit that was begun on this device and has no outcome. */
export interface OpenIntent {
  readonly trip: CardTrip;
  readonly balanceBefore: number;
  /** Transactions of the card before the debit, when it counts them. */
  readonly counterBefore?: number;
  /** What was to be written; absent: by an older program, which wrote rides only. */
  readonly action?: PastAction;
  /** Fare product that it pays for. */
  readonly product?: string;
  /** {@link tripId} of the newest trip before, when the card had one; `unknown` likewise. */
  readonly lastTripBefore?: string;
}

export type SettledAs = 'committed' | 'not-committed' | 'unknown';

export type TripPlace = Pick<CardTrip, 'deviceTag' | 'epoch' | 'seq'>;

/** Names a trip among all of a fleet: the device and the place in its ledger. */
export function tripId({ deviceTag, epoch, seq }: TripPlace): string {
  return `${hex(deviceTag)}/${epoch}/${seq}`;
}

/** @param card the same card, read after the intent's session was over. */
export function settleIntent(
  intent: OpenIntent,
  card: Pick<PurseCard, 'balance' | 'counter' | 'trips'>,
): SettledAs {
  const [newest] = card.trips;
  if (newest === undefined) return withoutTrips(intent, card);
  const isThere = card.trips.some((trip) => isSame(trip, intent.trip));
  if (isThere) return 'committed';
  const later = { balance: card.balance.amount, newest, counter: card.counter };
  if (areAllKnownSince(intent, card.trips)) return 'not-committed';
  if (newest === 'unknown') return byCounter(intent, later);
  if (isEarlierOfSameDevice(newest, intent.trip)) return 'not-committed';
  return byCounter(intent, later);
}

/** The card still shows the trip before, and can be read from there on: nothing is hidden. */
function areAllKnownSince(
  { lastTripBefore }: OpenIntent,
  trips: readonly (CardTrip | 'unknown')[],
): boolean {
  for (const trip of trips) {
    if (trip === 'unknown') return false;
    if (tripId(trip) === lastTripBefore) return true;
  }
  return false;
}

function isSame(trip: CardTrip | 'unknown', other: CardTrip): boolean {
  return trip !== 'unknown' && tripId(trip) === tripId(other);
}

interface Later {
  readonly balance: number;
  readonly newest: CardTrip | 'unknown';
  readonly counter: number | undefined;
}

/** Another trip is the newest: it took one commit at least, and the intent's took none or one. */
function byCounter(intent: OpenIntent, { balance, newest, counter }: Later): SettledAs {
  if (counter === undefined || intent.counterBefore === undefined) return 'unknown';
  const commits = counter - intent.counterBefore;
  if (commits === 0 || commits === 1) return 'not-committed';
  if (newest === 'unknown') return 'unknown';
  // Of two, both fares would be gone; another trip of the same fare looks the same.
  const bothTaken = intent.balanceBefore - intent.trip.amount.amount - newest.amount.amount;
  return commits === 2 && balance !== bothTaken ? 'not-committed' : 'unknown';
}

/**
 * That a card has no trips it says without a MAC, so counter and balance, which have one, must bear
 * it out. A card forgets no trip but for newer ones: that it had one before is no story.
 */
function withoutTrips(
  { trip, balanceBefore, counterBefore, lastTripBefore }: OpenIntent,
  { balance, counter }: Pick<PurseCard, 'balance' | 'counter'>,
): SettledAs {
  if (lastTripBefore !== undefined) return 'unknown';
  const isFareGone = balance.amount === balanceBefore - trip.amount.amount;
  if (counter === undefined || counterBefore === undefined) {
    return isFareGone ? 'unknown' : 'not-committed';
  }
  const commits = counter - counterBefore;
  if (commits === 0) return 'not-committed';
  if (commits !== 1) return 'unknown';
  return isFareGone ? 'committed' : 'not-committed';
}

/** Within one ledger's epoch rows count up, and later trips are written later. */
function isEarlierOfSameDevice(newest: CardTrip, trip: CardTrip): boolean {
  if (hex(newest.deviceTag) !== hex(trip.deviceTag)) return false;
  return newest.epoch === trip.epoch && newest.seq < trip.seq;
}
