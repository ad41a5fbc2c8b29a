/**
 * Where in CBOR bytes each value lies, for showing them. Works on the deterministic form only, of
 * which every length follows from the values.
 */
import { type Cbor, decodeCbor, encodeCbor } from '../crypto/cbor.ts';

export interface CborLeaf {
  /** Keys and indices on the way to it. */
  readonly path: readonly (string | number)[];
  readonly offset: number;
  readonly bytes: number;
  readonly value: Cbor;
}

/** @returns the values that hold no others; none when the bytes are not deterministic CBOR. */
export function cborLeaves(bytes: Uint8Array): readonly CborLeaf[] {
  const value = decodeCbor(bytes);
  return value === undefined ? [] : leavesOf(value, [], 0);
}

function leavesOf(value: Cbor, path: CborLeaf['path'], offset: number): CborLeaf[] {
  if (value instanceof Uint8Array) {
    const header = encodedBytes(value) - value.length;
    return [{ path, offset: offset + header, bytes: value.length, value }];
  }
  const entries = entriesOf(value);
  if (entries === undefined) return [{ path, offset, bytes: encodedBytes(value), value }];
  const isMap = value instanceof Map;
  let at = offset + headerBytes(entries.length);
  return entries.flatMap(([key, inner]) => {
    if (isMap) at += encodedBytes(key);
    const leaves = leavesOf(inner, [...path, key], at);
    at += encodedBytes(inner);
    return leaves;
  });
}

function entriesOf(value: Cbor): readonly (readonly [string | number, Cbor])[] | undefined {
  if (value instanceof Map) return [...value];
  return Array.isArray(value) ? [...value.entries()] : undefined;
}

function encodedBytes(value: Cbor): number {
  return encodeCbor(value).length;
}

/** RFC 8949 §3: a count below 24 stands in the first byte. */
function headerBytes(count: number): number {
  return encodedBytes(count);
}
