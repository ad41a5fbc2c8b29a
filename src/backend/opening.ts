/**
 * Opens what devices sealed (src/sync/sealing.ts), for whoever settles payments and clears cards.
 * Only that needs the private keys: ingesting, storing and acknowledging rows does not.
 */
import { equal } from '../core/bytes.ts';
import { hpkeOpen } from '../core/crypto/hpke.ts';
import { x25519PrivateKey } from '../core/crypto/x25519.ts';
import { Secret } from '../core/secret.ts';
import {
  headerBytes,
  type SealingPurpose,
  sealedHeader,
  sealedLengthMax,
  sealedSecret,
  sealedVersion,
  sealingContext,
} from '../sync/sealing.ts';

/**
 * `sealed/malformed`: not a sealed secret of a version known here. `sealed/unknown-key`: none of
 * the keys has its id. `sealed/does-not-open`: altered, or another device's.
 */
export type OpeningFailure = 'sealed/malformed' | 'sealed/unknown-key' | 'sealed/does-not-open';

export type Opened =
  | { readonly ok: true; readonly secret: Secret }
  | { readonly ok: false; readonly failure: OpeningFailure };

export interface Opener {
  /** @param device whose row it stands in. */
  open(sealed: Uint8Array, device: string): Opened;
}

/** @param privateKeys X25519, 32 bytes each: today's, and older ones for what is still stored. */
export function createOpener(
  privateKeys: readonly Uint8Array[],
  purpose: SealingPurpose = sealedSecret,
): Opener {
  const keys = privateKeys.map((bytes) => {
    const key = x25519PrivateKey(bytes);
    return { key, header: sealedHeader(key.publicKey.bytes) };
  });

  return {
    open(sealed, device) {
      if (!isWellFormed(sealed, purpose)) return failed('sealed/malformed');
      const header = sealed.subarray(0, headerBytes);
      const named = keys.find((known) => equal(known.header, header));
      if (named === undefined) return failed('sealed/unknown-key');
      const bytes = hpkeOpen(
        sealed.subarray(headerBytes),
        sealingContext(header, device, purpose),
        named.key,
      );
      if (bytes !== undefined) return { ok: true, secret: new Secret(bytes) };
      return failed('sealed/does-not-open');
    },
  };
}

function isWellFormed(sealed: Uint8Array, { bytesMax }: SealingPurpose): boolean {
  const { length, 0: version } = sealed;
  const isLong = length > sealedLengthMax(0);
  return isLong && length <= sealedLengthMax(bytesMax) && version === sealedVersion;
}

function failed(failure: OpeningFailure): Opened {
  return { ok: false, failure };
}
