/** The backend's own keys, from the files that its operator names. */

import { messageOf } from '../../device/message-of.ts';
import { createSystemEntropy } from '../../device/os/system-chance.ts';
import { readText } from '../config/read-file.ts';
import { readSecretFile } from '../config/secret-file.ts';
import { readSeedFile, seedIn } from '../config/seed-file.ts';
import { type Ed25519PrivateKey, ed25519PrivateKey } from '../core/crypto/ed25519.ts';
import { type DeviceAuthority, openAuthority } from '../identity/device-authority.ts';
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

interface AuthorityOptions {
  readonly deviceCa: string;
  readonly deviceCaKey?: string;
}

/** @returns undefined when no key is named. @throws CliError, ConfigError */
export async function readAuthority(
  options: AuthorityOptions,
): Promise<DeviceAuthority | undefined> {
  const { deviceCa, deviceCaKey } = options;
  if (deviceCaKey === undefined) return undefined;
  const files = { ca: readText(deviceCa), key: readSecretFile(deviceCaKey) };
  return openAuthority({ entropy: createSystemEntropy() }, files).catch((error) => {
    const hint = 'it is the P-256 key, in PEM and without a passphrase, of the CA of --device-ca';
    const message = `${deviceCaKey}: ${messageOf(error)}`;
    throw new CliError('backend/bad-device-ca-key', message, hint);
  });
}
