/** The operator's rules as core reads them: data only, already validated by whoever loaded it. */
import type { Money } from '../money.ts';

export interface TrustedKey {
  /** The issuer whose tickets the key may sign. */
  readonly issuer: string;
  /** Lower-case hexadecimal key id. */
  readonly kid: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

export interface RiskLimits {
  /** Most that one deferred token is accepted for. */
  readonly amountPerTapMax: Money;
  /** Most deferred tokens accepted by this device on one day of its own clock. */
  readonly tapsPerDayMax: number;
}

export interface Rules {
  readonly version: string;
  readonly flatFare: { readonly product: string; readonly amount: Money };
  readonly trustedKeys: readonly TrustedKey[];
  /** Token keys, lower-case hexadecimal. */
  readonly denyList: ReadonlySet<string>;
  /** NNS prefixes of the wallets accepted without authorisation. */
  readonly acceptedIssuers: ReadonlySet<string>;
  readonly risk: RiskLimits;
  /** A pass that tapped is refused for this long: it is being handed back. */
  readonly passbackMs: number;
  /** How far this clock and the issuer's may differ at either end of a ticket's validity. */
  readonly clockSkewMs: number;
}
