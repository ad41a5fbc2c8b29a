/**
 * The seam between callback-shaped drivers and the async iterable that a TokenReader gives: a
 * bounded queue with one consumer. Not a general channel: it drops the oldest scan when full.
 */
import type { Scan } from './token-reader.ts';

/** Riders who wait while a decision is made; more than this never stand at one door. */
export const scansWaitingMax = 16;

export interface ScanQueue extends AsyncIterable<Scan> {
  push(scan: Scan): void;
  /** Ends the iteration after what is queued; with an error, throws it there. Later calls do nothing. */
  end(error?: Error): void;
  /** Scans dropped because the consumer was too slow. */
  readonly dropped: number;
}

export function createScanQueue(): ScanQueue {
  const waiting: Scan[] = [];
  let ended: { readonly error?: Error | undefined } | undefined;
  let wake: () => void = () => {};
  let dropped = 0;

  return {
    push(scan) {
      if (ended !== undefined) return;
      if (waiting.length === scansWaitingMax) {
        waiting.shift();
        dropped += 1;
      }
      waiting.push(scan);
      wake();
    },
    end(error) {
      ended ??= { error };
      wake();
    },
    get dropped() {
      return dropped;
    },
    async *[Symbol.asyncIterator]() {
      while (true) {
        const scan = waiting.shift();
        if (scan !== undefined) yield scan;
        else if (ended === undefined) await new Promise<void>((resolve) => (wake = resolve));
        else if (ended.error !== undefined) throw ended.error;
        else return;
      }
    },
  };
}
