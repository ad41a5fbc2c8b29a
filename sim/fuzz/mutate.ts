/**
 * Makes a new input of old ones: a few small changes, drawn from a seed. It knows no format, but
 * the changes that formats are sensitive to: lengths, boundaries, blocks twice or missing, words
 * from a dictionary.
 */
import type { Random } from '../../device/clock.ts';
import { inputBytesMax } from './fuzz-target.ts';

export interface Mutation {
  readonly random: Random;
  /** Not empty. */
  readonly dictionary: readonly Uint8Array[];
  /** The input that is spliced with. */
  readonly other: Uint8Array;
}

/** The input while it is changed. */
interface Draft extends Mutation {
  readonly bytes: Uint8Array;
  length: number;
}

const changesMax = 8;
const blockBytesMax = 32;

/** Where parsers draw their lines: signs, widths, length forms of BER and CBOR. */
const interesting = [
  0, 1, 2, 0x17, 0x18, 0x1f, 0x20, 0x40, 0x7f, 0x80, 0x81, 0x82, 0xa0, 0xfe, 0xff,
];
const interestingWide = [
  [0x00, 0x00],
  [0x00, 0xff],
  [0x01, 0x00],
  [0x7f, 0xff],
  [0x80, 0x00],
  [0xff, 0xff],
  [0x00, 0x00, 0x00, 0x00],
  [0x7f, 0xff, 0xff, 0xff],
  [0x80, 0x00, 0x00, 0x00],
  [0xff, 0xff, 0xff, 0xff],
].map((bytes) => Uint8Array.from(bytes));

const changes: readonly ((draft: Draft) => void)[] = [
  flipBit,
  setByte,
  setByte,
  nudgeByte,
  setInteresting,
  setInterestingWide,
  insertBytes,
  removeBlock,
  removeBlock,
  duplicateBlock,
  copyBlock,
  insertWord,
  insertWord,
  overwriteWord,
  overwriteWord,
  splice,
  setLength,
  growWithLength,
];

/** @returns a new array of at most inputBytesMax bytes; `input` stays as it is. */
export function mutate(input: Uint8Array, mutation: Mutation): Uint8Array {
  const bytes = new Uint8Array(inputBytesMax);
  bytes.set(input.subarray(0, inputBytesMax));
  const draft: Draft = { ...mutation, bytes, length: Math.min(input.length, inputBytesMax) };
  // One change half of the time, two a quarter, …: most news are near to what is known.
  let count = 1;
  while (count < changesMax && draft.random.next() < 0.5) count += 1;
  for (let change = 0; change < count; change += 1) {
    changes[below(draft, changes.length)]?.(draft);
  }
  return draft.bytes.slice(0, draft.length);
}

function below({ random }: Draft, limit: number): number {
  return Math.floor(random.next() * limit);
}

function set(draft: Draft, at: number, byte: number): void {
  if (at < draft.length) draft.bytes[at] = byte;
}

function flipBit(draft: Draft): void {
  const at = below(draft, draft.length);
  set(draft, at, (draft.bytes[at] ?? 0) ^ (1 << below(draft, 8)));
}

function setByte(draft: Draft): void {
  set(draft, below(draft, draft.length), below(draft, 256));
}

function nudgeByte(draft: Draft): void {
  const at = below(draft, draft.length);
  set(draft, at, (draft.bytes[at] ?? 0) + below(draft, 17) - 8);
}

function setInteresting(draft: Draft): void {
  const byte = interesting[below(draft, interesting.length)] ?? 0;
  set(draft, below(draft, draft.length), byte);
}

function setInterestingWide(draft: Draft): void {
  const wide = interestingWide[below(draft, interestingWide.length)];
  if (wide !== undefined) overwrite(draft, below(draft, draft.length), wide);
}

function overwrite(draft: Draft, at: number, block: Uint8Array): void {
  draft.bytes.set(block.subarray(0, draft.length - at), at);
}

function insert(draft: Draft, at: number, block: Uint8Array): void {
  const fitting = block.slice(0, inputBytesMax - draft.length);
  draft.bytes.copyWithin(at + fitting.length, at, draft.length);
  draft.bytes.set(fitting, at);
  draft.length += fitting.length;
}

function insertBytes(draft: Draft): void {
  const block = new Uint8Array(1 + below(draft, blockBytesMax));
  const fill = below(draft, 4);
  if (fill === 0) for (const index of block.keys()) block[index] = below(draft, 256);
  else block.fill(fill === 1 ? 0 : below(draft, 256));
  insert(draft, below(draft, draft.length + 1), block);
}

/** Mostly short; now and then up to all of it. */
function blockOf(draft: Draft): { readonly at: number; readonly end: number } {
  const at = below(draft, draft.length);
  const room = draft.length - at;
  const most = below(draft, 4) === 0 ? room : Math.min(room, blockBytesMax);
  return { at, end: at + Math.min(room, 1 + below(draft, most)) };
}

function removeBlock(draft: Draft): void {
  const { at, end } = blockOf(draft);
  draft.bytes.copyWithin(at, end, draft.length);
  draft.length -= end - at;
}

function duplicateBlock(draft: Draft): void {
  const { at, end } = blockOf(draft);
  insert(draft, below(draft, 2) === 0 ? end : at, draft.bytes.slice(at, end));
}

function copyBlock(draft: Draft): void {
  const { at, end } = blockOf(draft);
  overwrite(draft, below(draft, draft.length), draft.bytes.slice(at, end));
}

function wordOf(draft: Draft): Uint8Array {
  return draft.dictionary[below(draft, draft.dictionary.length)] ?? new Uint8Array();
}

function insertWord(draft: Draft): void {
  insert(draft, below(draft, draft.length + 1), wordOf(draft));
}

function overwriteWord(draft: Draft): void {
  overwrite(draft, below(draft, draft.length), wordOf(draft));
}

function splice(draft: Draft): void {
  const from = below(draft, draft.other.length);
  draft.length = below(draft, draft.length + 1);
  insert(draft, draft.length, draft.other.subarray(from));
}

/** Takes a byte for a length field and makes it what follows, or nearly. */
function setLength(draft: Draft): void {
  const at = below(draft, draft.length);
  const length = Math.max(0, draft.length - at - 1 + below(draft, 5) - 2);
  if (below(draft, 2) === 0) set(draft, at, length);
  else overwrite(draft, at, Uint8Array.of(length >> 8, length));
}

/** Takes a byte for a length field: inserts behind it and counts it up by as much. */
function growWithLength(draft: Draft): void {
  const at = below(draft, draft.length);
  const before = draft.length;
  const word = below(draft, 2) === 0 ? wordOf(draft) : Uint8Array.of(below(draft, 256));
  insert(draft, at + Math.min(before - at, 1 + below(draft, 4)), word);
  set(draft, at, (draft.bytes[at] ?? 0) + draft.length - before);
}
