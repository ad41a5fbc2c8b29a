/**
 * Which kind of card is in the field, and the dialogue that reads it. Only the applications named
 * here are ever selected: neither PPSE nor the application of any payment card is.
 *
 *   storage card ───────────────────────────────────────────── UID
 *   DESFire ──────────────────────── transit application ─ or ─ UID
 *   all others ─ ticket ─ or ─ QRIS ─ or ─ transit app. ── or ─ UID
 */
import { hex } from '../bytes.ts';
import type { KeyedHash } from '../crypto/keyed-hash.ts';
import type { Token } from '../token/token.ts';
import { type CardDialogue, orElse } from './dialogue.ts';
import { type QrisTapProfile, readQrisTap } from './qris-tap.ts';
import { readTicketPhone } from './ticket-phone.ts';
import { readTransitToken } from './transit-token.ts';
import { uidCard, withUid } from './uid-card.ts';

export interface ReadCardOptions {
  readonly keyed: KeyedHash;
  /** 16 fresh random bytes, used once. */
  readonly challenge: Uint8Array;
  /** Default: as observed. */
  readonly qrisTap?: QrisTapProfile | undefined;
}

/** @param atr answer to reset, as the reader gives it. */
export function readCard(atr: Uint8Array, options: ReadCardOptions): CardDialogue<Token> {
  switch (kindOf(atr)) {
    case 'storage':
      return withUid((uid) => uidCard(uid, options));
    case 'desfire':
      return readByUid(options);
    case 'unknown':
      return orElse(readTicketPhone(options), () =>
        orElse(readQrisTap(options), () => readByUid(options)),
      );
  }
}

function readByUid(options: ReadCardOptions): CardDialogue<Token> {
  return withUid((uid) => orElse(readTransitToken(uid, options), () => uidCard(uid, options)));
}

/**
 * Beginning of the ATR for a card without a file system of its own (MIFARE Classic, Ultralight),
 * PC/SC part 3 §3.1.3.2.3.2: historical bytes `80 4F 0C` and the RID of the PC/SC workgroup.
 */
const storageCard = '3b8f8001804f0ca000000306';
/** Of a DESFire card, which answers ATS 06 75 77 81 02 80: the one historical byte 80. */
const desfireAtr = '3b8180018080';

function kindOf(atr: Uint8Array): 'storage' | 'desfire' | 'unknown' {
  const text = hex(atr);
  if (text === desfireAtr) return 'desfire';
  return text.startsWith(storageCard) ? 'storage' : 'unknown';
}
