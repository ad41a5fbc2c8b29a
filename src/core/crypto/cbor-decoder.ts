/**
 * The parts of a CBOR item that have no items in them: lengths and integers, bytes, text and
 * floats, each in the one form of RFC 8949 §4.2.1. It does not know arrays, maps or values. Whatever
 * has another form, or ends before its end, is undefined, and the input is then of no more use.
 */

export interface CborInput {
  readonly bytes: Uint8Array;
  /** The next byte to read. */
  at: number;
}

const floatBytes = { 0xf9: 2, 0xfa: 4, 0xfb: 8 } as const;
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
  for (const byte of takeBytes(input, count) ?? []) value = value * 256 + byte;
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

export function isFloat(initial: number): initial is keyof typeof floatBytes {
  return initial in floatBytes;
}

/** A finite float in the shortest of its forms; whole numbers are written as integers. */
export function readFloat(
  input: CborInput,
  initial: keyof typeof floatBytes,
): number | undefined {
  const bytes = takeBytes(input, floatBytes[initial]);
  if (bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const value = floatIn(view);
  if (!Number.isFinite(value) || Number.isSafeInteger(value)) return undefined;
  return isShortest(view, value) ? value : undefined;
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

/** A half has ten bits of fraction where a single has 23, and is a multiple of 2^-24. */
function isShortest(view: DataView, value: number): boolean {
  if (view.byteLength === 8) return Math.fround(value) !== value;
  if (view.byteLength === 2) return true;
  const fitsHalf = (view.getUint32(0) & 0x1fff) === 0 && Number.isInteger(value * 2 ** 24);
  return !fitsHalf || Math.abs(value) >= 65_536;
}
