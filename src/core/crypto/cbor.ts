/**
 * CBOR in the one form that Halte writes and accepts: RFC 8949 §4.2.1, core deterministic
 * encoding. Equal values have equal bytes, so bytes can be hashed and signed.
 */
import { decode, encode, rfc8949EncodeOptions } from 'cborg';
import { equal } from '../bytes.ts';

/**
 * Maps have text or integer keys; integers are safe integers; bytes are Uint8Array. Text does not
 * begin with U+FEFF: decoders take that for a byte order mark and drop it.
 */
export type Cbor =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly Cbor[]
  | ReadonlyMap<string | number, Cbor>;

/** Arrays and maps within each other; nothing that Halte writes goes past four. */
export const cborDepthMax = 16;

export function encodeCbor(value: Cbor): Uint8Array {
  return encode(value, rfc8949EncodeOptions);
}

/**
 * Decodes exactly one item and nothing after it.
 * @returns undefined unless the bytes are the deterministic encoding of the value: no indefinite
 * lengths, no longer-than-needed numbers, keys sorted and unique, no tags, no deep nesting.
 */
export function decodeCbor(bytes: Uint8Array): Cbor | undefined {
  try {
    const value: Cbor = decode(bytes, {
      useMaps: true,
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowNaN: false,
      allowInfinity: false,
      allowBigInt: false,
      rejectDuplicateMapKeys: true,
    });
    return isPlain(value, cborDepthMax) && equal(encodeCbor(value), bytes) ? value : undefined;
  } catch {
    // cborg throws on every malformed input (and the engine on absurd nesting): all mean "not ours".
    return undefined;
  }
}

/** cborg also gives maps with floats, bytes or arrays as keys, and sees no duplicates among those. */
function isPlain(value: Cbor, depth: number): boolean {
  if (Array.isArray(value)) return depth > 0 && value.every((item) => isPlain(item, depth - 1));
  if (!(value instanceof Map)) return true;
  const keysFit = [...value.keys()].every(
    (key) => typeof key === 'string' || Number.isSafeInteger(key),
  );
  return depth > 0 && keysFit && [...value.values()].every((item) => isPlain(item, depth - 1));
}
