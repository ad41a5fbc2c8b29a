/** Signers of the benchmark, in both algorithms, with throw-away keys. */
import { ECDH, generateKeyPairSync, sign } from 'node:crypto';
import type { Entropy } from '../../device/clock.ts';
import type { Signer } from '../../src/core/crypto/cose-sign1.ts';
import { ed25519PrivateKey } from '../../src/core/crypto/ed25519.ts';
import type { SignatureAlgorithm } from '../../src/core/crypto/verifying-key.ts';

export interface BenchSigner extends Signer {
  /** As `verifyingKey` takes it. */
  readonly publicKey: Uint8Array;
}

export function createBenchSigner(algorithm: SignatureAlgorithm, entropy: Entropy): BenchSigner {
  return algorithm === 'EdDSA' ? ed25519PrivateKey(entropy.bytes(32)) : p256Signer();
}

/** Bytes of an uncompressed point at the end of its SubjectPublicKeyInfo. */
const pointBytes = 65;

function p256Signer(): BenchSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-pointBytes);
  const short = ECDH.convertKey(point, 'prime256v1', undefined, undefined, 'compressed');
  return {
    algorithm: 'ES256',
    publicKey: Uint8Array.from(short as Uint8Array),
    sign: (message) =>
      new Uint8Array(sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  };
}
