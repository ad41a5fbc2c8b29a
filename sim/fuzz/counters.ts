/**
 * One counter for each branch, function and statement of the instrumented sources, all in one flat
 * array, so that an execution's traces are read and cleared in one pass.
 */

/** More than all of core has; past it the instrumentation refuses to load a file. */
const countersMax = 1 << 17;

export interface Counters {
  /** The instrumented code counts up in here. */
  readonly counts: Uint32Array;
  /** How many of them are in use. */
  size(): number;
  /** A file's counters: `isBranch` for each, in order. @returns the index of the first. */
  add(isBranch: readonly boolean[]): number;
  readonly files: readonly CountedFile[];
}

export interface CountedFile {
  readonly from: number;
  readonly isBranch: readonly boolean[];
}

export function createCounters(): Counters {
  const counts = new Uint32Array(countersMax);
  const files: CountedFile[] = [];
  let size = 0;
  return {
    counts,
    files,
    size: () => size,
    add(isBranch) {
      const from = size;
      if (from + isBranch.length > countersMax) throw new RangeError('more counters than room');
      files.push({ from, isBranch });
      size += isBranch.length;
      return from;
    },
  };
}
