/** The operator's rules as core reads them: data only, already validated by whoever loaded it. */
import type { ClockQuality } from '../clock-quality.ts';
import type { VerifyingKey } from '../crypto/verifying-key.ts';
import type { Money } from '../money.ts';

export interface TrustedKey {
  /** The issuer whose tickets the key may sign; for formats that name none, the format. */
  readonly issuer: string;
  /** Lower-case hexadecimal key id; absent for formats that name no key. */
  readonly kid?: string;
  readonly key: VerifyingKey;
}

export interface RiskLimits {
  /** Most that one deferred token is accepted for. */
  readonly amountPerTapMax: Money;
  /** Most deferred tokens accepted by this device on one day of its own clock. */
  readonly tapsPerDayMax: number;
}

/** What is taken of one issuer's products; an issuer without an entry has all of them taken. */
export interface AcceptedProducts {
  /** `14` takes every variation of item 14, `14/2` only that one. */
  readonly products: ReadonlySet<string>;
  /** Absent: for every date. */
  readonly events?: ReadonlySet<string>;
}

/** What a card gives that is known by its number only. */
export interface ListedCard {
  readonly product: string;
  readonly riderCategory?: string;
  /** Milliseconds since 1970, first moment at which it is no longer listed. */
  readonly until?: number;
}

export interface Rules {
  readonly version: string;
  readonly flatFare: { readonly product: string; readonly amount: Money };
  readonly trustedKeys: readonly TrustedKey[];
  readonly acceptedProducts: ReadonlyMap<string, AcceptedProducts>;
  /** Token and account keys, lower-case hexadecimal, as in all lists here. */
  readonly denyList: ReadonlySet<string>;
  /** Tickets that their issuer took back, or suspended. */
  readonly revoked: ReadonlySet<string>;
  readonly blocked: ReadonlySet<string>;
  readonly listedCards: ReadonlyMap<string, ListedCard>;
  /** Routes of each network, GTFS ids. */
  readonly networks: ReadonlyMap<string, ReadonlySet<string>>;
  /** When a service day begins: local time is UTC and this much. */
  readonly serviceDay: { readonly utcOffsetMinutes: number; readonly beginsAtMinutes: number };
  /** NNS prefixes of the wallets accepted without authorisation. */
  readonly acceptedIssuers: ReadonlySet<string>;
  readonly risk: RiskLimits;
  /** A pass that tapped is refused for this long: it is being handed back. */
  readonly passbackMs: number;
  /** How far this clock and the issuer's may differ, by what this clock is worth. */
  readonly clockSkewMs: Readonly<Record<ClockQuality, number>>;
}
