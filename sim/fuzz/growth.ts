/** Finds code that keeps memory: the heap after a collection, watched over many executions. */
import type { Finding } from './finding.ts';
import { heapBytes } from './heap.ts';
import type { Bench } from './trial.ts';

/** Between two collections. */
export const growthRuns = 20_000;

/** What compiled code and the fuzzer's own records may add after the first collection. */
export const growthBytesMax = 12 * 1024 * 1024;

/** Executions of each suspect, and how many suspects there are at most. */
const suspectRuns = 500;
const suspectsMax = 256;

/** @returns a function to call after every {@link growthRuns}: how much was kept since the first. */
export function createGrowthWatch(collect: () => void): () => number {
  let first: number | undefined;
  return () => {
    collect();
    first ??= heapBytes();
    return heapBytes() - first;
  };
}

/** Which of the inputs makes the target keep most. */
export function worstKeeper(bench: Bench, inputs: readonly Uint8Array[], kept: number): Finding {
  let worst = { bytes: 0, input: inputs.at(-1) ?? new Uint8Array() };
  for (const input of inputs.slice(-suspectsMax)) {
    const bytes = keptBytes(bench, input, suspectRuns);
    if (bytes > worst.bytes) worst = { bytes, input };
  }
  const each = Math.round(worst.bytes / suspectRuns);
  const detail = `${kept} bytes kept; this input seems to keep ${each} each time`;
  return { kind: 'growth', detail, input: worst.input };
}

/** For a replay: whether this input alone makes the heap grow past the bound. */
export function tryGrowth(bench: Bench, input: Uint8Array): Finding | undefined {
  const bytes = keptBytes(bench, input, growthRuns);
  if (bytes <= growthBytesMax) return undefined;
  return { kind: 'growth', detail: `${bytes} bytes kept after ${growthRuns} executions`, input };
}

function keptBytes({ target, collect }: Bench, input: Uint8Array, runs: number): number {
  collect();
  const before = heapBytes();
  for (let run = 0; run < runs; run += 1) target.run(input.slice());
  collect();
  return heapBytes() - before;
}
