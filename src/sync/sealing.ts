/**
 * Sealing: the one way in which a secret leaves the device's memory. Sealed with the backend's
 * public key (docs/decisions/0008-sealing.md); the device itself cannot open what it sealed.
 *
 *   version (1 byte) ‖ id of the recipient's key (4) ‖ encapsulated key (32) ‖ ciphertext ‖ tag (16)
 *
 * What it deliberately does not know: which row the secret belongs to, for that has no number yet.
 */
import assert from 'node:assert/strict';
import type { Entropy } from '../../device/clock.ts';
import { concat, utf8 } from '../core/bytes.ts';
import { encapsulatedBytes, type HpkeContext, hpkeSeal, tagBytes } from '../core/crypto/hpke.ts';
import { x25519KeyBytes, x25519PrivateKey, x25519PublicKey } from '../core/crypto/x25519.ts';

export const sealedVersion = 1;
export const keyIdBytes = 4;
export const headerBytes = 1 + keyIdBytes;

/** A frame from a scanner is the longest secret there can be. */
export const secretBytesMax = 1_024;
export const sealedBytesMax = sealedLengthMax(secretBytesMax);

/** What is sealed: sealed for one purpose, it does not open for another. */
export interface SealingPurpose {
  readonly info: string;
  readonly bytesMax: number;
}

export const sealedSecret: SealingPurpose = { info: 'halte/sealed/1', bytesMax: secretBytesMax };

export interface Sealer {
  /** @param secret 1 byte to the purpose's most. @returns 53 bytes more, different each time. */
  seal(secret: Uint8Array): Uint8Array;
}

/** @param bytesMax of what is sealed. */
export function sealedLengthMax(bytesMax: number): number {
  return headerBytes + encapsulatedBytes + bytesMax + tagBytes;
}

export interface SealerOptions {
  /** The backend's X25519 public key, 32 bytes. */
  readonly recipient: Uint8Array;
  /** The device's id: sealed by one device, it does not open as another's. */
  readonly device: string;
  /** Default: a secret of a row. */
  readonly purpose?: SealingPurpose;
}

/** @throws RangeError when the recipient is no key. */
export function createSealer(deps: { readonly entropy: Entropy }, options: SealerOptions): Sealer {
  const recipient = x25519PublicKey(options.recipient);
  if (recipient === undefined) throw new RangeError('the recipient is not an X25519 public key');
  const header = sealedHeader(recipient.bytes);
  const { purpose = sealedSecret } = options;
  const context = sealingContext(header, options.device, purpose);
  return {
    seal(secret) {
      const { length } = secret;
      assert(length >= 1 && length <= purpose.bytesMax, `a secret of ${length} bytes`);
      const ephemeral = x25519PrivateKey(deps.entropy.bytes(x25519KeyBytes));
      return concat(header, hpkeSeal(secret, context, { recipient, ephemeral }));
    },
  };
}

/** The first bytes of whatever is sealed to this key. */
export function sealedHeader(recipient: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(sealedVersion), recipient.subarray(0, keyIdBytes));
}

/** What both sides bind a sealed secret to. */
export function sealingContext(
  header: Uint8Array,
  device: string,
  { info }: SealingPurpose,
): HpkeContext {
  return { info: utf8(info), aad: concat(header, utf8(device)) };
}
