/**
 * CBOR in the one form that Halte writes and accepts: RFC 8949 §4.2.1, core deterministic
 * encoding. Equal values have equal bytes, so bytes can be hashed and signed. cborg writes it; it
 * is read here, since strangers choose what is read (docs/decisions/0010-own-cbor-decoder.md).
 */
import { encode, rfc8949EncodeOptions } from 'cborg';
import { type CborInput, readArgument, readFloat, readText, takeBytes } from './cbor-decoder.ts';

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
  const input: CborInput = { bytes, at: 0 };
  const value = readItem(input, cborDepthMax);
  return input.at === bytes.length ? value : undefined;
}

/** @returns the byte at which {@link decodeCbor} gave up, or undefined when it did not. */
export function cborFlawAt(bytes: Uint8Array): number | undefined {
  const input: CborInput = { bytes, at: 0 };
  const value = readItem(input, cborDepthMax);
  if (value === undefined) return input.flawAt;
  return input.at === bytes.length ? undefined : input.at;
}

/** @param depth how many arrays and maps may still open. */
function readItem(input: CborInput, depth: number): Cbor | undefined {
  const start = input.at;
  const value = readAny(input, depth);
  if (value === undefined) input.flawAt ??= start;
  return value;
}

/** By its major type, RFC 8949 §3.1. */
function readAny(input: CborInput, depth: number): Cbor | undefined {
  const initial = input.bytes[input.at];
  if (initial === undefined) return undefined;
  input.at += 1;
  if (initial >= 0xe0) return readSimple(input, initial);
  const argument = readArgument(input, initial);
  if (argument === undefined) return undefined;
  switch (initial >> 5) {
    case 0:
      return argument;
    case 1:
      return argument < Number.MAX_SAFE_INTEGER ? -1 - argument : undefined;
    case 2:
      return readBytes(input, argument);
    case 3:
      return readText(input, argument);
    case 4:
      return depth > 0 ? readArray(input, argument, depth - 1) : undefined;
    case 5:
      return depth > 0 ? readMap(input, argument, depth - 1) : undefined;
    default:
      return undefined;
  }
}

/** A copy, which outlives the buffer that was read. */
function readBytes(input: CborInput, length: number): Uint8Array | undefined {
  const bytes = takeBytes(input, length);
  return bytes && new Uint8Array(bytes);
}

/** RFC 8949 §3.3: what takes no length. Undefined and the unassigned values are not ours. */
function readSimple(input: CborInput, initial: number): Cbor | undefined {
  switch (initial) {
    case 0xf4:
      return false;
    case 0xf5:
      return true;
    case 0xf6:
      return null;
    case 0xf9:
    case 0xfa:
    case 0xfb:
      return readFloat(input, 2 << (initial - 0xf9));
    default:
      return undefined;
  }
}

/** Grows with the items that are there, whatever count is claimed. */
function readArray(input: CborInput, count: number, depth: number): Cbor | undefined {
  const items: Cbor[] = [];
  for (let index = 0; index < count; index += 1) {
    const item = readItem(input, depth);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
}

function readMap(input: CborInput, count: number, depth: number): Cbor | undefined {
  const entries = new Map<string | number, Cbor>();
  let previous: number | undefined;
  for (let index = 0; index < count; index += 1) {
    const start = input.at;
    const key = readItem(input, 0);
    if (!isKey(key) || (previous !== undefined && !isAfter(input, previous, start))) {
      input.flawAt ??= start;
      return undefined;
    }
    previous = start;
    const item = readItem(input, depth);
    if (item === undefined) return undefined;
    entries.set(key, item);
  }
  return entries;
}

/**
 * RFC 8949 §4.2.1: keys in the order of their bytes, each once. @param left where a key begins.
 * @param right where the key begins that was just read. No key is the beginning of another one.
 */
function isAfter(input: CborInput, left: number, right: number): boolean {
  for (let index = 0; right + index < input.at; index += 1) {
    const difference = (input.bytes[right + index] ?? 0) - (input.bytes[left + index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

function isKey(value: Cbor | undefined): value is string | number {
  return typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value));
}
