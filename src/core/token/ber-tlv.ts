/**
 * BER-TLV as EMVCo uses it (EMV Book 3 annex B): tags of one to three bytes, definite lengths of
 * one to three bytes, constructed objects opened. Strict and bounded; a fault names the byte.
 */
import { faulty, type Parsed, parsed } from '../parsed.ts';

export const tlvDepthMax = 4;
export const tlvObjectsMax = 64;
export const tlvTagBytesMax = 3;

export interface Tlv {
  /** Upper-case hexadecimal, such as `9F74`. */
  readonly tag: string;
  readonly value: Uint8Array;
  /** Objects inside, for a constructed tag; empty for a primitive one. */
  readonly inner: readonly Tlv[];
}

/** Reads objects until the bytes end. */
export function parseTlv(bytes: Uint8Array): Parsed<readonly Tlv[]> {
  const budget = { objects: tlvObjectsMax };
  try {
    return parsed(readObjects({ bytes, start: 0, end: bytes.length, depth: 1, budget }));
  } catch (error) {
    if (error instanceof TlvFault) return faulty('malformed-token', error.message);
    throw error;
  }
}

/** The first object with the tag, at this level. */
export function findTlv(objects: readonly Tlv[], tag: string): Tlv | undefined {
  return objects.find((object) => object.tag === tag);
}

class TlvFault extends Error {}

interface Window {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  readonly budget: { objects: number };
}

function readObjects(window: Window): Tlv[] {
  if (window.depth > tlvDepthMax) {
    throw new TlvFault(`more than ${tlvDepthMax} levels deep at byte ${window.start}`);
  }
  const objects: Tlv[] = [];
  let offset = window.start;
  while (offset < window.end) {
    window.budget.objects -= 1;
    if (window.budget.objects < 0) {
      throw new TlvFault(`more than ${tlvObjectsMax} objects at byte ${offset}`);
    }
    const tag = readTag(window, offset);
    const length = readLength(window, offset + tag.bytes);
    const start = offset + tag.bytes + length.bytes;
    const end = start + length.value;
    if (end > window.end) throw new TlvFault(`value runs past its end at byte ${start}`);
    const inner = tag.constructed
      ? readObjects({ ...window, start, end, depth: window.depth + 1 })
      : [];
    objects.push({ tag: tag.text, value: window.bytes.subarray(start, end), inner });
    offset = end;
  }
  return objects;
}

function byteAt(window: Window, offset: number): number {
  const byte = offset < window.end ? window.bytes[offset] : undefined;
  if (byte === undefined) throw new TlvFault(`ends inside an object at byte ${offset}`);
  return byte;
}

function readTag(window: Window, offset: number) {
  const first = byteAt(window, offset);
  let text = hexByte(first);
  let bytes = 1;
  if ((first & 0x1f) === 0x1f) {
    let next: number;
    do {
      if (bytes === tlvTagBytesMax) throw new TlvFault(`tag too long at byte ${offset}`);
      next = byteAt(window, offset + bytes);
      text += hexByte(next);
      bytes += 1;
    } while ((next & 0x80) !== 0);
  }
  return { text, bytes, constructed: (first & 0x20) !== 0 };
}

function readLength(window: Window, offset: number) {
  const first = byteAt(window, offset);
  if (first < 0x80) return { value: first, bytes: 1 };
  if (first === 0x81) return { value: byteAt(window, offset + 1), bytes: 2 };
  if (first === 0x82) {
    return { value: byteAt(window, offset + 1) * 256 + byteAt(window, offset + 2), bytes: 3 };
  }
  throw new TlvFault(`length ${hexByte(first)} is not allowed at byte ${offset}`);
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0').toUpperCase();
}
