/**
 * What an acceptance asks of the card before it counts. The runtime writes the intent down before
 * it drives the dialogue, and the outcome after (promise 1): a card is never charged unrecorded.
 */
import type { Money } from '../money.ts';
import type { PurseCard } from './purse-card.ts';
import type { CardRide } from './ride-marks.ts';

export interface CardInstruction {
  readonly kind: 'debit';
  /** Leaves the card's purse when it commits; zero where only the ride is written. */
  readonly amount: Money;
  /** Written to the card, so that the next bus knows of it. */
  readonly ride: CardRide;
  readonly card: PurseCard;
}
