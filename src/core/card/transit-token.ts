/** The transit card as rules and runtime see it: a token with a purse and, perhaps, a pass. */
import { concat } from '../bytes.ts';
import type { KeyedHash } from '../crypto/keyed-hash.ts';
import { parsed } from '../parsed.ts';
import { Secret } from '../secret.ts';
import type { Token } from '../token/token.ts';
import { readTransitCard, type TransitCard } from './desfire/read-transit-card.ts';
import type { TransitPass } from './desfire/transit-pass.ts';
import type { TripRecord } from './desfire/trip-record.ts';
import { afterEnd, type CardDialogue, end } from './dialogue.ts';
import type { CardPass, CardTrip, PurseCard } from './purse-card.ts';

export interface TransitTokenOptions {
  readonly keyed: KeyedHash;
  /** 16 fresh random bytes, used once. */
  readonly challenge: Uint8Array;
}

/** The card has four bytes for a time. */
const secondsMax = 2 ** 32 - 1;

/** The purse counts whole rupiah. */
const currency = 'IDR';

/** @param uid as the reader tells it. Ends as `unknown-card` when the card has no such application. */
export function readTransitToken(
  uid: Uint8Array,
  { keyed, challenge }: TransitTokenOptions,
): CardDialogue<Token> {
  return afterEnd(readTransitCard({ uid, nonce: challenge }), (card) =>
    end<Token>(card.ok ? parsed(tokenOf(card.value, keyed)) : card),
  );
}

function tokenOf(card: TransitCard, keyed: KeyedHash): Token {
  const riderCategory = card.pass?.riderCategory;
  return {
    format: 'transit-card',
    tokenKey: cardKey(card, keyed),
    proof: { kind: 'card' },
    rides: 'unlimited',
    ...(riderCategory !== undefined && { riderCategory }),
    card: purseOf(card),
    secret: new Secret(evidenceOf(card)),
  };
}

/**
 * The piece of plastic and its issue: whoever gets it next is neither on the former holder's lists
 * nor in the bus's memory of them, and its transactions are counted anew.
 */
function cardKey({ uid, pass }: TransitCard, keyed: KeyedHash): Uint8Array {
  return pass?.issue === undefined ? keyed('card', uid) : keyed('card', uid, pass.issue);
}

/**
 * UID, pass file and the trips: where somebody rode is nobody's business but the office's, which
 * needs it to check the card's transaction MAC.
 */
function evidenceOf({ uid, passFile, tripRecords }: TransitCard): Uint8Array {
  return concat(uid, passFile, tripRecords);
}

function purseOf(card: TransitCard): PurseCard {
  const { transaction, trips } = card;
  const pass = card.pass && passOf(card.pass);
  return {
    balance: { amount: card.balance, currency },
    ...(transaction && { counter: transaction.counter }),
    ...(pass && { pass }),
    trips: trips.map((trip) => (trip === 'unknown' ? trip : tripOf(trip))),
    debit: (trip) => card.debit({ amount: trip.amount.amount, trip: recordOf(trip) }),
  };
}

function passOf({ product, notBefore, expires }: TransitPass): CardPass | undefined {
  if (product === undefined || notBefore === undefined || expires === undefined) return undefined;
  return { product, from: notBefore * 1_000, until: expires * 1_000 };
}

function tripOf({ at, amount, ...trip }: TripRecord): CardTrip {
  return { ...trip, at: at * 1_000, amount: { amount, currency } };
}

function recordOf({ at, amount, ...trip }: CardTrip): TripRecord {
  // A clock that is wrong by a lifetime must not stop the debit: the place names the trip.
  const seconds = Math.min(Math.max(Math.floor(at / 1_000), 0), secondsMax);
  return { ...trip, at: seconds, amount: amount.amount };
}
