/**
 * BER-TLV as EMVCo uses it (EMV Book 3 annex B, after ITU-T X.690 §8.1): tags of one to three bytes,
 * definite lengths of one to three bytes, constructed objects opened. Strict and bounded; a fault
 * names the byte. It does not know what a tag means: objects of unknown tags are kept as well.
 *
 * A length may take more bytes than it needs, as X.690 §8.1.3.5 allows, since the writers are other
 * people's wallets. Zero bytes between the objects of a template are padding and are skipped; outside
 * templates EMV allows none (Specification Update 69, 2nd edition).
 */
import { concat } from '../bytes.ts';
import { faulty, type Parsed, parsed } from '../parsed.ts';

/** Ten times the longest payment code; more is refused before the first byte is read. */
export const tlvBytesMax = 4_096;
/** A payment code has three levels. */
export const tlvDepthMax = 4;
/** Of all levels together. */
export const tlvObjectsMax = 64;
export const tlvTagBytesMax = 3;

/** What a length of three bytes can tell. */
const valueBytesMax = 0xffff;

export interface Tlv {
  /** Upper-case hexadecimal, such as `9F74`. */
  readonly tag: string;
  /** Where its value begins, counted from the first byte that was read. */
  readonly offset: number;
  /** A view of the bytes that were read, not a copy. */
  readonly value: Uint8Array;
  /** Objects inside, for a constructed tag; empty for a primitive one. */
  readonly inner: readonly Tlv[];
}

export interface TlvReading {
  /** All that were read before the fault, the last of each level perhaps not to its end. */
  readonly objects: readonly Tlv[];
  readonly fault?: string;
}

/** Reads objects until the bytes end. */
export function parseTlv(bytes: Uint8Array): Parsed<readonly Tlv[]> {
  const { objects, fault } = readTlv(bytes);
  return fault === undefined ? parsed(objects) : faulty('malformed-token', fault);
}

/** Reads as far as there is sense in it, for showing what is wrong with a code. */
export function readTlv(bytes: Uint8Array): TlvReading {
  const objects: Tlv[] = [];
  if (bytes.length > tlvBytesMax) return { objects, fault: `longer than ${tlvBytesMax} bytes` };
  const budget = { objects: tlvObjectsMax };
  try {
    readObjects({ bytes, start: 0, end: bytes.length, depth: 1, budget }, objects);
    return { objects };
  } catch (error) {
    if (error instanceof TlvFault) return { objects, fault: error.message };
    throw error;
  }
}

/** The first object with the tag, at this level. */
export function findTlv(objects: readonly Tlv[], tag: string): Tlv | undefined {
  return objects.find((object) => object.tag === tag);
}

/**
 * One object, with the shortest length. @param tag hexadecimal. @param inner the value, or the
 * encoded objects of a constructed one. @throws RangeError above 65,535 bytes of value.
 */
export function encodeTlv(tag: string, ...inner: readonly Uint8Array[]): Uint8Array {
  const value = concat(...inner);
  return concat(Buffer.from(tag, 'hex'), encodedLength(value.length), value);
}

function encodedLength(length: number): Uint8Array {
  if (length > valueBytesMax) throw new RangeError(`a value of ${length} bytes is too long`);
  if (length < 0x80) return Uint8Array.of(length);
  if (length < 0x100) return Uint8Array.of(0x81, length);
  return Uint8Array.of(0x82, length >> 8, length & 0xff);
}

class TlvFault extends Error {}

interface Window {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  readonly budget: { objects: number };
}

/** @param objects where what was read is put, at once, so that a fault does not lose it. */
function readObjects(window: Window, objects: Tlv[]): void {
  if (window.depth > tlvDepthMax) {
    throw new TlvFault(`more than ${tlvDepthMax} levels deep at byte ${window.start}`);
  }
  let offset = window.start;
  while (offset < window.end) {
    offset = isPadding(window, offset) ? offset + 1 : readObject(window, offset, objects);
  }
}

function isPadding(window: Window, offset: number): boolean {
  if (window.bytes[offset] !== 0) return false;
  if (window.depth === 1) throw new TlvFault(`padding outside a template at byte ${offset}`);
  return true;
}

/** @returns where the object ends. */
function readObject(window: Window, offset: number, objects: Tlv[]): number {
  window.budget.objects -= 1;
  if (window.budget.objects < 0) {
    throw new TlvFault(`more than ${tlvObjectsMax} objects at byte ${offset}`);
  }
  const tag = readTag(window, offset);
  const length = readLength(window, offset + tag.bytes);
  const start = offset + tag.bytes + length.bytes;
  const end = start + length.value;
  if (end > window.end) throw new TlvFault(`value runs past its end at byte ${start}`);
  const inner: Tlv[] = [];
  objects.push({ tag: tag.text, offset: start, value: window.bytes.subarray(start, end), inner });
  if (tag.constructed) readObjects({ ...window, start, end, depth: window.depth + 1 }, inner);
  return end;
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
