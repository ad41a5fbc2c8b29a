/**
 * What became of a debit whose answer was lost, told by the card when it is held to a reader again.
 * The trip on the card names the intent's row, so it cannot be taken for another debit.
 */
import type { CardTrip, PurseCard } from './purse-card.ts';

/** A debit that was begun on this device and has no outcome. */
export interface OpenIntent {
  readonly trip: CardTrip;
  readonly balanceBefore: number;
  /** Transactions of the card before the debit. */
  readonly counterBefore?: number;
}

/**
 * `unknown` when the card has been used since and no longer tells: the office settles it, by the
 * transaction counter and MAC of a later row.
 */
export function settleIntent(
  intent: OpenIntent,
  card: Pick<PurseCard, 'balance' | 'counter' | 'lastTrip'>,
): 'committed' | 'not-committed' | 'unknown' {
  if (card.lastTrip !== undefined && isSameTrip(card.lastTrip, intent.trip)) return 'committed';
  if (intent.counterBefore !== undefined && card.counter === intent.counterBefore) {
    return 'not-committed';
  }
  const untouched = intent.counterBefore === undefined && card.counter === undefined;
  return untouched && card.balance.amount === intent.balanceBefore ? 'not-committed' : 'unknown';
}

function isSameTrip(left: CardTrip, right: CardTrip): boolean {
  return (
    left.epoch === right.epoch &&
    left.seq === right.seq &&
    left.deviceTag.every((byte, place) => byte === right.deviceTag[place])
  );
}
