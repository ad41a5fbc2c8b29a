/**
 * Whether a debit whose outcome is unknown was committed, told from what the card says at a later
 * tap. A trip is written and a fare taken in one commit, so the trips tell; the counter of
 * transactions tells how many commits there were since. Never guesses: what several stories
 * explain stays unknown, and the office settles it from the rows of other validators.
 */
import { equal } from '../../bytes.ts';
import type { TransitCard } from './read-transit-card.ts';
import { encodeTrip, type TripRecord } from './trip-record.ts';

export interface DebitIntent {
  /** Whole rupiah. */
  readonly amount: number;
  readonly balanceBefore: number;
  /** EV2 only. */
  readonly counterBefore?: number;
  readonly lastTripBefore?: TripRecord;
  readonly trip: TripRecord;
}

export type Settlement = 'committed' | 'not-committed' | 'unknown';

/** @param card the same card, read after the intent's session was over. */
export function settleIntent(
  intent: DebitIntent,
  card: Pick<TransitCard, 'balance' | 'transaction' | 'lastTrip'>,
): Settlement {
  const newest = card.lastTrip;
  // A card forgets no trip but for newer ones: that it had one before and has none now is no story.
  if (newest === undefined) return intent.lastTripBefore ? 'unknown' : 'not-committed';
  if (isSameTrip(newest, intent.trip)) return 'committed';
  if (intent.lastTripBefore !== undefined && isSameTrip(newest, intent.lastTripBefore)) {
    return 'not-committed';
  }
  if (isEarlierOfSameDevice(newest, intent.trip)) return 'not-committed';
  return byCounter(intent, { balance: card.balance, newest, counter: card.transaction?.counter });
}

interface Later {
  readonly balance: number;
  readonly newest: TripRecord;
  readonly counter: number | undefined;
}

/** Another trip is the newest: it took one commit at least, and the intent's took none or one. */
function byCounter(intent: DebitIntent, { balance, newest, counter }: Later): Settlement {
  if (counter === undefined || intent.counterBefore === undefined) return 'unknown';
  const commits = counter - intent.counterBefore;
  if (commits === 0 || commits === 1) return 'not-committed';
  // Of two, both fares would be gone; another trip of the same fare looks the same.
  const bothTaken = intent.balanceBefore - intent.amount - newest.amount;
  return commits === 2 && balance !== bothTaken ? 'not-committed' : 'unknown';
}

function isSameTrip(one: TripRecord, other: TripRecord): boolean {
  return equal(encodeTrip(one), encodeTrip(other));
}

/** A ledger counts up, and later trips are written later. */
function isEarlierOfSameDevice(newest: TripRecord, trip: TripRecord): boolean {
  if (!equal(newest.deviceTag, trip.deviceTag)) return false;
  return newest.epoch < trip.epoch || (newest.epoch === trip.epoch && newest.seq < trip.seq);
}
