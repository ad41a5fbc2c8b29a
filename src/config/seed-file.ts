/** Reads 32 secret bytes as `halte mint` writes them: 64 lower-case hexadecimal digits. */
import { readText } from './read-file.ts';

/** @returns undefined when the file holds something else. @throws ConfigError when it cannot be read. */
export function readSeedFile(file: string): Uint8Array | undefined {
  return seedIn(readText(file));
}

/** @returns 32 bytes; undefined when the text is something else. */
export function seedIn(text: string): Uint8Array | undefined {
  const digits = text.trim();
  return /^[0-9a-f]{64}$/.test(digits) ? Uint8Array.from(Buffer.from(digits, 'hex')) : undefined;
}
