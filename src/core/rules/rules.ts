/** The operator's rules as core reads them: data only, already validated by whoever loaded it. */
import type { VerifyingKey } from '../crypto/verifying-key.ts';
import type { Tariff } from '../fare/tariff.ts';
import type { SecurityListings } from '../lists/security-listing.ts';
import type { Policy } from './policy.ts';

export interface TrustedKey {
  /** The issuer whose tickets the key may sign; what the operator calls it where tickets do not. */
  readonly issuer: string;
  /** Lower-case hexadecimal key id; absent for formats that name no key. */
  readonly kid?: string;
  /** Of a format that names neither key nor issuer: its tickets are tried with this key. */
  readonly format?: string;
  readonly key: VerifyingKey;
}

/** What is taken of one issuer's products; an issuer without an entry has all of them taken. */
export interface AcceptedProducts {
  /** `14` takes every variation of item 14, `14/2` only that one. */
  readonly products: ReadonlySet<string>;
  /** Absent: for every date. */
  readonly events?: ReadonlySet<string>;
}

export interface Rules {
  readonly version: string;
  /** Milliseconds since 1970, first moment at which they are in force. */
  readonly effectiveFrom: number;
  /** ISO 4217, of every fare. */
  readonly currency: string;
  readonly tariff: Tariff;
  readonly policy: Policy;
  /** Those that come with the rules. */
  readonly listings: SecurityListings;
  readonly trustedKeys: readonly TrustedKey[];
  readonly acceptedProducts: ReadonlyMap<string, AcceptedProducts>;
}
