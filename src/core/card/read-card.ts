/**
 * Which kind of card is in the field, and the dialogue that reads it. Only applications that Halte
 * knows are ever selected: a payment card that is held to the validator is never asked for anything
 * but its UID, and neither PPSE nor any payment application is selected.
 */
import { latin1 } from '../bytes.ts';
import type { KeyedHash } from '../crypto/keyed-hash.ts';
import type { Token } from '../token/token.ts';
import { type CardDialogue, orElse } from './dialogue.ts';
import { readTicketPhone } from './ticket-phone.ts';
import { readUidCard } from './uid-card.ts';

export interface ReadCardOptions {
  readonly keyed: KeyedHash;
  /** 16 fresh random bytes, used once. */
  readonly challenge: Uint8Array;
}

/** @param atr answer to reset, as the reader gives it. */
export function readCard(atr: Uint8Array, options: ReadCardOptions): CardDialogue<Token> {
  if (isStorageCard(atr)) return readUidCard(options);
  return orElse(readTicketPhone(options), () => readUidCard(options));
}

/**
 * A card without a file system of its own (MIFARE Classic, Ultralight, …), PC/SC part 3
 * §3.1.3.2.3.2: the historical bytes are `80 4F 0C` and the RID of the PC/SC workgroup.
 */
function isStorageCard(atr: Uint8Array): boolean {
  return latin1(atr).includes('\x80\x4f\x0c\xa0\x00\x00\x03\x06');
}
