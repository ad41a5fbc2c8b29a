/**
 * What an acceptance asks of the card before it counts. The runtime writes the intent down before
 * it drives the dialogue, and the outcome after (promise 1): a card is never charged unrecorded.
 */
import type { Money } from '../money.ts';
import type { PurseCard } from './purse-card.ts';

export interface CardInstruction {
  readonly kind: 'debit';
  /** Leaves the card's purse when it commits. */
  readonly amount: Money;
  /** Fare product that it pays for. */
  readonly product: string;
  readonly card: PurseCard;
}
