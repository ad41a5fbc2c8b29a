/**
 * Runs the search for one target in a worker and watches it: a target that never comes back, or
 * takes all memory, is a finding too, with the input that it was given last.
 */
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../device/clock.ts';
import type { Finding } from './finding.ts';
import { createTrialNote, type FuzzJob, type TrialNote, type WorkerMessage } from './fuzz-job.ts';
import type { Progress, SearchResult } from './fuzz-loop.ts';

/** An execution that takes so long does not end: no honest one takes a hundredth of it. */
const stuckMsDefault = 10_000;
const watchMs = 100;

/** For the objects of one worker; its findings on memory come long before. */
const heapMegabytesMax = 512;

export interface WatchOptions {
  readonly clock: Clock;
  readonly onProgress?: (progress: Progress) => void;
  readonly stuckMs?: number;
  /** Ends the search early, without a finding. */
  readonly signal?: AbortSignal;
}

const nothingYet: Progress = {
  executions: 0,
  milliseconds: 0,
  corpusInputs: 0,
  branchesReached: 0,
  branchesTotal: 0,
};

/** @throws what the worker threw when that was not the target's doing. */
export async function runSearch(job: FuzzJob, options: WatchOptions): Promise<SearchResult> {
  const note = createTrialNote();
  const worker = new Worker(new URL('./fuzz-worker.ts', import.meta.url), {
    workerData: { job, memory: note.memory },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax },
  });
  const over = new AbortController();
  let progress = nothingYet;
  const ending = (finding: Finding | undefined): SearchResult => ({
    finding,
    corpus: [],
    progress,
  });
  const told = new Promise<SearchResult>((resolve, reject) => {
    worker.on('message', (message: WorkerMessage) => {
      if (message.kind === 'done') return resolve(message.result);
      progress = message.progress;
      options.onProgress?.(progress);
    });
    worker.on('error', (error) => {
      const finding = memoryFinding(error, note);
      return finding === undefined ? reject(error) : resolve(ending(finding));
    });
    options.signal?.addEventListener('abort', () => resolve(ending(undefined)), { once: true });
  });
  const stuck = watchForStandstill(note, options, over.signal).then(ending);
  try {
    return await Promise.race([told, stuck]);
  } finally {
    over.abort();
    await worker.terminate();
  }
}

function memoryFinding(error: unknown, note: TrialNote): Finding | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const trial = note.read();
  if (code !== 'ERR_WORKER_OUT_OF_MEMORY' || trial === undefined) return undefined;
  return { kind: 'allocation', detail: 'all memory taken', input: trial.input };
}

/** Never resolves when the signal aborts first: the race is over then. */
async function watchForStandstill(
  note: TrialNote,
  { clock, stuckMs = stuckMsDefault }: WatchOptions,
  signal: AbortSignal,
): Promise<Finding> {
  let last: number | undefined;
  let since = clock.monotonicNow();
  while (!signal.aborted) {
    const seen = note.read();
    if (seen === undefined || seen.trial !== last) since = clock.monotonicNow();
    else if (clock.monotonicNow() - since > stuckMs) {
      return { kind: 'hang', detail: `not back after ${stuckMs} ms`, input: seen.input };
    }
    last = seen?.trial;
    await clock.sleep(watchMs, signal);
  }
  return new Promise(() => {});
}
