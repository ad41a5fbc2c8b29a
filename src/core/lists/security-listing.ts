/**
 * One entry of a security list: who or what is to be refused, or accepted by its number alone.
 * NeTEx names the kinds: TravelDocumentSecurityListing (`ticket`), CustomerAccountSecurityListing
 * (`account`), MediumAccessDeviceSecurityListing (`card`).
 */
import { hex } from '../bytes.ts';
import type { Token } from '../token/token.ts';

export type ListingKind = 'ticket' | 'account' | 'card';

export type ListingReason = 'debt' | 'lost' | 'stolen' | 'fraud' | 'revoked' | 'blocked' | 'other';

export interface SecurityListing {
  readonly kind: ListingKind;
  readonly effect: 'deny' | 'allow';
  readonly reason: ListingReason;
  /** Milliseconds since 1970: in force from `from` up to, not including, `until`. */
  readonly from?: number;
  readonly until?: number;
  /** What an allowed card gives. */
  readonly product?: string;
  readonly riderCategory?: string;
}

/** By token or account key, lower-case hexadecimal. */
export type SecurityListings = ReadonlyMap<string, readonly SecurityListing[]>;

/** What is in force of the token itself and of the account behind it. */
export function listingsOf(
  { tokenKey, accountKey }: Pick<Token, 'tokenKey' | 'accountKey'>,
  listings: SecurityListings,
  now: number,
): readonly SecurityListing[] {
  const keys = accountKey === undefined ? [tokenKey] : [tokenKey, accountKey];
  return keys
    .flatMap((key) => listings.get(hex(key)) ?? [])
    .filter(
      ({ from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY }) =>
        now >= from && now < until,
    );
}
