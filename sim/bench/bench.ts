/** `halte bench [NAME]`: measures that a budget is kept, as a ratio within one run. */
import { createSystemClock } from '../../device/os/system-clock.ts';
import { CliError, type CliIo, type ExitCode } from '../../src/cli/cli-io.ts';
import { createKeyedHash, identifierKeyBytes } from '../../src/core/crypto/keyed-hash.ts';
import { semarangTimetable } from '../city.ts';
import { createCollector } from '../fuzz/heap.ts';
import { createSimEntropy } from '../sim-chance.ts';
import { hostileCodes } from './hostile-codes.ts';
import { benchLists } from './lists.ts';
import { listsLines, reportOnLists } from './lists-report.ts';
import { thisMachine } from './machine.ts';
import { createStopwatch } from './stopwatch.ts';
import { tokenCases } from './token-cases.ts';
import { linesOf, reportOn } from './token-report.ts';
import { benchTokens, hostileAllocations } from './tokens.ts';
import { benchTrip } from './trip.ts';
import { reportOnTrip, tripLines } from './trip-report.ts';

export interface BenchOptions {
  /** A whole number, 1 to {@link roundsMax}. */
  readonly rounds: string;
  /** Of a security list: a whole number, {@link entriesLeast} to {@link entriesMost}. */
  readonly entries?: string;
  readonly json?: boolean;
}

export const roundsMax = 1_000;

/** Pairs of samples of each case in each round: ten of them lie beyond the p99. */
const samplesPerRound = 1_000;

/** Lookups of each kind in each round. */
const lookupsPerRound = 5_000;

/** A smaller list says nothing of a large one, and a larger one nobody has. */
export const entriesLeast = 10_000;
export const entriesMost = 50_000_000;

/** Different codes of each kind: more than V8 or a cache would remember. */
const codesOfEachKind = 500;

/** Keys and codes are the same in every run, those of P-256 aside. */
const seed = 1;

/** Enough to show that nothing grows with the list; ten million take minutes and 900 MB. */
const entriesAmongOthers = '100000';

type Benchmark = (rounds: number, options: BenchOptions, io: CliIo) => Promise<ExitCode>;

const benchmarks: Readonly<Record<string, Benchmark>> = {
  tokens: runTokens,
  lists: runLists,
  trip: runTrip,
};

/** @param name of one benchmark; undefined for all of them, with a small list unless told. */
export async function bench(
  name: string | undefined,
  options: BenchOptions,
  io: CliIo,
): Promise<ExitCode> {
  const rounds = roundsOf(options);
  const known = Object.keys(benchmarks);
  const names = name === undefined ? known : known.filter((one) => one === name);
  if (names.length === 0) {
    throw new CliError('bench/unknown', `no benchmark ${name}`, `one of ${known.join(', ')}`);
  }
  const isSmall = name === undefined && options.entries === undefined;
  if (isSmall) io.err(`lists: ${entriesAmongOthers} entries; "halte bench lists" has ten million`);
  const chosen = isSmall ? { ...options, entries: entriesAmongOthers } : options;
  let worst: ExitCode = 0;
  for (const one of names) {
    const exitCode = (await benchmarks[one]?.(rounds, chosen, io)) ?? 0;
    if (exitCode !== 0) worst = exitCode;
  }
  return worst;
}

function roundsOf(options: BenchOptions): number {
  const rounds = Number(options.rounds);
  if (Number.isSafeInteger(rounds) && rounds >= 1 && rounds <= roundsMax) return rounds;
  const hint = `a whole number from 1 to ${roundsMax}`;
  throw new CliError('bench/bad-rounds', `--rounds ${options.rounds} is not a number`, hint);
}

async function runTokens(rounds: number, options: BenchOptions, io: CliIo): Promise<ExitCode> {
  const clock = createSystemClock();
  const entropy = createSimEntropy(seed);
  const keyed = createKeyedHash(entropy.bytes(identifierKeyBytes));
  const collect = createCollector();
  const interruptions = () => process.resourceUsage().involuntaryContextSwitches;
  const stopwatch = createStopwatch(clock, interruptions);
  const onRound = (round: number) => io.err(`tokens: round ${round} of ${rounds}`);
  const allocation = hostileAllocations(hostileCodes(), { keyed, collect });
  const cases = await benchTokens(
    tokenCases({ entropy, keyed, codes: codesOfEachKind }),
    { clock, stopwatch, collect, keyed, onRound, signal: io.stopping },
    { rounds, samples: samplesPerRound },
  );
  if (cases === undefined) {
    io.err('tokens: stopped, nothing is judged');
    return 1;
  }
  const samples = samplesPerRound;
  const report = reportOn({ machine: thisMachine(), rounds, samples, cases, hostile: allocation });
  const lines = options.json ? [JSON.stringify(report)] : linesOf(report, io.inColour);
  for (const line of lines) io.out(line);
  return report.ok ? 0 : 1;
}

async function runLists(rounds: number, options: BenchOptions, io: CliIo): Promise<ExitCode> {
  const entries = entriesOf(options);
  const deps = {
    clock: createSystemClock(),
    signal: io.stopping,
    onPhase: (text: string) => io.err(`lists: ${text}`),
  };
  const figures = await benchLists({ entries, rounds, samples: lookupsPerRound }, deps);
  const report = reportOnLists({ machine: thisMachine(), entries, rounds, figures });
  const lines = options.json ? [JSON.stringify(report)] : listsLines(report, io.inColour);
  for (const line of lines) io.out(line);
  return report.ok ? 0 : 1;
}

async function runTrip(rounds: number, options: BenchOptions, io: CliIo): Promise<ExitCode> {
  const clock = createSystemClock();
  const interruptions = () => process.resourceUsage().involuntaryContextSwitches;
  const deps = { stopwatch: createStopwatch(clock, interruptions), rounds, signal: io.stopping };
  const timetable = semarangTimetable();
  const routeSet = benchTrip(timetable, { isRouteSet: true }, deps);
  const noRouteSet = benchTrip(timetable, { isRouteSet: false }, deps);
  if (routeSet === undefined || noRouteSet === undefined) {
    io.err('trip: stopped, nothing is judged');
    return 1;
  }
  const report = reportOnTrip({ machine: thisMachine(), rounds, routeSet, noRouteSet });
  const lines = options.json ? [JSON.stringify(report)] : tripLines(report, io.inColour);
  for (const line of lines) io.out(line);
  return report.ok ? 0 : 1;
}

function entriesOf({ entries: text = '10000000' }: BenchOptions): number {
  const entries = Number(text);
  if (Number.isSafeInteger(entries) && entries >= entriesLeast && entries <= entriesMost) {
    return entries;
  }
  const hint = `a whole number from ${entriesLeast} to ${entriesMost}`;
  throw new CliError('bench/bad-entries', `--entries ${text} is out of range`, hint);
}
