/**
 * The layout of the Halte transit application on a DESFire card, as data: its identifier, keys and
 * files. What the pass and the trips mean is in transit-pass.ts and trip-record.ts.
 */
import { concat, utf8 } from '../../bytes.ts';
import type { CardKeyName } from '../dialogue.ts';

/** F54854, as it is sent: least significant byte first. */
export const transitAid = Uint8Array.of(0x54, 0x48, 0xf5);

/** Of a card that does not hide it behind a random one. */
export const uidBytes = 7;

/** With which validators read everything, debit and write trips. */
export const validateKeyNumber = 2;
export const validateKey = 'transit-2';

/** Standard data, 96 bytes, enciphered. */
export const passFile = { number: 0x01, bytes: 96 } as const;
/** Value, MACed; whole rupiah, from 0 to the limit. */
export const purseFile = { number: 0x02, balanceMax: 2_000_000 } as const;
/** Cyclic records, MACed; the card keeps the newest ten. */
export const tripFile = { number: 0x03, bytes: 32, keptMax: 10 } as const;
/** Transaction MAC, MACed: counter (4 bytes), MAC (8 bytes). Not on EV1. */
export const transactionFile = { number: 0x0f, bytes: 12 } as const;

/** Six letters: with UID and application 16 bytes, for which AN10922 is CMAC as every HSM has it. */
const systemIdentifier = utf8('HALTE1');
const keyVersion = 1;

/**
 * Names a card's own key; every key of the application is diversified with the same input.
 * @param key such as `transit-2`, or `transit-mac`. @param uid 7 bytes.
 */
export function transitKeyName(key: string, uid: Uint8Array): CardKeyName {
  const diversification = concat(uid, transitAid, systemIdentifier);
  return { key, version: keyVersion, diversification };
}
