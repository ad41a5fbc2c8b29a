/** Signers of the benchmark, in both algorithms, with throw-away keys. */
import type { Entropy } from '../../device/clock.ts';
import type { Signer } from '../../src/core/crypto/cose-sign1.ts';
import { ed25519PrivateKey } from '../../src/core/crypto/ed25519.ts';
import { p256Signer } from '../../src/core/crypto/p256-signer.ts';
import type { SignatureAlgorithm } from '../../src/core/crypto/verifying-key.ts';
import { makeP256Key } from '../p256-key.ts';

export interface BenchSigner extends Signer {
  /** As `verifyingKey` takes it. */
  readonly publicKey: Uint8Array;
}

/** @param entropy makes Ed25519 keys the same in every run; Node gives P-256 keys at random only. */
export function createBenchSigner(algorithm: SignatureAlgorithm, entropy: Entropy): BenchSigner {
  if (algorithm === 'EdDSA') return ed25519PrivateKey(entropy.bytes(32));
  const signer = p256Signer(makeP256Key());
  if (signer === undefined) throw new Error('a new key that is not on P-256');
  return signer;
}
