/** Reads an Ed25519 seed as `halte mint` writes it: 64 lower-case hexadecimal digits. */
import { readText } from './read-file.ts';

/** @returns undefined when the file holds something else. @throws ConfigError when it cannot be read. */
export function readSeedFile(file: string): Uint8Array | undefined {
  const text = readText(file).trim();
  return /^[0-9a-f]{64}$/.test(text) ? Uint8Array.from(Buffer.from(text, 'hex')) : undefined;
}
