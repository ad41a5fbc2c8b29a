/**
 * A token is what a rider presented, parsed but not yet judged: the facts that rules ask for, the
 * same for every format, so that no rule needs to know where a fact came from.
 */
import type { PurseCard } from '../card/purse-card.ts';
import type { SignatureAlgorithm } from '../crypto/verifying-key.ts';
import type { Secret } from '../secret.ts';
import type { HolderProof } from '../ticket/presentation.ts';

export interface Token {
  /** Name of its format, as in `formats` of parse-token.ts. */
  readonly format: string;
  /** Keyed hash: the same thing again has the same key, over whichever medium it comes. */
  readonly tokenKey: Uint8Array;
  /** Keyed hash of the account behind it, when the token names one. */
  readonly accountKey?: Uint8Array;
  /**
   * Keyed hash of the card behind it as it was issued, where the token tells one issue of an account's
   * card from the next: for lists, which name a lost card by it.
   */
  readonly mediumKey?: Uint8Array;
  /** Who issued it: a ticket issuer, or eight digits of the NNS such as `93600914` for GoPay. */
  readonly issuer?: string;
  /** Why it may be believed. */
  readonly proof: Proof;
  /** Shown by the holder of a key that the issuer named in the token. */
  readonly holder?: Holder;
  /** Milliseconds since 1970: valid from `from` up to, not including, `until`. */
  readonly validity?: { readonly from: number; readonly until: number };
  /** Service days on which it is valid, bit 0 Monday to bit 6 Sunday. */
  readonly weekdays?: number;
  /** Networks and routes on which it is valid (GTFS ids); absent: everywhere. */
  readonly networks?: readonly string[];
  readonly routes?: readonly string[];
  /** What it was bought as; absent when the ride is still to be paid. */
  readonly product?: string;
  /** The date or show that an admission ticket is for. */
  readonly event?: string;
  readonly riderCategory?: string;
  /** Riders who travel on it at once; absent: one. */
  readonly riders?: number;
  /** How often it can be used before it is used up. */
  readonly rides: number | 'unlimited';
  /** The card's own purse and pass. */
  readonly card?: PurseCard;
  /** What only the office may read: it leaves memory sealed or not at all. */
  readonly secret?: Secret;
}

export type Proof =
  /** A signature that is still to be verified with a key trusted for the issuer. */
  | ({
      readonly kind: 'signed';
      /** Absent for formats that name none: then the key that verifies tells. */
      readonly issuer?: string;
      readonly kid?: Uint8Array;
    } & Signature)
  /** The card has proved that it knows its key. */
  | { readonly kind: 'card' }
  /** Nothing that could be verified here: to be authorised, or taken at risk. */
  | { readonly kind: 'deferred' }
  /** A bare number that anybody can copy: counts only when it is listed. */
  | { readonly kind: 'identifier' };

export interface Signature {
  /** What the token claims to be signed with; a key of another algorithm does not verify it. */
  readonly algorithm: SignatureAlgorithm;
  readonly message: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

export interface Holder {
  readonly algorithm: SignatureAlgorithm;
  /** As `verifyingKey` takes it. */
  readonly publicKey: Uint8Array;
  /** Absent when only the ticket was shown, as a screenshot of an older code would. */
  readonly proof?: HolderProof;
}
