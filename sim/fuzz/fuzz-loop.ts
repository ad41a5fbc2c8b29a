/**
 * The search: takes an input of the corpus, changes it, tries it, and keeps it when it reached
 * something new. Under one seed, one corpus and one number of executions it does the same again.
 *
 * Invariants:
 * - the first finding ends the search;
 * - the corpus only grows, up to corpusInputsMax; what is new after that is not kept.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Random } from '../../device/clock.ts';
import type { Coverage } from './coverage.ts';
import type { Finding } from './finding.ts';
import { createGrowthWatch, growthBytesMax, growthRuns, worstKeeper } from './growth.ts';
import { mutate } from './mutate.ts';
import { shrink } from './shrink.ts';
import { allocationBytesMax, type Bench, judgeTrial, runTrial, slowMs } from './trial.ts';

/** Some parsers have more counts to tell apart than it is worth keeping inputs for. */
const corpusInputsMax = 4_096;

/** Executions between two looks at the clock and the turn of the event loop; divides growthRuns. */
const sliceRuns = 500;

const newestInputs = 16;

/** Between two reports of progress. */
const reportMs = 1_000;

export interface Search extends Bench {
  readonly coverage: Coverage;
  readonly random: Random;
  readonly dictionary: readonly Uint8Array[];
  /** Inputs to begin with; may be empty. */
  readonly seeds: readonly Uint8Array[];
  /** Called with each input before it is tried, and with undefined when trials pause. */
  readonly onTrial: (input: Uint8Array | undefined) => void;
  readonly onProgress: (progress: Progress) => void;
  /** Whichever comes first. */
  readonly milliseconds: number;
  readonly executions: number;
}

export interface Progress {
  readonly executions: number;
  readonly milliseconds: number;
  readonly corpusInputs: number;
  readonly branchesReached: number;
  readonly branchesTotal: number;
}

export interface SearchResult {
  readonly finding: Finding | undefined;
  readonly corpus: readonly Uint8Array[];
  readonly progress: Progress;
}

export async function searchForFindings(search: Search): Promise<SearchResult> {
  const state: State = { corpus: [], executions: 0, finding: undefined };
  const start = search.clock.monotonicNow();
  const elapsed = () => search.clock.monotonicNow() - start;
  const watchGrowth = createGrowthWatch(search.collect);
  let reportAt = reportMs;

  search.coverage.clear();
  tryAll(search, state, [new Uint8Array(), ...search.seeds]);
  for (let slice = 1; !isOver(search, state, elapsed()); slice += 1) {
    trySlice(search, state);
    if ((slice * sliceRuns) % growthRuns === 0) {
      const kept = watchGrowth();
      if (kept > growthBytesMax) state.finding ??= worstKeeper(search, state.corpus, kept);
    }
    if (elapsed() >= reportAt) {
      search.onProgress(progressOf(search, state, elapsed()));
      reportAt = elapsed() + reportMs;
    }
    await nextTurn();
  }
  const progress = progressOf(search, state, elapsed());
  const finding = state.finding && shrink(state.finding, search);
  return { finding, corpus: state.corpus, progress };
}

interface State {
  readonly corpus: Uint8Array[];
  executions: number;
  finding: Finding | undefined;
}

function isOver(limit: Search, { finding, executions }: State, elapsedMs: number): boolean {
  return finding !== undefined || executions >= limit.executions || elapsedMs >= limit.milliseconds;
}

function tryAll(search: Search, state: State, inputs: readonly Uint8Array[]): void {
  for (const input of inputs) if (state.finding === undefined) tryOne(search, state, input);
  search.onTrial(undefined);
}

function trySlice(search: Search, state: State): void {
  for (let run = 0; run < sliceRuns && state.finding === undefined; run += 1) {
    tryOne(search, state, nextInput(state.corpus, search));
  }
  search.onTrial(undefined);
}

function tryOne(search: Search, state: State, input: Uint8Array): void {
  const { coverage } = search;
  search.onTrial(input);
  state.executions += 1;
  const trial = runTrial(search, input);
  if (coverage.takeNews() && state.corpus.length < corpusInputsMax) state.corpus.push(input);
  state.finding = judgeTrial(search, trial);
  // A slow machine makes an input suspect; what its confirmation ran must not count as news.
  if (trial.milliseconds > slowMs || trial.heapBytes > allocationBytesMax) coverage.clear();
}

/** The newest are nearest to what is still unknown: they have half of the turns. */
function nextInput(corpus: readonly Uint8Array[], { random, dictionary }: Search): Uint8Array {
  const draw = (among: number) =>
    corpus[corpus.length - 1 - Math.floor(random.next() * among)] ?? new Uint8Array();
  const among = random.next() < 0.5 ? Math.min(corpus.length, newestInputs) : corpus.length;
  return mutate(shorter(draw(among), draw(among)), {
    random,
    dictionary,
    other: draw(corpus.length),
  });
}

/** What short inputs reach they reach sooner. */
function shorter(left: Uint8Array, right: Uint8Array): Uint8Array {
  return left.length <= right.length ? left : right;
}

function progressOf(
  { coverage }: Search,
  { corpus, executions }: State,
  milliseconds: number,
): Progress {
  const { reached, total } = coverage.branches();
  return {
    executions,
    milliseconds,
    corpusInputs: corpus.length,
    branchesReached: reached,
    branchesTotal: total,
  };
}
