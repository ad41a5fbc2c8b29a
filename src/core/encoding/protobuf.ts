/**
 * The wire format of Protocol Buffers (protobuf.dev, "Encoding"), as far as flat messages need it:
 * numbers, byte strings and fixed words; no groups. Strict and bounded; a fault names the byte.
 * Knows no schema: which field means what, and how often it may stand there, is the reader's.
 */

export const protobufFieldsMax = 32;
/** Ten sevens hold 64 bits. */
export const varintBytesMax = 10;
const fieldNumberMax = 2 ** 29 - 1;

export type ProtobufField = ProtobufPlace &
  (
    | {
        readonly kind: 'varint';
        /** Unsigned; inexact above Number.MAX_SAFE_INTEGER. */
        readonly value: number;
      }
    | { readonly kind: 'bytes' | 'fixed'; readonly value: Uint8Array }
  );

interface ProtobufPlace {
  /** Field number. */
  readonly number: number;
  /** Where the value begins in the message, and how many bytes it has. */
  readonly offset: number;
  readonly bytes: number;
}

export interface ProtobufMessage {
  /** In the order of the bytes; all there are, or those that could be read before the fault. */
  readonly fields: readonly ProtobufField[];
  /** What is wrong, with the byte. */
  readonly fault?: string;
}

/** Total. */
export function readProtobuf(bytes: Uint8Array): ProtobufMessage {
  const fields: ProtobufField[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (fields.length === protobufFieldsMax) {
      return { fields, fault: `more than ${protobufFieldsMax} fields at byte ${at}` };
    }
    const field = readField(bytes, at);
    if (typeof field === 'string') return { fields, fault: field };
    fields.push(field);
    at = field.offset + field.bytes;
  }
  return { fields };
}

/** @returns what is wrong, when it is text. */
function readField(bytes: Uint8Array, at: number): ProtobufField | string {
  const tag = readVarint(bytes, at);
  if (typeof tag === 'string') return tag;
  const number = Math.floor(tag.value / 8);
  if (number < 1 || number > fieldNumberMax) return `no field number at byte ${at}`;
  switch (tag.value % 8) {
    case 0:
      return numberField(bytes, number, tag.end);
    case 1:
      return bytesField(bytes, { number, kind: 'fixed', offset: tag.end, bytes: 8 });
    case 2: {
      const length = readVarint(bytes, tag.end);
      if (typeof length === 'string') return length;
      return bytesField(bytes, { number, kind: 'bytes', offset: length.end, bytes: length.value });
    }
    case 5:
      return bytesField(bytes, { number, kind: 'fixed', offset: tag.end, bytes: 4 });
    default:
      return `wire type ${tag.value % 8} is not allowed at byte ${at}`;
  }
}

function numberField(bytes: Uint8Array, number: number, offset: number): ProtobufField | string {
  const varint = readVarint(bytes, offset);
  if (typeof varint === 'string') return varint;
  const { value, end } = varint;
  return { number, kind: 'varint', offset, bytes: end - offset, value };
}

function bytesField(
  message: Uint8Array,
  field: ProtobufPlace & { readonly kind: 'bytes' | 'fixed' },
): ProtobufField | string {
  const end = field.offset + field.bytes;
  if (end > message.length) return `value runs past its end at byte ${field.offset}`;
  return { ...field, value: message.subarray(field.offset, end) };
}

/** Seven bits a byte, least first. @returns what is wrong, when it is text. */
function readVarint(bytes: Uint8Array, start: number) {
  let value = 0;
  for (let index = 0; index < varintBytesMax; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) return `ends inside a number at byte ${start}`;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: start + index + 1 };
  }
  return `number longer than ${varintBytesMax} bytes at byte ${start}`;
}
