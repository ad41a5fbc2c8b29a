/**
 * Leave for a device to begin one epoch, signed by the backend ahead of need: with it a device whose
 * ledger is lost goes on alone in an epoch that the backend knows to be its own. Without one it mints
 * a provisional epoch, which the backend adopts. The two are told apart by size.
 */
import type { Ed25519PrivateKey } from '../crypto/ed25519.ts';
import { isCount, openWord, signWord } from './backend-word.ts';

export interface EpochGrant {
  readonly device: string;
  /** From 1, below {@link provisionalEpochMin}. */
  readonly epoch: number;
  /** Milliseconds since 1970 by the backend's clock. */
  readonly issuedAt: number;
}

/** Provisional epochs lie in [2^32, 2^48). */
export const provisionalEpochMin = 2 ** 32;

/** By whom an epoch was named. */
export type EpochOrigin = 'granted' | 'provisional';

const context = 'halte/epoch-grant/1';

export function originOf(epoch: number): EpochOrigin {
  return epoch < provisionalEpochMin ? 'granted' : 'provisional';
}

export function signEpochGrant(key: Ed25519PrivateKey, grant: EpochGrant): Uint8Array {
  const { device, epoch, issuedAt } = grant;
  return signWord(key, { device, epoch, issuedAt }, context);
}

/** @returns undefined unless the backend's key signed it and every field is well-formed. */
export function openEpochGrant(bytes: Uint8Array, publicKey: Uint8Array): EpochGrant | undefined {
  const { device, epoch, issuedAt } = openWord(bytes, publicKey, context) ?? {};
  if (typeof device !== 'string' || !isCount(epoch) || !isCount(issuedAt)) return undefined;
  return epoch >= 1 && epoch < provisionalEpochMin ? { device, epoch, issuedAt } : undefined;
}
