/**
 * What executions have reached so far. A trace is new when a counter was reached for the first time
 * or ran a power of two more often than ever: 1, 2, 4, 8, 16…
 */
import type { Counters } from './counters.ts';

export interface Coverage {
  /** Forgets what ran since, such as while modules loaded. */
  clear(): void;
  /** Takes the trace of the execution since the last call. @returns whether it holds anything new. */
  takeNews(): boolean;
  /** Takes the trace as a set of features, each a counter with its power of two. */
  takeFeatures(): Set<number>;
  /** Branches reached, of those in files of which anything was reached. */
  branches(): { readonly reached: number; readonly total: number };
}

const powers = 32;

export function createCoverage(counters: Counters): Coverage {
  const { counts } = counters;
  const seen = new Uint32Array(counts.length);

  return {
    clear: () => counts.fill(0, 0, counters.size()),
    takeNews() {
      let isNew = false;
      const size = counters.size();
      for (let index = 0; index < size; index += 1) {
        const count = counts[index] ?? 0;
        if (count === 0) continue;
        counts[index] = 0;
        const bit = 1 << powerOf(count);
        const before = seen[index] ?? 0;
        if ((before & bit) !== 0) continue;
        seen[index] = before | bit;
        isNew = true;
      }
      return isNew;
    },
    takeFeatures() {
      const features = new Set<number>();
      counts.subarray(0, counters.size()).forEach((count, index) => {
        if (count > 0) features.add(index * powers + powerOf(count));
      });
      counts.fill(0, 0, counters.size());
      return features;
    },
    branches: () => countBranches(counters, seen),
  };
}

function powerOf(count: number): number {
  return 31 - Math.clz32(count);
}

function countBranches(counters: Counters, seen: Uint32Array) {
  let reached = 0;
  let total = 0;
  for (const { from, isBranch } of counters.files) {
    const marks = seen.subarray(from, from + isBranch.length);
    if (marks.every((mark) => mark === 0)) continue;
    total += isBranch.filter(Boolean).length;
    reached += isBranch.filter((is, index) => is && marks[index] !== 0).length;
  }
  return { reached, total };
}
