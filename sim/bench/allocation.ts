/**
 * What one call allocates: objects and array buffers, whether or not they are garbage when it
 * returns. What OpenSSL takes of the C library for a moment is not seen.
 */
import { heapBytes } from '../fuzz/heap.ts';

/** Calls before the first measurement, by which V8 has compiled what it compiles for them. */
const warmUpCalls = 20;
const measurements = 5;

export interface AllocationOptions {
  readonly collect: () => void;
  /** Together in one measurement; their mean counts. */
  readonly calls: number;
}

/**
 * @returns bytes for each call, the least of some measurements: what V8 allocates for itself comes
 * now and then, what the call allocates comes every time.
 */
export function allocatedBytes(
  call: (index: number) => unknown,
  { collect, calls }: AllocationOptions,
): number {
  for (let index = 0; index < warmUpCalls; index += 1) call(index);
  const seen = Array.from({ length: measurements }, () => {
    collect();
    const before = heapBytes();
    for (let index = 0; index < calls; index += 1) call(index);
    return heapBytes() - before;
  });
  return Math.max(0, Math.min(...seen)) / calls;
}
