/**
 * The key files of `halte mint`: a seed of 64 hexadecimal digits for Ed25519, and a PEM for ES256.
 * Only their owner may read them, and no key is ever written over another.
 */
import type { Entropy } from '../../device/clock.ts';
import { CliError } from '../../src/cli/cli-io.ts';
import { publicKeyBytes } from '../../src/config/public-key.ts';
import { readText } from '../../src/config/read-file.ts';
import { seedIn } from '../../src/config/seed-file.ts';
import { hex } from '../../src/core/bytes.ts';
import { ed25519PrivateKey } from '../../src/core/crypto/ed25519.ts';
import { compressedPoint, p256Signer } from '../../src/core/crypto/p256-signer.ts';
import type { SignatureAlgorithm } from '../../src/core/crypto/verifying-key.ts';
import type { HolderKey } from '../../src/core/ticket/holder-key.ts';
import { makeP256Key } from '../p256-key.ts';
import type { SigningKey } from '../ticket-office.ts';
import { readHinted } from './as-typed.ts';
import { writeNewSecretFile } from './out-file.ts';

const seedBytes = 32;

const keyHint = 'make one with "halte mint key" (docs/minting.md)';
const holderHint =
  'one made by "halte mint holder-key", or the PEM of a public key (docs/minting.md)';

/** Draws a key and writes it. @returns it. @throws CliError when the file is there already. */
export function writeSigningKey(
  file: string,
  algorithm: SignatureAlgorithm,
  entropy: Entropy,
): SigningKey {
  const text = algorithm === 'EdDSA' ? `${hex(entropy.bytes(seedBytes))}\n` : makeP256Key();
  writeNewSecretFile(file, text);
  return signingKeyIn(file, text);
}

/** @returns 32 secret bytes that were written. @throws CliError when the file is there already. */
export function writeSeed(file: string, entropy: Entropy): Uint8Array {
  const seed = entropy.bytes(seedBytes);
  writeNewSecretFile(file, `${hex(seed)}\n`);
  return seed;
}

/** @throws CliError when the file holds no private key, ConfigError when it cannot be read. */
export function readSigningKey(file: string): SigningKey {
  return signingKeyIn(
    file,
    readHinted(keyHint, () => readText(file)),
  );
}

/** @returns the holder's key, and how to sign with it unless the file holds its public half only. */
export function readHolderKey(file: string): { key: HolderKey; signer?: SigningKey } {
  const text = readHinted(holderHint, () => readText(file));
  if (text.includes('PRIVATE KEY') || seedIn(text) !== undefined) {
    const signer = signingKeyIn(file, text);
    return { key: { algorithm: signer.algorithm, publicKey: signer.publicKey }, signer };
  }
  const publicKey = text.includes('PUBLIC KEY') ? publicKeyBytes(text) : undefined;
  if (publicKey?.length === 32) return { key: { algorithm: 'EdDSA', publicKey } };
  if (publicKey?.length === 65) {
    return { key: { algorithm: 'ES256', publicKey: compressedPoint(publicKey) } };
  }
  throw new CliError('mint/bad-key', `${file} is not the key of a holder`, holderHint);
}

function signingKeyIn(file: string, text: string): SigningKey {
  const seed = seedIn(text);
  const key = seed ? ed25519PrivateKey(seed) : p256Signer(text);
  if (key !== undefined) return key;
  throw new CliError('mint/bad-key', `${file} is not a key`, keyHint);
}
