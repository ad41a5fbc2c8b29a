/**
 * One execution of a target and the judgement on it: whether it threw, changed its input, took too
 * long or too much memory.
 */
import { Buffer } from 'node:buffer';
import type { Clock } from '../../device/clock.ts';
import { type Finding, LawBroken } from './finding.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { heapBytes } from './heap.ts';

/** Of processor time. The slowest honest input is more than ten times faster. */
export const slowMs = 100;

/** For one input of at most inputBytesMax. */
export const allocationBytesMax = 8 * 1024 * 1024;

/** Executions of a suspect; it is guilty when each of them is. Chance slows down one of them. */
const confirmations = 2;

export interface Bench {
  readonly target: FuzzTarget;
  readonly clock: Clock;
  readonly collect: () => void;
}

/** What one execution took, before it is judged. */
export interface Trial {
  readonly input: Uint8Array;
  readonly broken: Finding | undefined;
  readonly milliseconds: number;
  readonly heapBytes: number;
}

/** @returns undefined when the target did as it must. */
export function tryInput(bench: Bench, input: Uint8Array): Finding | undefined {
  return judgeTrial(bench, runTrial(bench, input));
}

export function runTrial({ target, clock }: Bench, input: Uint8Array): Trial {
  const heapBefore = heapBytes();
  const start = clock.monotonicNow();
  const broken = runTarget(target, input);
  const milliseconds = clock.monotonicNow() - start;
  return { input, broken, milliseconds, heapBytes: heapBytes() - heapBefore };
}

/** Executes the input again when it is suspect, so coverage must be taken before. */
export function judgeTrial(bench: Bench, trial: Trial): Finding | undefined {
  const { input, broken } = trial;
  if (broken !== undefined) return broken;
  if (trial.milliseconds > slowMs) {
    const ms = confirmed(slowMs, () => processorMs(bench.target, input));
    if (ms !== undefined) return { kind: 'hang', detail: `${Math.round(ms)} ms`, input };
  }
  if (trial.heapBytes > allocationBytesMax) {
    const bytes = confirmed(allocationBytesMax, () => allocatedBytes(bench, input));
    if (bytes !== undefined) return { kind: 'allocation', detail: `${bytes} bytes`, input };
  }
  return undefined;
}

function runTarget(target: FuzzTarget, input: Uint8Array): Finding | undefined {
  const given = input.slice();
  try {
    target.run(given);
  } catch (error) {
    return { ...thrown(error), input };
  }
  if (Buffer.compare(given, input) === 0) return undefined;
  return { kind: 'law', detail: 'changes its input', input };
}

function thrown(error: unknown): Omit<Finding, 'input'> {
  const kind = error instanceof LawBroken ? 'law' : 'crash';
  const stack = error instanceof Error ? error.stack : undefined;
  return { kind, detail: messageOf(error), stack };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** The least of some measurements, when even that is past the limit. */
function confirmed(limit: number, measure: () => number): number | undefined {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < confirmations; round += 1) least = Math.min(least, measure());
  return least > limit ? least : undefined;
}

function processorMs(target: FuzzTarget, input: Uint8Array): number {
  const before = process.threadCpuUsage();
  target.run(input.slice());
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

function allocatedBytes({ target, collect }: Bench, input: Uint8Array): number {
  collect();
  const before = heapBytes();
  target.run(input.slice());
  return heapBytes() - before;
}
