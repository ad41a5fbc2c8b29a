/**
 * Tells a card that the driver has ended its entry: a trip of its own kind that costs nothing, by
 * intent, commit and outcome like any other. When it is due; who is shown what is not known here.
 */
import type { CardScan } from '../../device/token-reader.ts';
import type { CardTrip, PurseCard } from '../core/card/purse-card.ts';
import { settleIntent, tripId } from '../core/card/settle-intent.ts';
import type { PastTap } from '../core/fare/past-tap.ts';
import type { TapHistory } from '../core/rules/rule.ts';
import type { Token } from '../core/token/token.ts';
import { type InstructCardDeps, instructCard } from './instruct-card.ts';

/**
 * The entry that was reset on this device and that the card still bears as open: another gate would
 * charge it. While a ride's debit is open, the card's next tap settles that first.
 */
export function unwrittenReset(
  { trips }: PurseCard,
  { taps, openIntent }: Pick<TapHistory, 'taps' | 'openIntent'>,
): PastTap | undefined {
  if (openIntent !== undefined && openIntent.action !== 'reset') return undefined;
  const isOfTwoTaps = (trip: CardTrip | 'unknown') =>
    trip !== 'unknown' && trip.ride !== undefined && trip.ride.action !== 'single';
  const last = trips.find(isOfTwoTaps);
  if (last === undefined || last === 'unknown' || last.ride?.action !== 'enter') return undefined;
  return taps.find(({ action, trip }) => action === 'reset' && trip === tripId(last));
}

export interface CardToReset {
  readonly token: Token;
  readonly card: PurseCard;
  readonly sealed: Uint8Array | undefined;
  readonly scan: CardScan;
  readonly history: Pick<TapHistory, 'openIntent'>;
}

/** @returns whether the card surely knows; what it said is on record. @throws StoreError */
export async function writeReset(
  { product }: PastTap,
  { token, card, sealed, scan, history }: CardToReset,
  deps: InstructCardDeps,
): Promise<boolean> {
  const { openIntent } = history;
  const before = openIntent && settleIntent(openIntent, card);
  if (openIntent !== undefined && before !== undefined && before !== 'unknown') {
    const { epoch: intentEpoch, seq: intentSeq } = openIntent.trip;
    const place = { intentEpoch, intentSeq, result: before };
    deps.ledger.append({ kind: 'card-outcome', ...deps.stamper.stamp(), ...place });
  }
  const amount = { amount: 0, currency: card.balance.currency };
  const ride = { action: 'reset', product } as const;
  const target = { tokenKey: token.tokenKey, sealed, channel: scan.channel };
  const outcome = await instructCard({ kind: 'debit', amount, ride, card }, target, deps);
  deps.ledger.append(outcome);
  return outcome.result === 'committed';
}
