/** What this thread holds in memory, and a collection of what it no longer needs. */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Objects and array buffers, in bytes; cheap enough to ask around every execution. */
export function heapBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

/**
 * @returns a function that collects everything collectable, now. Array buffers are given back by
 * another thread after a collection; the next collection waits for it.
 */
export function createCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  return () => {
    collect();
    collect();
  };
}
