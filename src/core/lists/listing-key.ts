/**
 * The key under which something is listed, from how the office knows it: a keyed hash as it is, or
 * the number that it is made of. It hashes as the formats do, so that the device finds it again.
 */
import { utf8 } from '../bytes.ts';
import type { KeyedHash } from '../crypto/keyed-hash.ts';
import { mediumKeyOf } from '../qris/cpm-medium.ts';
import { issuerRange, type ListingKind } from './security-listing.ts';

export type ListingKey =
  | { readonly ok: true; readonly key: Uint8Array }
  | { readonly ok: false; readonly detail: string; readonly hint: string };

/** Of a keyed hash. */
export const keyBytes = 32;

/** What `keyed` gave: 32 bytes in lower-case hexadecimal. */
const keyedHashText = /^[0-9a-f]{64}$/;
/** ISO/IEC 14443-3 §6.5.4: 4, 7 or 10 bytes. */
const uidText = /^([0-9a-f]{8}|[0-9a-f]{14}|[0-9a-f]{20})$/i;
/** ISO/IEC 7812-1 §4.1, as in core/qris/cpm-account.ts. */
const accountText = /^\d{8,19}$/;
/** UID and issue number of a transit card: transit-token.ts. */
const issuedCardText = /^([0-9a-f]{14})\/([0-9a-f]{16})$/i;
/** Account, expiry YYMM and sequence number of a card behind a payment code, without what it lacks. */
const mediumText = /^(\d{8,19})\/(\d{4}|(?=\/))(?:\/(\d\d))?$/;
/** A ticket's issuer and its id in hexadecimal. */
const ticketText = /^([^/\s]{1,64})\/((?:[0-9a-f]{2}){1,32})$/i;

/**
 * @param text 64 digits of a keyed hash; digits of an issuer range; with `keyed` also a card's
 * UID, `UID/ISSUE`, `ACCOUNT/YYMM`, `ACCOUNT/YYMM/SEQUENCE`, `ACCOUNT//SEQUENCE`, an account's number,
 * or `ISSUER/TICKET-ID`. The fault does not repeat it.
 */
export function listingKeyOf(kind: ListingKind, text: string, keyed?: KeyedHash): ListingKey {
  if (kind === 'issuer-range') {
    return issuerRange.test(text)
      ? { ok: true, key: utf8(text) }
      : { ok: false, detail: 'no issuer range', hint: '4 to 8 digits, such as 93600914' };
  }
  if (keyedHashText.test(text)) return { ok: true, key: bytesOf(text) };
  const hashed = numberHash[kind](text);
  if (hashed === undefined)
    return { ok: false, detail: `no key of kind ${kind}`, hint: hints[kind] };
  if (keyed !== undefined) return { ok: true, key: hashed(keyed) };
  return { ok: false, detail: 'a number that is not hashed', hint: 'give --identifier-key FILE' };
}

type HashOf = (text: string) => ((keyed: KeyedHash) => Uint8Array) | undefined;

/** Each as its format makes the key: uid-card.ts, transit-token.ts, qris-cpm.ts, halte-ticket.ts. */
const numberHash: Readonly<Record<Exclude<ListingKind, 'issuer-range'>, HashOf>> = {
  card: hashOfCard,
  account: (text) => (accountText.test(text) ? (keyed) => keyed('account', utf8(text)) : undefined),
  ticket: (text) => {
    const [, issuer, id] = ticketText.exec(text) ?? [];
    if (issuer === undefined || id === undefined) return undefined;
    return (keyed) => keyed('halte-ticket', utf8(issuer), bytesOf(id));
  },
};

function hashOfCard(text: string): ReturnType<HashOf> {
  if (uidText.test(text)) return (keyed) => keyed('card', bytesOf(text));
  const [, uid, issue] = issuedCardText.exec(text) ?? [];
  if (uid !== undefined && issue !== undefined) {
    return (keyed) => keyed('card', bytesOf(uid), bytesOf(issue));
  }
  const [, account, expiry, sequence] = mediumText.exec(text) ?? [];
  if (account === undefined) return undefined;
  const medium = { account, ...(expiry && { expiry }), ...(sequence && { sequence }) };
  return (keyed) => mediumKeyOf(medium, keyed);
}

const hints = {
  card: '64 lower-case hexadecimal digits, UID, UID/ISSUE, or ACCOUNT/YYMM/SEQUENCE',
  account: '64 lower-case hexadecimal digits, or an account of 8 to 19 digits',
  ticket: '64 lower-case hexadecimal digits, or ISSUER/TICKET-ID with the id in hexadecimal',
} as const;

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}
