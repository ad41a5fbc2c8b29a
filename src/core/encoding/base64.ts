/**
 * Base64 (RFC 4648 §4) with padding. Strict where Node's Buffer is lenient, because a token must
 * have one spelling only; a text that is none names the character at which it stops to be one.
 */

/** @returns undefined for anything else, non-zero trailing bits included. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  // Buffer reads leniently and writes in one way only: what is not strict comes back different.
  return bytes.toString('base64') === text ? new Uint8Array(bytes) : undefined;
}

/**
 * In a text that {@link decodeBase64} does not read: the first character that is not of the
 * alphabet, or the one where the text ends too early or goes on after its padding.
 */
export function base64FlawAt(text: string): number {
  const stray = text.search(/[^A-Za-z0-9+/]/);
  const digits = stray < 0 ? text.length : stray;
  const isPadding = text[digits] === '=';
  if (stray >= 0 && !isPadding) return stray;
  const padding = { 0: 0, 2: 2, 3: 1 }[digits % 4] ?? 0;
  const padded = /^=*/.exec(text.slice(digits))?.[0].length ?? 0;
  if (digits % 4 === 1 || padded < padding) return digits + padded;
  // What is left are bits of the last digit that no byte has.
  return digits + padding < text.length ? digits + padding : digits - 1;
}
