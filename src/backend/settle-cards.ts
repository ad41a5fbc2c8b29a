/** The rows of all validators about cards, put together into what became of every debit. */
import { hex } from '../core/bytes.ts';
import { deviceTag } from '../core/card/desfire/trip-record.ts';
import {
  type DebitProof,
  type RecordedDebit,
  type SettledDebit,
  settleDebits,
} from '../core/card/office-settlement.ts';
import { tripId } from '../core/card/settle-intent.ts';
import type { StoredRow } from './backend-store.ts';
import {
  type CardIntentRow,
  type CardOutcomeRow,
  type CardProofDeps,
  proofOf,
} from './card-proof.ts';

/** What {@link settleCards} reads. */
export const cardKinds = ['card-intent', 'card-outcome'] as const;
type StoredCardRow = StoredRow<(typeof cardKinds)[number]>;

export interface CardDebit extends SettledDebit {
  /** Keyed hash of the card, lower-case hexadecimal. */
  readonly card: string;
  readonly device: string;
  /** Place of the intent in the device's ledger. */
  readonly epoch: number;
  readonly seq: number;
  /** Milliseconds since 1970, by the validator's clock. */
  readonly at: number;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly proof: DebitProof;
}

interface Begun {
  readonly device: string;
  readonly epoch: number;
  readonly seq: number;
  readonly intent: CardIntentRow;
  readonly outcome: CardOutcomeRow | undefined;
}

/**
 * @param rows in any order of epochs: an outcome may come before its intent. @param deps absent: validators are taken at their word.
 * @returns every debit, cards in the order in which they were first seen, each card's debits as read.
 * @throws KeyStoreError when the key store fails.
 */
export async function settleCards(
  rows: AsyncIterable<StoredCardRow>,
  deps?: CardProofDeps,
): Promise<readonly CardDebit[]> {
  const begun = await debitsOf(rows);
  const byCard = Map.groupBy(
    await Promise.all(
      begun.map(async (debit) => ({ debit, recorded: await recorded(debit, deps) })),
    ),
    ({ debit }) => hex(debit.intent.tokenKey),
  );
  return [...byCard].flatMap(([card, debits]) => {
    const settled = settleDebits(debits.map(({ recorded: one }) => one));
    return debits.flatMap(({ debit, recorded: { trip, proof } }) => {
      const verdict = settled.get(trip);
      return verdict === undefined ? [] : [{ card, ...factsOf(debit), proof, ...verdict }];
    });
  });
}

async function debitsOf(rows: AsyncIterable<StoredCardRow>): Promise<readonly Begun[]> {
  const begun = new Map<string, Omit<Begun, 'outcome'>>();
  const outcomes = new Map<string, CardOutcomeRow>();
  for await (const { row, ...place } of rows) {
    if (row.kind === 'card-intent') begun.set(placeName(place), { ...place, intent: row });
    else noteOutcome(outcomes, place.device, row);
  }
  return [...begun].map(([name, debit]) => ({ ...debit, outcome: outcomes.get(name) }));
}

function placeName({ device, epoch, seq }: Pick<Begun, 'device' | 'epoch' | 'seq'>): string {
  return `${device}/${epoch}/${seq}`;
}

/** A card that settled its debit later has the last word over `unknown`. */
function noteOutcome(
  outcomes: Map<string, CardOutcomeRow>,
  device: string,
  row: CardOutcomeRow,
): void {
  const name = placeName({ device, epoch: row.intentEpoch, seq: row.intentSeq });
  const known = outcomes.get(name);
  if (known === undefined || known.result === 'unknown') outcomes.set(name, row);
}

async function recorded(debit: Begun, deps: CardProofDeps | undefined): Promise<RecordedDebit> {
  const { device, epoch, seq, intent, outcome } = debit;
  return {
    trip: tripId({ deviceTag: deviceTag(device), epoch, seq }),
    amount: intent.amount,
    isTransfer: (intent.transfers ?? 0) > 0,
    counterBefore: intent.cardCounter,
    lastTripBefore: intent.lastTrip,
    outcome: outcome && resultOf(outcome),
    proof: await proofIn(debit, deps),
  };
}

async function proofIn(debit: Begun, deps: CardProofDeps | undefined): Promise<DebitProof> {
  const { outcome } = debit;
  if (outcome?.cardMac === undefined) return 'none';
  return deps === undefined ? 'unread' : proofOf({ ...debit, outcome }, deps);
}

/** A word of a later version says nothing that is known here. */
function resultOf({ result }: CardOutcomeRow): 'committed' | 'not-committed' | 'unknown' {
  return result === 'committed' || result === 'not-committed' ? result : 'unknown';
}

function factsOf({ device, epoch, seq, intent }: Begun) {
  const { tripAt: at, amount, currencyType: currency } = intent;
  return { device, epoch, seq, at, amount, currency };
}
