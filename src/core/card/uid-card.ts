/**
 * A card of which only the UID can be read: anybody can copy that, so it counts only when the
 * operator lists it, and never as proof.
 */
import type { KeyedHash } from '../crypto/keyed-hash.ts';
import { parsed } from '../parsed.ts';
import { Secret } from '../secret.ts';
import type { Token } from '../token/token.ts';
import { getUidApdu, statusOk, statusText } from './apdu.ts';
import { type CardDialogue, end, fail, send } from './dialogue.ts';

/** ISO/IEC 14443-3 §6.5.4: single, double and triple size. */
const uidSizes = [4, 7, 10];

/** A single-size UID that begins so is drawn anew each time, as phones do: ISO/IEC 14443-3 table 11. */
const randomUidBeginning = 0x08;

/** @param uid 4, 7 or 10 bytes. */
export function uidCard(
  uid: Uint8Array,
  { keyed }: { readonly keyed: KeyedHash },
): CardDialogue<Token> {
  return uid.length === 4 && uid[0] === randomUidBeginning
    ? fail('open-your-app', 'a UID that is drawn anew each time')
    : end(parsed(uidToken(uid, keyed)));
}

/** Asks the reader for the card's UID, 4, 7 or 10 bytes. */
export function withUid<T>(next: (uid: Uint8Array) => CardDialogue<T>): CardDialogue<T> {
  return send(getUidApdu, ({ data, status }) => {
    if (status !== statusOk)
      return fail('unknown-card', `the UID is refused: ${statusText(status)}`);
    return uidSizes.includes(data.length)
      ? next(data)
      : fail('card-answer-invalid', `a UID of ${data.length} bytes`);
  });
}

function uidToken(uid: Uint8Array, keyed: KeyedHash): Token {
  return {
    format: 'uid-card',
    tokenKey: keyed('card', uid),
    proof: { kind: 'identifier' },
    rides: 'unlimited',
    secret: new Secret(uid),
  };
}
