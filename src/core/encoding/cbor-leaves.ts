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
  if (value === undefined) return [];
  const leaves: CborLeaf[] = [];
  collect(value, { path: [], offset: 0 }, leaves);
  return leaves;
}

/** @returns where the value ends. */
function collect(
  value: Cbor,
  { path, offset }: Pick<CborLeaf, 'path' | 'offset'>,
  leaves: CborLeaf[],
): number {
  const entries = entriesOf(value);
  if (entries === undefined) return collectLeaf(value, { path, offset }, leaves);
  let at = offset + headBytes(entries.length);
  for (const [key, inner] of entries) {
    if (value instanceof Map) at += scalarBytes(key);
    at = collect(inner, { path: [...path, key], offset: at }, leaves);
  }
  return at;
}

function collectLeaf(
  value: Cbor,
  { path, offset }: Pick<CborLeaf, 'path' | 'offset'>,
  leaves: CborLeaf[],
): number {
  const isBytes = value instanceof Uint8Array;
  const head = isBytes ? headBytes(value.length) : 0;
  const bytes = isBytes ? value.length : scalarBytes(value);
  leaves.push({ path, offset: offset + head, bytes, value });
  return offset + head + bytes;
}

function entriesOf(value: Cbor): readonly (readonly [string | number, Cbor])[] | undefined {
  if (value instanceof Map) return [...value];
  return Array.isArray(value) ? [...value.entries()] : undefined;
}

/** RFC 8949 §3: a count below 24 stands in the first byte, else 1, 2, 4 or 8 bytes follow it. */
function headBytes(count: number): number {
  if (count < 24) return 1;
  return 1 + ([1, 2, 4].find((bytes) => count < 256 ** bytes) ?? 8);
}

/** Without encoding what has a length that follows from its value: a ticket may hold hundreds. */
function scalarBytes(value: Cbor): number {
  if (typeof value === 'boolean' || value === null) return 1;
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    const number = Number(value);
    return headBytes(number < 0 ? -1 - number : number);
  }
  return encodeCbor(value).length;
}
