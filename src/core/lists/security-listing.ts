/**
 * One entry of a security list: who or what is to be refused, or accepted by its number alone.
 * NeTEx names the kinds: TravelDocumentSecurityListing (`ticket`), CustomerAccountSecurityListing
 * (`account`), MediumAccessDeviceSecurityListing (`card`); an `issuer-range`, all accounts whose
 * number begins so, is Halte's own. Where listings lie, and how many, is nobody's business here.
 */
import { hex, utf8 } from '../bytes.ts';
import type { Token } from '../token/token.ts';

export const listingKinds = ['ticket', 'account', 'card', 'issuer-range'] as const;
export type ListingKind = (typeof listingKinds)[number];

export const listingEffects = ['deny', 'allow'] as const;

export const listingReasons = [
  'debt',
  'lost',
  'stolen',
  'fraud',
  'revoked',
  'blocked',
  'other',
] as const;
export type ListingReason = (typeof listingReasons)[number];

export interface SecurityListing {
  readonly kind: ListingKind;
  readonly effect: (typeof listingEffects)[number];
  readonly reason: ListingReason;
  /** Milliseconds since 1970: in force from `from` up to, not including, `until`. */
  readonly from?: number;
  readonly until?: number;
  /** What an allowed card gives. */
  readonly product?: string;
  readonly riderCategory?: string;
}

/** By {@link listingKeysOf} in lower-case hexadecimal. */
export type SecurityListings = ReadonlyMap<string, readonly SecurityListing[]>;

/** What a token is looked up by. */
export type ListedToken = Pick<Token, 'tokenKey' | 'mediumKey' | 'accountKey' | 'issuer'>;

/** Digits of the NNS that a range of accounts is named by: `9360` and up to all four of the issuer. */
export const issuerRange = /^\d{4,8}$/;
const rangeDigitsMin = 4;

/** Keys of token, medium and account, and each range that the issuer's digits lie in. */
export const listingKeysMax = 8;

/** What a key is of, for whoever is to understand why something is listed, or not. */
export function namedListingKeysOf(token: ListedToken): readonly NamedListingKey[] {
  const { tokenKey, mediumKey, accountKey } = token;
  return listingKeysOf(token).map((key) => {
    if (key === tokenKey) return { of: 'token', key };
    if (key === mediumKey) return { of: 'medium', key };
    return { of: key === accountKey ? 'account' : 'issuer-range', key };
  });
}

export interface NamedListingKey {
  readonly of: 'token' | 'medium' | 'account' | 'issuer-range';
  readonly key: Uint8Array;
}

/** At most {@link listingKeysMax}; a range's key is shorter than any other. */
export function listingKeysOf({
  tokenKey,
  mediumKey,
  accountKey,
  issuer,
}: ListedToken): Uint8Array[] {
  const keys = [tokenKey, mediumKey, accountKey].filter((key) => key !== undefined);
  if (issuer === undefined || !issuerRange.test(issuer)) return keys;
  for (let digits = rangeDigitsMin; digits <= issuer.length; digits += 1) {
    keys.push(utf8(issuer.slice(0, digits)));
  }
  return keys;
}

export function listingsInForce(
  listings: readonly SecurityListing[],
  now: number,
): readonly SecurityListing[] {
  return listings.filter(
    ({ from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY }) =>
      now >= from && now < until,
  );
}

/** What is in force of the token itself, of the account behind it and of its issuer. */
export function listingsOf(
  token: ListedToken,
  listings: SecurityListings,
  now: number,
): readonly SecurityListing[] {
  const listed = listingKeysOf(token).flatMap((key) => listings.get(hex(key)) ?? []);
  return listingsInForce(listed, now);
}
