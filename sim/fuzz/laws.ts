/**
 * Laws that hold for every parser of outside bytes, whatever its format: the same input gives the
 * same result, a result is no larger than its input allows, a fault has a known reason and does not
 * repeat the input, and what was decoded is encoded to the same bytes.
 */
import { Buffer } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import type { Parsed, ParseFault } from '../../src/core/parsed.ts';
import { reasons } from '../../src/core/reason.ts';
import { LawBroken } from './finding.ts';

type Run = (input: Uint8Array) => void;

/** Values, characters and bytes of a result: so many for each byte of input, and a few for none. */
const resultUnitsPerByte = 256;
const resultUnitsLeast = 1_024;

const detailCharactersMax = 160;

/** A detail that has so many characters of the input, as text or as hexadecimal digits, is suspect. */
const leakBytes = 8;

/** Details once looked at are not looked at again: a detail that leaks is another each time. */
const knownDetailsMax = 4_096;

export function holds(condition: boolean, law: string): asserts condition {
  if (!condition) throw new LawBroken(law);
}

/** For anything that is read from bytes, such as a list of fields. */
export function reads(read: (input: Uint8Array) => unknown): Run {
  return (input) => {
    readTwice(read, input);
  };
}

/** @param again another way to the same result, for what can be given in two forms. */
export function parses(
  parse: (input: Uint8Array) => Parsed<unknown>,
  again: (input: Uint8Array) => Parsed<unknown> = parse,
): Run {
  const known = new Set<string>();
  return (input) => {
    const result = readTwice(parse, input, again);
    if (result.ok || known.has(result.fault.detail)) return;
    checkFault(result.fault, input, (altered) => detailOf(parse(altered)));
    if (known.size < knownDetailsMax) known.add(result.fault.detail);
  };
}

/** @param encode gives the bytes that the value was decoded from. */
export function decodes<T>(
  decode: (input: Uint8Array) => T | undefined,
  encode: (value: T) => Uint8Array,
): Run {
  return (input) => {
    const value = readTwice(decode, input);
    if (value === undefined) return;
    holds(Buffer.compare(encode(value), input) === 0, 'encodes to other bytes than it decoded');
  };
}

function readTwice<T>(read: (input: Uint8Array) => T, input: Uint8Array, again = read): T {
  const first = read(input);
  holds(isDeepStrictEqual(again(input.slice()), first), 'reads the same differently');
  const most = resultUnitsLeast + resultUnitsPerByte * input.length;
  holds(unitsOf(first, most) <= most, 'gives more than the input can hold');
  return first;
}

/** One after the other, on the same input. */
export function all(...runs: readonly Run[]): Run {
  return (input) => {
    for (const run of runs) run(input);
  };
}

export function detailOf(result: Parsed<unknown>): string | undefined {
  return result.ok ? undefined : result.fault.detail;
}

/** @param detailAt the detail of the fault that another input gives. */
export function checkFault(
  { reason, detail }: ParseFault,
  input: Uint8Array,
  detailAt: (input: Uint8Array) => string | undefined,
): void {
  holds(Object.hasOwn(reasons, reason), `has no reason ${reason}`);
  holds(detail.length <= detailCharactersMax, 'has a detail that is too long');
  // An input may hold a word of the detail by chance: a leak goes along when the input is altered.
  const isLeak = repeatedParts(detail, Buffer.from(input)).some((part) => {
    const altered = Buffer.from(input);
    for (let at = part.from; at < part.end; at += 1) altered[at] = (altered[at] ?? 0) ^ 1;
    const again = detailAt(Uint8Array.from(altered))?.toLowerCase() ?? '';
    return (['latin1', 'hex'] as const)
      .map((form) => altered.toString(form, part.from, part.end).toLowerCase())
      .some((form) => again.includes(form));
  });
  holds(!isLeak, 'repeats the input in a detail');
}

interface Part {
  readonly from: number;
  readonly end: number;
}

/** Where in the input the parts lie that the detail has as text or in hexadecimal. */
function repeatedParts(detail: string, input: Buffer): readonly Part[] {
  const text = Buffer.from(detail, 'latin1');
  const parts: Part[] = [];
  for (let at = 0; at + leakBytes <= text.length; at += 1) {
    const part = text.subarray(at, at + leakBytes);
    const digits = part.toString('latin1');
    const isHex = /^[0-9a-f]+$/i.test(digits);
    for (const bytes of isHex ? [part, Buffer.from(digits, 'hex')] : [part]) {
      const from = input.indexOf(bytes);
      if (from >= 0) parts.push({ from, end: from + bytes.length });
    }
  }
  return parts;
}

/** Stops counting when it is more than `most`. */
function unitsOf(value: unknown, most: number): number {
  if (typeof value === 'string') return 1 + value.length;
  if (value instanceof Uint8Array) return 1 + value.length;
  if (typeof value !== 'object' || value === null) return 1;
  let units = 1;
  for (const inner of partsOf(value)) {
    units += unitsOf(inner, most - units);
    if (units > most) break;
  }
  return units;
}

function partsOf(value: object): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value instanceof Map ? [...value.keys(), ...value.values()] : Object.values(value);
}
