/**
 * The parts of a CBOR item that have no items in them: lengths and integers, bytes, text and
 * floats, each in the one form of RFC 8949 §4.2.1. It does not know arrays, maps or values. Whatever
 * has another form, or ends before its end, is undefined, and the input is then of no more use.
 */

export interface CborInput {
  readonly bytes: Uint8Array;
  /** The next byte to read. */
  at: number;
  /** Where the innermost item begins that is not as it has to be. */
  flawAt?: number;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The argument of an initial byte, RFC 8949 §3, in the shortest of its forms.
 * @returns undefined above the safe integers, for a reserved form and for an indefinite length.
 */
export function readArgument(input: CborInput, initial: number): number | undefined {
  const additional = initial & 0x1f;
  if (additional < 24) return additional;
  if (additional > 27) return undefined;
  const count = 1 << (additional - 24);
  let value = 0;
  for (let index = 0; index < count; index += 1) {
    value = value * 256 + (input.bytes[input.at + index] ?? Number.NaN);
  }
  input.at += count;
  const least = additional === 24 ? 24 : 256 ** (count / 2);
  return value >= least && value <= Number.MAX_SAFE_INTEGER ? value : undefined;
}

/** A view of the bytes of the input: a length that claims more than there is costs nothing. */
export function takeBytes(input: CborInput, length: number): Uint8Array | undefined {
  const start = input.at;
  const end = start + length;
  if (end > input.bytes.length) return undefined;
  input.at = end;
  return input.bytes.subarray(start, end);
}

/** UTF-8, RFC 8949 §3.1, without U+FEFF at its beginning. */
export function readText(input: CborInput, length: number): string | undefined {
  const bytes = takeBytes(input, length);
  if (bytes === undefined) return undefined;
  try {
    const text = strictUtf8.decode(bytes);
    return text.startsWith('\ufeff') ? undefined : text;
  } catch {
    // The decoder throws on what is not UTF-8 and on nothing else.
    return undefined;
  }
}

/**
 * A finite float in the form in which it would be written: the shortest, RFC 8949 §4.2.1, and whole
 * numbers as integers. @param length 2, 4 or 8 bytes.
 */
export function readFloat(input: CborInput, length: number): number | undefined {
  const start = input.bytes.byteOffset + input.at;
  input.at += length;
  if (input.at > input.bytes.length) return undefined;
  const value = floatIn(new DataView(input.bytes.buffer, start, length));
  if (!Number.isFinite(value) || Number.isSafeInteger(value)) return undefined;
  return length === writtenLength(value) ? value : undefined;
}

function writtenLength(value: number): number {
  if (Math.fround(value) !== value) return 8;
  return isWrittenAsHalf(value) ? 2 : 4;
}

/**
 * Halves have eleven bits that count. Of those below 2^-14, which have fewer, cborg writes the
 * powers of two in two bytes and the others in four: what it writes is what is read.
 */
function isWrittenAsHalf(value: number): boolean {
  const size = Math.abs(value);
  const exponent = Math.log2(size);
  if (size < 2 ** -14) return size >= 2 ** -24 && Number.isInteger(exponent);
  return size < 65_536 && Number.isInteger(size * 2 ** (10 - Math.floor(exponent)));
}

function floatIn(view: DataView): number {
  if (view.byteLength === 8) return view.getFloat64(0);
  return view.byteLength === 4 ? view.getFloat32(0) : halfOf(view.getUint16(0));
}

/** IEEE 754 binary16; NaN for the infinities too, since neither is a value here. */
function halfOf(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return Number.NaN;
  const size = exponent === 0 ? fraction * 2 ** -24 : (fraction + 1_024) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -size : size;
}
