/** Looks for canaries, in whatever disguise, in files and in what was said. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Canary, disguiseBytesMin, disguisesOf } from './disguises.ts';

export interface Place {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface CanarySearch {
  /** @returns a line for each canary, disguise and place in which it was found. */
  find(places: readonly Place[]): string[];
}

interface Needle {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export function createCanarySearch(canaries: readonly Canary[]): CanarySearch {
  const needles = new Map<number, Needle[]>();
  for (const canary of canaries) {
    for (const { name, bytes } of disguisesOf(canary)) {
      const beginning = Buffer.from(bytes).readUIntBE(0, disguiseBytesMin);
      const alike = needles.get(beginning) ?? [];
      needles.set(beginning, [...alike, { name: `${canary.name} as ${name}`, bytes }]);
    }
  }

  function findIn(bytes: Uint8Array): Set<string> {
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const found = new Set<string>();
    for (let at = 0; at + disguiseBytesMin <= whole.length; at += 1) {
      for (const needle of needles.get(whole.readUIntBE(at, disguiseBytesMin)) ?? []) {
        const end = at + needle.bytes.length;
        if (whole.subarray(at, end).equals(needle.bytes)) found.add(needle.name);
      }
    }
    return found;
  }

  return {
    find: (places) =>
      places.flatMap(({ name, bytes }) => {
        const found = new Set([...findIn(bytes), ...findIn(ungrouped(bytes))]);
        return [...found].map((what) => `${name}: ${what}`);
      }),
  };
}

/**
 * Without what people and printers put between digits and numbers: `04:c0:ff`, `9360 0914`, lines
 * of base64, and the keys of `{"0":4,"1":192}`, as which JSON writes bytes.
 */
function ungrouped(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  return Buffer.from(text.replaceAll(/"\d+":/g, '').replaceAll(/[\s:_-]/g, ''), 'latin1');
}

/** Every file of a folder and of those in it; sockets and devices have nothing to read. */
export function placesIn(folder: string): Place[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ name: file.slice(folder.length + 1), bytes: readFileSync(file) }));
}

/** What a long text is made of: whoever shows twice as much of it shows one of these. */
export function piecesOf(name: string, text: string): Canary[] {
  const pieces = Math.floor(text.length / pieceLength);
  return Array.from({ length: pieces }, (_, index) => ({
    name: `${name}, from character ${index * pieceLength}`,
    secret: text.slice(index * pieceLength, (index + 1) * pieceLength),
  }));
}

const pieceLength = 16;
