/**
 * Public keys as people have them: hexadecimal, a PEM, or base64 of a PEM, in which pretix shows
 * its own.
 */
import { createPublicKey } from 'node:crypto';

/** @returns the raw key, or the uncompressed point of P-256; undefined when it is none of these. */
export function publicKeyBytes(text: string): Uint8Array | undefined {
  if (/^([0-9a-f]{2})+$/.test(text)) return Uint8Array.from(Buffer.from(text, 'hex'));
  const pem = text.startsWith('-----BEGIN') ? text : Buffer.from(text, 'base64').toString('latin1');
  try {
    const { x = '', y } = createPublicKey(pem).export({ format: 'jwk' });
    const coordinates = [x, y ?? ''].map((part) => Buffer.from(part, 'base64url'));
    const uncompressed = y === undefined ? [] : [Uint8Array.of(4)];
    return Uint8Array.from(Buffer.concat([...uncompressed, ...coordinates]));
  } catch {
    // OpenSSL throws for whatever is no key: the schema says so to whoever wrote the file.
    return undefined;
  }
}
