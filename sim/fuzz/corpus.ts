/**
 * The corpus as it is committed: a folder for each target, a `.hex` file for each input, small
 * enough to replay within every run of the tests.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bytesOfHex, hexOf } from './byte-forms.ts';
import type { FuzzTarget } from './fuzz-target.ts';

/** For each target; what reaches least beyond the others is left out. */
export const keptInputsMax = 64;
export const keptBytesMax = 64 * 1024;

/** With a slash at its end. */
export const checkout = fileURLToPath(new URL('../../', import.meta.url));

export function corpusFolder(target: FuzzTarget): string {
  return join(checkout, 'fixtures/corpus', target.name);
}

/** Committed inputs and those of the target's other folders, in a fixed order. */
export function readSeeds(target: FuzzTarget): Uint8Array[] {
  const others = (target.seedFolders ?? []).map((folder) => join(checkout, folder));
  return [corpusFolder(target), ...others].flatMap(readInputs);
}

/** @param folder may be missing: a new target has none yet. */
export function readInputs(folder: string): Uint8Array[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.hex'));
  return names.sort().map((name) => readHexFile(join(folder, name)));
}

/** Line ends and spaces do not count. */
export function readHexFile(path: string): Uint8Array {
  return bytesOfHex(readFileSync(path, 'utf8').replaceAll(/\s/g, ''));
}

/** Replaces what the folder holds; a name is the beginning of the input's SHA-256. */
export function writeInputs(folder: string, inputs: readonly Uint8Array[]): void {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (name.endsWith('.hex')) rmSync(join(folder, name));
  }
  for (const input of inputs) {
    const name = createHash('sha256').update(input).digest('hex').slice(0, 12);
    writeFileSync(join(folder, `${name}.hex`), `${hexOf(input)}\n`);
  }
}

/**
 * The inputs that together reach most: again and again the one that adds most features, the shorter
 * one of two equals, until nothing is added or a bound is met.
 */
export function minimise(
  inputs: readonly Uint8Array[],
  featuresOf: (input: Uint8Array) => ReadonlySet<number>,
): Uint8Array[] {
  const candidates = inputs
    .map((input) => ({ input, features: featuresOf(input) }))
    .sort((left, right) => left.input.length - right.input.length);
  const kept: Uint8Array[] = [];
  const reached = new Set<number>();
  let room = keptBytesMax;
  while (kept.length < keptInputsMax) {
    const fitting = candidates.filter(({ input }) => input.length <= room);
    const gains = fitting.map(({ features }) => gainOf(features, reached));
    const gain = gains.reduce((most, one) => Math.max(most, one), 0);
    const best = fitting[gains.indexOf(gain)];
    if (best === undefined || gain === 0) break;
    for (const feature of best.features) reached.add(feature);
    kept.push(best.input);
    room -= best.input.length;
  }
  return kept;
}

function gainOf(features: ReadonlySet<number>, reached: ReadonlySet<number>): number {
  let gain = 0;
  for (const feature of features) if (!reached.has(feature)) gain += 1;
  return gain;
}
