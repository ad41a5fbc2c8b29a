/**
 * Which card of its account a consumer-presented code stands for: expiry and sequence number change
 * when an issuer replaces a card, the account need not. What they are good for is the lists' business.
 */
import { hex, utf8 } from '../bytes.ts';
import type { KeyedHash } from '../crypto/keyed-hash.ts';
import { findTlv, type Tlv } from '../encoding/ber-tlv.ts';

/** As the code has them. */
export interface CpmMedium {
  /** Four digits YYMM. */
  readonly expiry?: string;
  /** Two digits. */
  readonly sequence?: string;
}

/** Year and month after the separator of track 2: ISO/IEC 7813 §6. */
const track2Expiry = /^\d{8,19}d(\d{4})/;
/** EMV Book 3 annex A, 5F24: year, month and day, of which the day is not on the card's face. */
const dateExpiry = /^(\d{4})\d\d$/;
/** EMV Book 3 annex A, 5F34. */
const sequenceDigits = /^(\d\d)$/;

/**
 * Nobody signs these objects, and an account can do without them: what is not as it has to be counts
 * as absent. @param objects where account and card are named, in one list.
 */
export function mediumOf(objects: readonly Tlv[]): CpmMedium | undefined {
  const digits = (tag: string, pattern: RegExp) => {
    const object = findTlv(objects, tag);
    return object && pattern.exec(hex(object.value))?.[1];
  };
  const expiry = digits('57', track2Expiry) ?? digits('5F24', dateExpiry);
  const sequence = digits('5F34', sequenceDigits);
  if (expiry === undefined && sequence === undefined) return undefined;
  return { ...(expiry !== undefined && { expiry }), ...(sequence !== undefined && { sequence }) };
}

/** By which lists know the card: what is absent counts as empty. */
export function mediumKeyOf(
  { account, expiry = '', sequence = '' }: CpmMedium & { readonly account: string },
  keyed: KeyedHash,
): Uint8Array {
  return keyed('card', utf8(account), utf8(expiry), utf8(sequence));
}
