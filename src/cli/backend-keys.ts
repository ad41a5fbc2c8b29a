/** The backend's own keys, from the files that its operator names. */
import { readSecretFile } from '../config/secret-file.ts';
import { readSeedFile, seedIn } from '../config/seed-file.ts';
import { type Ed25519PrivateKey, ed25519PrivateKey } from '../core/crypto/ed25519.ts';
import { CliError } from './cli-io.ts';

/** @throws CliError, ConfigError */
export function readReceiptKey(file: string): Ed25519PrivateKey {
  const seed = readSeedFile(file);
  if (seed !== undefined) return ed25519PrivateKey(seed);
  const hint = 'it holds 64 lower-case hexadecimal digits; "halte mint certs" makes one for tests';
  throw new CliError('backend/bad-receipt-key', `${file} is not an Ed25519 seed`, hint);
}

/** X25519, 32 bytes. @throws CliError, ConfigError */
export function readSealingKey(file: string): Uint8Array {
  const seed = seedIn(readSecretFile(file));
  if (seed !== undefined) return seed;
  const hint = 'it holds 64 lower-case hexadecimal digits, as "halte mint sealing-key" writes them';
  throw new CliError('taps/bad-sealing-key', `${file} is not an X25519 key`, hint);
}
