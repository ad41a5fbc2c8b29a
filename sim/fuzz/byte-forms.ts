/** Bytes from what stands in sources and files, for the fuzzer alone: it must not load core. */
import { Buffer } from 'node:buffer';

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function bytesOfHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Big-endian, in 1, 2, 4 or 8 bytes. @param number a safe integer from 0. */
export function bytesOfNumber(number: number): Uint8Array {
  const length = number < 2 ** 8 ? 1 : number < 2 ** 16 ? 2 : number < 2 ** 32 ? 4 : 8;
  const bytes = new Uint8Array(length);
  let rest = number;
  for (let index = length - 1; index >= 0; index -= 1) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}
