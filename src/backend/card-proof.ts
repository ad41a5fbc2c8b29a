/**
 * Whether a card itself proves what a validator's rows say of a debit: opens what was sealed to the
 * backend, builds the transaction anew and checks the card's MAC over it. docs/cards.md has the form.
 */
import type { KeyStore } from '../../device/key-store.ts';
import {
  validatorTransaction,
  verifyTransactionMac,
} from '../core/card/desfire/transaction-mac.ts';
import {
  passFile,
  transitKeyName,
  tripFile,
  uidBytes,
} from '../core/card/desfire/transit-application.ts';
import { deviceTag } from '../core/card/desfire/trip-record.ts';
import type { DebitProof } from '../core/card/office-settlement.ts';
import { rideMarks } from '../core/card/ride-marks.ts';
import type { PastAction } from '../core/fare/past-tap.ts';
import type { Row } from '../core/ledger/row.ts';
import type { Opener } from './opening.ts';

export type CardIntentRow = Extract<Row, { kind: 'card-intent' }>;
export type CardOutcomeRow = Extract<Row, { kind: 'card-outcome' }>;

/** A debit as its validator's ledger holds it. */
export interface DebitRows {
  readonly device: string;
  readonly epoch: number;
  readonly seq: number;
  readonly intent: CardIntentRow;
  readonly outcome: CardOutcomeRow;
}

export interface CardProofDeps {
  readonly opener: Opener;
  /** Has the master key `transit-mac`. */
  readonly keyStore: KeyStore;
}

/** @throws KeyStoreError when the key store fails. */
export async function proofOf(debit: DebitRows, deps: CardProofDeps): Promise<DebitProof> {
  const { cardCounter: counter, cardMac: mac } = debit.outcome;
  if (counter === undefined || mac === undefined) return 'none';
  const evidence = evidenceOf(debit, deps.opener);
  if (evidence === undefined) return 'unread';
  const { uid, ...read } = evidence;
  const name = transitKeyName('transit-mac', uid);
  const key = await deps.keyStore.cardKey(name.key, name.version, name.diversification);
  if (key === undefined) return 'unread';
  const commands = validatorTransaction({ ...read, ...paidBy(debit) });
  return verifyTransactionMac({ key, uid, counter, mac, commands }) ? 'right' : 'wrong';
}

/** What the validator read of the card, by `evidenceOf` of transit-token.ts. */
function evidenceOf({ device, intent }: DebitRows, opener: Opener) {
  const opened = intent.sealedSecret && opener.open(intent.sealedSecret, device);
  if (!opened?.ok) return undefined;
  const bytes = opened.secret.reveal();
  const passEnd = uidBytes + passFile.bytes;
  const isWhole = bytes.length >= passEnd && (bytes.length - passEnd) % tripFile.bytes === 0;
  if (!isWhole) return undefined;
  return {
    uid: bytes.slice(0, uidBytes),
    passFile: bytes.slice(uidBytes, passEnd),
    tripsBefore: bytes.slice(passEnd),
  };
}

function paidBy({ device, epoch, seq, intent }: DebitRows) {
  const { amount, balanceBefore, tripAt } = intent;
  const place = { deviceTag: deviceTag(device), epoch, seq };
  const ride = rideIn(intent);
  const trip = { at: tripAt / 1_000, amount, ...place, ...(ride && { ride }) };
  return { balanceBefore, amount, trip };
}

/** A validator that wrote no action wrote trips of version 1. */
function rideIn({ fareAction, fareProduct = '', ...ride }: CardIntentRow) {
  const action = actions.find((one) => one === fareAction);
  return action && rideMarks({ action, product: fareProduct, ...ride });
}

const actions: readonly PastAction[] = ['single', 'enter', 'exit', 'reset'];
