/**
 * ID-length-value text of merchant-presented codes (EMVCo "QR Code Specification for Payment
 * Systems, Merchant-Presented Mode" 1.1 §3.2 and §4.3): two digits of ID, two digits of length, so
 * many characters. Characters are Unicode's, though the text travels as UTF-8: a length of 4 may be
 * 12 bytes. Knows the shape only, not what any ID means.
 */

/** The specification's own bound for a whole code. */
export const idLengthValueCharactersMax = 512;
const valueCharactersMax = 99;

/** What may precede a value: two digits of ID and two of length. */
const headerCharacters = 4;

export interface IdLengthValue {
  /** Two digits. */
  readonly id: string;
  /** 1 to 99 characters. */
  readonly value: string;
  /** Where the value begins in the UTF-8 of the whole, and how many bytes of it there are. */
  readonly offset: number;
  readonly bytes: number;
  /** Objects inside, for a template; empty otherwise. */
  readonly inner: readonly IdLengthValue[];
}

export interface IdLengthValues {
  /** All there are, or those that could be read before the fault. */
  readonly objects: readonly IdLengthValue[];
  /** What is wrong, with the byte. */
  readonly fault?: string;
}

/**
 * Total. Every ID stands once at its level, as §4.3 demands.
 * @param isTemplate whether the object at a path such as `62` or `62.50` holds objects itself.
 */
export function readIdLengthValue(
  bytes: Uint8Array,
  isTemplate: (path: string) => boolean,
): IdLengthValues {
  const text = decodeUtf8(bytes);
  if (text === undefined) return { objects: [], fault: `not UTF-8 at byte ${utf8FlawAt(bytes)}` };
  const characters = [...text];
  if (characters.length > idLengthValueCharactersMax) {
    return { objects: [], fault: `longer than ${idLengthValueCharactersMax} characters` };
  }
  const offsets = byteOffsets(characters);
  return readObjects({ characters, offsets, isTemplate, start: 0, end: characters.length, in: '' });
}

/** @throws RangeError for an ID that is not two digits, or a value of 0 or above 99 characters. */
export function encodeIdLengthValue(
  objects: readonly (readonly [id: string, value: string])[],
): string {
  return objects.map(([id, value]) => `${id}${lengthOf(id, value)}${value}`).join('');
}

function lengthOf(id: string, value: string): string {
  if (!/^\d\d$/.test(id)) throw new RangeError(`an ID has two digits, unlike ${id}`);
  const { length } = [...value];
  if (length < 1 || length > valueCharactersMax) {
    throw new RangeError(`ID ${id} takes 1 to ${valueCharactersMax} characters, not ${length}`);
  }
  return String(length).padStart(2, '0');
}

interface Window {
  readonly characters: readonly string[];
  /** Byte at which each character begins, and at last the end. */
  readonly offsets: readonly number[];
  readonly isTemplate: (path: string) => boolean;
  readonly start: number;
  readonly end: number;
  /** Path of the template, with a dot behind it. */
  readonly in: string;
}

interface Header {
  readonly id: string;
  /** In characters. */
  readonly start: number;
  readonly end: number;
}

function readObjects(window: Window): IdLengthValues {
  const objects: IdLengthValue[] = [];
  let at = window.start;
  while (at < window.end) {
    const header = readHeader(window, at);
    if (typeof header === 'string') return { objects, fault: header };
    if (objects.some(({ id }) => id === header.id)) {
      return { objects, fault: `ID ${window.in}${header.id} twice at byte ${window.offsets[at]}` };
    }
    const { inner, fault } = readInner(window, header);
    objects.push(objectOf(window, header, inner));
    if (fault !== undefined) return { objects, fault };
    at = header.end;
  }
  return { objects };
}

/** @returns what is wrong, when it is text. */
function readHeader(window: Window, at: number): Header | string {
  const { characters, offsets } = window;
  const start = at + headerCharacters;
  if (start > window.end) return `ends inside an object at byte ${offsets[at]}`;
  const id = characters.slice(at, at + 2).join('');
  const length = characters.slice(at + 2, start).join('');
  if (!/^\d\d$/.test(id)) return `no ID of two digits at byte ${offsets[at]}`;
  if (!/^\d\d$/.test(length) || length === '00') {
    return `no length from 01 to 99 at byte ${offsets[at + 2]}`;
  }
  const end = start + Number(length);
  if (end > window.end) return `value runs past its end at byte ${offsets[start]}`;
  return { id, start, end };
}

function readInner(window: Window, { id, start, end }: Header) {
  const path = `${window.in}${id}`;
  if (!window.isTemplate(path)) return { inner: [] };
  const { objects, fault } = readObjects({ ...window, start, end, in: `${path}.` });
  return { inner: objects, fault };
}

function objectOf(
  { characters, offsets }: Window,
  { id, start, end }: Header,
  inner: readonly IdLengthValue[],
): IdLengthValue {
  const offset = offsets[start] ?? 0;
  const bytes = (offsets[end] ?? 0) - offset;
  return { id, value: characters.slice(start, end).join(''), offset, bytes, inner };
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // A fatal decoder throws for what is not UTF-8, and for nothing else.
    return undefined;
  }
}

/** Where bytes that are not UTF-8 stop to be it: what a lenient decoder replaces it writes otherwise. */
function utf8FlawAt(bytes: Uint8Array): number {
  const replaced = new TextEncoder().encode(
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
  );
  return bytes.findIndex((byte, index) => byte !== replaced[index]);
}

function byteOffsets(characters: readonly string[]): readonly number[] {
  const offsets = [0];
  let offset = 0;
  for (const character of characters) {
    offset += utf8Length(character.codePointAt(0) ?? 0);
    offsets.push(offset);
  }
  return offsets;
}

/** RFC 3629 §3. */
function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x1_0000 ? 3 : 4;
}
