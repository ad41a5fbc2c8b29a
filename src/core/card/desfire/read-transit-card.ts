/**
 * The validator's dialogue with a transit card: select, prove each other the key, read the trips,
 * the pass, the purse and the transaction counter. A card that has not the application ends
 * it as `unknown-card`, so that another dialogue can be tried. Debiting is in debit-transit-card.ts.
 */
import { concat, utf8 } from '../../bytes.ts';
import { aesCmac } from '../../crypto/aes-cmac.ts';
import type { Parsed } from '../../parsed.ts';
import { askKey, type CardDialogue, end, fail } from '../dialogue.ts';
import type { CardTransaction } from '../purse-card.ts';
import { sendNative } from './command.ts';
import { type Credentials, nonceBytes } from './credentials.ts';
import { type DebitOrder, type DebitResult, debitTransitCard } from './debit-transit-card.ts';
import { authenticateEv1 } from './ev1-session.ts';
import { authenticateEv2 } from './ev2-session.ts';
import {
  type CommandOutcome,
  type Generation,
  type OpenedAnswer,
  perform,
  type SecureCommand,
  type SecureSession,
} from './secure-messaging.ts';
import { parseTransaction } from './transaction-mac.ts';
import {
  purseFile,
  transitAid,
  transitKeyName,
  tripFile,
  uidBytes,
  validateKey,
  validateKeyNumber,
} from './transit-application.ts';
import { readBalance, readPassFile, readTransaction, readTrips } from './transit-commands.ts';
import { parsePass, type TransitPass } from './transit-pass.ts';
import { parseTrip, type TripRecord } from './trip-record.ts';

export interface TransitCard {
  readonly uid: Uint8Array;
  readonly generation: Generation;
  /** 96 bytes as the card holds them: they are part of what a transaction MAC is computed over. */
  readonly passFile: Uint8Array;
  readonly pass?: TransitPass;
  /** Whole rupiah. */
  readonly balance: number;
  /** As the card holds them, oldest first, 32 bytes each: part of the transaction MAC likewise. */
  readonly tripRecords: Uint8Array;
  /** Newest first. */
  readonly trips: readonly ReadTrip[];
  /** Of the newest committed transaction; EV2 only. */
  readonly transaction?: CardTransaction;
  /** Goes on in the same session: at most once, and nothing else on the card in between. */
  readonly debit: (order: DebitOrder) => CardDialogue<DebitResult>;
}

/** `unknown`: of a newer version, or damaged. What a card must not be refused for. */
export type ReadTrip = TripRecord | 'unknown';

export interface TransitCardScan {
  /** As the reader tells it. */
  readonly uid: Uint8Array;
  /** 16 random bytes, fresh for this reading. */
  readonly nonce: Uint8Array;
}

const selectApplication = 0x5a;

/** @throws RangeError for a nonce of another length. */
export function readTransitCard({ uid, nonce }: TransitCardScan): CardDialogue<TransitCard> {
  if (nonce.length !== nonceBytes) throw new RangeError(`a nonce of ${nonce.length} bytes`);
  if (uid.length !== uidBytes) return fail('unknown-card', `a UID of ${uid.length} bytes`);
  return sendNative(selectApplication, transitAid, ({ status, said }) => {
    if (status !== 'ok') return fail('unknown-card', `SelectApplication answered ${said}`);
    return askKey(transitKeyName(validateKey, uid), (key) =>
      key === undefined
        ? fail('card-key-missing', `${validateKey} is not in the key store`)
        : authenticate({ uid, key, nonce }),
    );
  });
}

interface Reading {
  readonly uid: Uint8Array;
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
}

function authenticate(reading: Reading): CardDialogue<TransitCard> {
  const credentials: Credentials = { ...reading, keyNumber: validateKeyNumber };
  return authenticateEv2(credentials, (session) =>
    session === undefined
      ? authenticateEv1(credentials, (older) => readTripFile(reading, older))
      : readTripFile(reading, session),
  );
}

/**
 * The trips come first. A card that has none refuses to read them, and every refusal ends a
 * session on silicon: this one is then begun anew, before there is more to read again.
 */
function readTripFile(reading: Reading, session: SecureSession): CardDialogue<TransitCard> {
  const { generation } = session;
  const command = readTrips(generation, 0);
  return perform(session, command, (outcome) => {
    if (outcome.result === 'refused' && outcome.status === 'boundary-error') {
      return begunAnew(reading, generation);
    }
    const bytes = outcome.result === 'done' ? outcome.data.length : 0;
    const isWhole = bytes > 0 && bytes % tripFile.bytes === 0 && bytes <= command.answerBytes;
    const expected = isWhole ? { ...command, answerBytes: bytes } : command;
    return opened(expected, outcome, ({ data, session: next }) =>
      readPass({ uid: reading.uid, tripRecords: data, trips: tripsOf(data) }, next),
    );
  });
}

function tripsOf(records: Uint8Array): readonly ReadTrip[] {
  const trips: ReadTrip[] = [];
  for (let at = 0; at < records.length; at += tripFile.bytes) {
    const trip = parseTrip(records.subarray(at, at + tripFile.bytes));
    trips.unshift(trip.ok ? trip.value : 'unknown');
  }
  return trips;
}

function begunAnew(reading: Reading, generation: Generation): CardDialogue<TransitCard> {
  // No random number serves twice; this one is as unknown to others as the first.
  const nonce = aesCmac(reading.nonce, utf8('begun anew'));
  const credentials: Credentials = { key: reading.key, nonce, keyNumber: validateKeyNumber };
  const none = { tripRecords: new Uint8Array(), trips: [] };
  const readOn = (session: SecureSession) => readPass({ uid: reading.uid, ...none }, session);
  if (generation === 'ev1') return authenticateEv1(credentials, readOn);
  return authenticateEv2(credentials, (session) =>
    session === undefined
      ? fail('card-answer-invalid', 'the card changed its generation')
      : readOn(session),
  );
}

type Known = Pick<TransitCard, 'uid' | 'tripRecords' | 'trips'>;

function readPass(known: Known, session: SecureSession): CardDialogue<TransitCard> {
  return ask(session, readPassFile(session.generation), (answer) =>
    understood(parsePass(answer.data), (pass) =>
      readPurse({ ...known, passFile: answer.data, ...(pass && { pass }) }, answer.session),
    ),
  );
}

type KnownPass = Known & Pick<TransitCard, 'pass' | 'passFile'>;

function readPurse(known: KnownPass, session: SecureSession): CardDialogue<TransitCard> {
  return ask(session, readBalance, (answer) => {
    const balance = signedOf(answer.data);
    if (balance < 0 || balance > purseFile.balanceMax) {
      return fail('malformed-token', 'balance on card: outside its limits');
    }
    return readCounter({ ...known, balance }, answer.session);
  });
}

type KnownPurse = KnownPass & Pick<TransitCard, 'balance'>;

function readCounter(known: KnownPurse, session: SecureSession): CardDialogue<TransitCard> {
  if (session.generation === 'ev1') return ended(known, session);
  return ask(session, readTransaction(session.generation), (answer) =>
    understood(parseTransaction(answer.data), (transaction) =>
      ended({ ...known, transaction }, answer.session),
    ),
  );
}

function ended(
  known: Omit<TransitCard, 'generation' | 'debit'>,
  session: SecureSession,
): CardDialogue<TransitCard> {
  const { generation } = session;
  const debit = (order: DebitOrder) => debitTransitCard(session, order);
  return end({ ok: true, value: { ...known, generation, debit } });
}

function ask(
  session: SecureSession,
  command: SecureCommand,
  then: (answer: OpenedAnswer) => CardDialogue<TransitCard>,
): CardDialogue<TransitCard> {
  return perform(session, command, (outcome) => opened(command, outcome, then));
}

function opened<T>(
  { name, answerBytes }: SecureCommand,
  outcome: CommandOutcome,
  then: (answer: OpenedAnswer) => CardDialogue<T>,
): CardDialogue<T> {
  if (outcome.result !== 'done') return fail('card-answer-invalid', outcome.said);
  const { length } = outcome.data;
  return length === answerBytes
    ? then(outcome)
    : fail('card-answer-invalid', `${name} gave ${length} bytes`);
}

function understood<V, T>(value: Parsed<V>, then: (value: V) => CardDialogue<T>): CardDialogue<T> {
  return value.ok ? then(value.value) : end(value);
}

function signedOf(bytes: Uint8Array): number {
  return new DataView(concat(bytes).buffer).getInt32(0, true);
}
