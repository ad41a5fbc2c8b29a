/**
 * Reads files that nobody else on the machine may read: the identifier key, the PIN of a token,
 * a key store's keys. One that is open to others is refused at the start, while somebody is there
 * to close it. Says which file is wrong, never what is in it.
 */
import { statSync } from 'node:fs';
import { ConfigError } from './config-error.ts';
import { readText } from './read-file.ts';
import { seedIn } from './seed-file.ts';

/** @returns 32 bytes. @throws ConfigError */
export function readIdentifierKey(file: string): Uint8Array {
  const key = seedIn(readSecretFile(file));
  if (key !== undefined) return key;
  throw unusable(
    file,
    'not 64 lower-case hexadecimal digits',
    'make one with "openssl rand -hex 32"',
  );
}

/** @throws ConfigError when it cannot be read, or others may. */
export function readSecretFile(file: string): string {
  const text = readText(file);
  const { mode, uid } = statSync(file);
  if ((mode & forbidden(uid)) === 0) return text;
  const rights = (mode & 0o777).toString(8);
  throw unusable(file, `it is open to others (mode ${rights})`, `chmod 600 ${file}`);
}

/**
 * Rights of others than the file's owner that give it away. A group may read what belongs to root:
 * so the service's user gets a key that it cannot change, and so systemd passes its credentials.
 */
function forbidden(uid: number): number {
  return uid === 0 ? 0o027 : 0o077;
}

function unusable(file: string, message: string, hint: string): ConfigError {
  return new ConfigError(file, [{ path: '', message, hint }]);
}
