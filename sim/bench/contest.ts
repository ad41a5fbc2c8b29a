/**
 * Measures two things against each other: the floor, which cannot be done without, and the work
 * that is to be judged by it. They take turns sample by sample, so that whatever disturbs the
 * machine disturbs both, and only their ratio is judged.
 */
import type { Stopwatch } from './stopwatch.ts';

/** Both do the same input at the same index; neither keeps anything of it. */
export interface Contest {
  readonly floor: (index: number) => unknown;
  readonly work: (index: number) => unknown;
}

export interface Quantiles {
  /** Microseconds. */
  readonly p50: number;
  readonly p99: number;
}

export interface ContestRound {
  readonly floor: Quantiles;
  readonly work: Quantiles;
  /** Pairs of samples of which neither was interrupted. */
  readonly kept: number;
}

/** @param samples pairs to take, of the inputs 0 to samples - 1. */
export function holdRound(contest: Contest, samples: number, stopwatch: Stopwatch): ContestRound {
  const floors: number[] = [];
  const works: number[] = [];
  for (let index = 0; index < samples; index += 1) {
    const { floor, work } = timePair(contest, index, stopwatch);
    if (floor === undefined || work === undefined) continue;
    floors.push(floor);
    works.push(work);
  }
  return { floor: quantilesOf(floors), work: quantilesOf(works), kept: works.length };
}

/** Who begins changes from sample to sample: the second of two finds warmer caches. */
function timePair({ floor, work }: Contest, index: number, stopwatch: Stopwatch) {
  const timeFloor = () => stopwatch(() => floor(index));
  const timeWork = () => stopwatch(() => work(index));
  if (index % 2 === 0) return { floor: timeFloor(), work: timeWork() };
  const first = timeWork();
  return { floor: timeFloor(), work: first };
}

export interface Ratio {
  readonly median: number;
  /** Over the rounds: what chance does to it. */
  readonly least: number;
  readonly most: number;
}

export interface ContestResult {
  /** Medians over the rounds. */
  readonly floor: Quantiles;
  readonly work: Quantiles;
  /** Work by floor, p50 by p50 and p99 by p99. */
  readonly ratioP50: Ratio;
  readonly ratioP99: Ratio;
  readonly kept: number;
}

/** @param rounds at least one. */
export function summarise(rounds: readonly ContestRound[]): ContestResult {
  const floors = rounds.map(({ floor }) => floor);
  const works = rounds.map(({ work }) => work);
  return {
    floor: medianQuantiles(floors),
    work: medianQuantiles(works),
    ratioP50: ratioOf(rounds.map(({ floor, work }) => work.p50 / floor.p50)),
    ratioP99: ratioOf(rounds.map(({ floor, work }) => work.p99 / floor.p99)),
    kept: rounds.reduce((sum, { kept }) => sum + kept, 0),
  };
}

function medianQuantiles(quantiles: readonly Quantiles[]): Quantiles {
  return {
    p50: quantile(
      quantiles.map(({ p50 }) => p50),
      0.5,
    ),
    p99: quantile(
      quantiles.map(({ p99 }) => p99),
      0.5,
    ),
  };
}

function ratioOf(ratios: readonly number[]): Ratio {
  return { median: quantile(ratios, 0.5), least: Math.min(...ratios), most: Math.max(...ratios) };
}

function quantilesOf(values: readonly number[]): Quantiles {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
}

/** The smallest value that so large a part does not exceed; NaN of no values. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}
