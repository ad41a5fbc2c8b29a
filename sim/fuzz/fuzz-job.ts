/** What the main thread and the worker that fuzzes one target say to each other. */
import type { Progress, SearchResult } from './fuzz-loop.ts';
import { inputBytesMax } from './fuzz-target.ts';

export interface FuzzJob {
  /** URL of the module that exports `targets`, and which one of them. */
  readonly module: string;
  readonly target: string;
  /** Beginnings of the paths, from the checkout's root, of the sources that get counters. */
  readonly covers: readonly string[];
  readonly seeds: readonly Uint8Array[];
  readonly seed: number;
  /** Whichever comes first; Infinity is allowed. */
  readonly milliseconds: number;
  readonly executions: number;
  /** Whether to give back the corpus minimised, with the seeds. */
  readonly minimised: boolean;
}

export type WorkerMessage =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'done'; readonly result: SearchResult };

/**
 * Shared memory in which the worker writes down what it tries, so that the main thread still knows
 * the input when the worker does not come back from it.
 */
export interface TrialNote {
  readonly memory: SharedArrayBuffer;
  write(input: Uint8Array | undefined): void;
  /** @returns undefined when nothing is being tried. */
  read(): { readonly trial: number; readonly input: Uint8Array } | undefined;
}

const headerBytes = 12;

export function createTrialNote(
  memory = new SharedArrayBuffer(headerBytes + inputBytesMax),
): TrialNote {
  const header = new Int32Array(memory, 0, 3);
  const room = new Uint8Array(memory, headerBytes);
  return {
    memory,
    write(input) {
      header[0] = input === undefined ? 0 : 1;
      if (input === undefined) return;
      header[1] = (header[1] ?? 0) + 1;
      header[2] = input.length;
      room.set(input);
    },
    read() {
      const [isTrying, trial = 0, length = 0] = header;
      return isTrying === 1 ? { trial, input: room.slice(0, length) } : undefined;
    },
  };
}
