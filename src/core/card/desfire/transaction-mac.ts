/**
 * The transaction MAC of DESFire EV2 (MF2DL(H)x0 data sheet §10.3): with it the card itself proves
 * to the office what a validator did to it, reads included, and a validator cannot make one up.
 * Key and input follow the public data sheet; no vector of a whole MAC is public, and it is not
 * verified on silicon.
 */
import { concat, equal } from '../../bytes.ts';
import { aesCmac } from '../../crypto/aes-cmac.ts';
import { faulty, type Parsed, parsed } from '../../parsed.ts';
import type { CardTransaction } from '../purse-card.ts';
import type { SecureCommand } from './secure-messaging.ts';
import { passFile, transactionFile, tripFile } from './transit-application.ts';
import {
  debitPurse,
  littleEndian,
  readBalance,
  readPassFile,
  readTrips,
  writeTrip,
} from './transit-commands.ts';
import { encodeTrip, type TripRecord } from './trip-record.ts';
import { macBytes, truncatedMac } from './truncated-mac.ts';

/** What the card gives at a commit: TMC, the commits so far with this one, and TMV. */
export function parseTransaction(bytes: Uint8Array): Parsed<CardTransaction> {
  if (bytes.length !== transactionFile.bytes) {
    return faulty('card-answer-invalid', `a transaction of ${bytes.length} bytes`);
  }
  const counter = new DataView(concat(bytes).buffer).getUint32(0, true);
  return parsed({ counter, mac: bytes.slice(-macBytes) });
}

/** A command as it enters the MAC's input: in the clear, whatever its file's mode is. */
export interface TransactionCommand {
  /** Command code and parameters, a value included. */
  readonly parameters: Uint8Array;
  /** Data written or read. */
  readonly data: Uint8Array;
}

export interface TransactionProof extends CardTransaction {
  /** 16 bytes: the card's own key `transit-mac`. */
  readonly key: Uint8Array;
  /** 7 bytes. */
  readonly uid: Uint8Array;
  readonly commands: readonly TransactionCommand[];
}

/** Whether the card with this key and UID committed just these commands as this transaction. */
export function verifyTransactionMac({ mac, ...claim }: TransactionProof): boolean {
  return equal(transactionMac(claim), mac);
}

/** @returns TMV, 8 bytes. */
export function transactionMac(claim: Omit<TransactionProof, 'mac'>): Uint8Array {
  const { key, uid, counter, commands } = claim;
  const label = Uint8Array.of(0x5a, 0x00, 0x01, 0x00, 0x80);
  const sessionKey = aesCmac(key, concat(label, littleEndian(counter, 4), uid));
  return truncatedMac(sessionKey, transactionInput(commands));
}

/** TMI: parameters and data of each command, each filled up with zeros to whole blocks. */
export function transactionInput(commands: readonly TransactionCommand[]): Uint8Array {
  return concat(...commands.flatMap(({ parameters, data }) => [filled(parameters), filled(data)]));
}

/** What a validator's rows hold of one transaction. */
export interface ValidatorTransaction {
  /** 96 bytes, or fewer when the zeros at the end were not kept. */
  readonly passFile: Uint8Array;
  readonly balanceBefore: number;
  /** The trips as they were read, 32 bytes each; empty when the card had none. */
  readonly tripsBefore: Uint8Array;
  /** 0: nothing was debited. */
  readonly amount: number;
  readonly trip: TripRecord;
}

/**
 * The commands of a whole transaction of a validator with an EV2 card, in its dialogue's order.
 * A refused reading of trips is not among them, and the reading of the counter never is.
 */
export function validatorTransaction(held: ValidatorTransaction): readonly TransactionCommand[] {
  const pass = new Uint8Array(passFile.bytes);
  pass.set(held.passFile);
  const { tripsBefore: trips, amount } = held;
  const count = trips.length / tripFile.bytes;
  return [
    ...(count === 0 ? [] : [withData(readTrips('ev2', count), trips)]),
    withData(readPassFile('ev2'), pass),
    withValue(readBalance, littleEndian(held.balanceBefore, 4)),
    ...(amount === 0 ? [] : [withValue(debitPurse(amount), nothing)]),
    withData(writeTrip('ev2', encodeTrip(held.trip)), nothing),
  ];
}

const nothing = new Uint8Array();

/** One of the two is empty: what a command writes, or what it reads. */
function withData({ code, header, data }: SecureCommand, read: Uint8Array): TransactionCommand {
  return { parameters: concat(Uint8Array.of(code), header), data: concat(data, read) };
}

function withValue({ code, header, data }: SecureCommand, read: Uint8Array): TransactionCommand {
  return { parameters: concat(Uint8Array.of(code), header, data, read), data: nothing };
}

function filled(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / 16) * 16);
  whole.set(bytes);
  return whole;
}
