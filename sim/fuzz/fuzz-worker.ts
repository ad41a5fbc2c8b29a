/**
 * The thread in which one target is fuzzed: hooks its loader first, loads the target after, so that
 * the sources under test have counters and the fuzzer's own have none.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { createSimRandom } from '../sim-chance.ts';
import { checkout, minimise } from './corpus.ts';
import { createCounters } from './counters.ts';
import { type Coverage, createCoverage } from './coverage.ts';
import { createTrialNote, type FuzzJob, type WorkerMessage } from './fuzz-job.ts';
import { searchForFindings } from './fuzz-loop.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { createCollector } from './heap.ts';
import { installInstrumentation } from './instrument.ts';

const { job, memory } = workerData as { job: FuzzJob; memory: SharedArrayBuffer };
const clock = createSystemClock();
const begun = clock.monotonicNow();
const counters = createCounters();
const coverage = createCoverage(counters);
const note = createTrialNote(memory);

/** Loading takes its part of the time, but not all of it. */
const searchMsLeast = 500;

// Stacks cost more than the parsers that throw; a replay shows them.
Error.stackTraceLimit = 0;
const { literals } = installInstrumentation(counters, { root: checkout, covers: job.covers });
const target = await loadTarget();
const result = await searchForFindings({
  target,
  clock,
  coverage,
  random: createSimRandom(job.seed),
  dictionary: [...literals, ...(target.dictionary ?? []), Uint8Array.of(0)],
  collect: createCollector(),
  seeds: job.seeds,
  milliseconds: Math.max(searchMsLeast, job.milliseconds - (clock.monotonicNow() - begun)),
  executions: job.executions,
  onTrial: note.write,
  onProgress: (progress) => say({ kind: 'progress', progress }),
});
const isKept = job.minimised && result.finding === undefined;
const corpus = isKept
  ? minimise([...job.seeds, ...result.corpus], featuresBy(coverage))
  : result.corpus;
say({ kind: 'done', result: { ...result, corpus } });

function say(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

async function loadTarget(): Promise<FuzzTarget> {
  const { targets }: { targets: readonly FuzzTarget[] } = await import(job.module);
  const found = targets.find(({ name }) => name === job.target);
  if (found === undefined) throw new Error(`no target ${job.target} in ${job.module}`);
  return found;
}

function featuresBy({ clear, takeFeatures }: Coverage): (input: Uint8Array) => Set<number> {
  return (input) => {
    clear();
    target.run(input.slice());
    return takeFeatures();
  };
}
