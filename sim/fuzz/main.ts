/** `scripts/fuzz`: lets the fuzzer loose on the parsers; exits 0 only if it finds nothing. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { Argument, Command, InvalidArgumentError } from 'commander';
import { messageOf } from '../../device/message-of.ts';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { CliError, type ExitCode } from '../../src/cli/cli-io.ts';
import { createProcessIo } from '../../src/cli/process-io.ts';
import { type ProgramRun, runProgram } from '../../src/cli/run-program.ts';
import { checkout, corpusFolder, readHexFile, readSeeds, writeInputs } from './corpus.ts';
import type { Finding } from './finding.ts';
import type { Progress, SearchResult } from './fuzz-loop.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { tryGrowth } from './growth.ts';
import { createCollector } from './heap.ts';
import { targets } from './targets.ts';
import { tryInput } from './trial.ts';
import { runSearch } from './watched-search.ts';

interface Options {
  readonly seconds: number;
  readonly seed: number;
  readonly keep?: true;
  readonly replay?: string;
}

/** Sources under test; everything else runs without counters. */
const covers = [
  'src/core/',
  'device/serial/',
  'src/targets/',
  'src/store/security-list-',
  'src/runtime/driver-',
];

const findingsFolder = `${checkout}.halte/fuzz/`;

const headings = ['target', 'executions', 'per second', 'corpus', 'branches', ''];

const io = createProcessIo();
const clock = createSystemClock();
const ran: ProgramRun = { io, exitCode: 0 };

const program = new Command('scripts/fuzz')
  .description('Fuzzes the parsers of outside bytes, guided by the branches that inputs reach.')
  .addArgument(
    new Argument('[target]', 'one parser; all of them unless given').choices(
      targets.map(({ name }) => name),
    ),
  )
  .option('--seconds <n>', 'how long, for all targets together', count, 60)
  .option('--seed <n>', 'draws the changes to the inputs', count, 1)
  .option('--keep', 'put the inputs that reach most into fixtures/corpus')
  .option('--replay <file>', 'try this one input, in bytes or .hex, and fuzz nothing')
  .action(async (name: string | undefined, options: Options) => {
    ran.exitCode = await act(name, options);
  });

process.exitCode = await runProgram(program, ran, process.argv.slice(2));

async function act(name: string | undefined, options: Options): Promise<ExitCode> {
  const chosen = targets.filter((target) => name === undefined || target.name === name);
  const [first, another] = chosen;
  if (options.replay === undefined || first === undefined) return fuzz(chosen, options);
  if (another !== undefined) program.error('error: --replay needs a target');
  return replay(first, options.replay);
}

async function fuzz(chosen: readonly FuzzTarget[], options: Options): Promise<ExitCode> {
  const seconds = options.seconds / chosen.length;
  const rows: string[] = [];
  let findings = 0;
  for (const target of chosen) {
    if (io.stopping.aborted) break;
    const result = await fuzzOne(target, { ...options, seconds });
    rows.push(rowOf(target.name, result.progress, result.finding?.kind ?? 'nothing found'));
    if (result.finding !== undefined) {
      findings += 1;
      report(target, result.finding);
    } else if (options.keep && !io.stopping.aborted) {
      writeInputs(corpusFolder(target), result.corpus);
    }
  }
  io.out(`${rowOfCells(headings)}\n${rows.join('\n')}`);
  io.out(findings === 0 ? `seed ${options.seed}, nothing found` : `${findings} FOUND`);
  return findings === 0 ? 0 : 1;
}

async function fuzzOne(target: FuzzTarget, options: Options): Promise<SearchResult> {
  const progress = createProgress(target.name);
  const job = {
    module: new URL('./targets.ts', import.meta.url).href,
    target: target.name,
    covers,
    seeds: readSeeds(target),
    seed: options.seed,
    milliseconds: options.seconds * 1_000,
    executions: Number.POSITIVE_INFINITY,
    minimised: options.keep === true,
  };
  const result = await runSearch(job, { clock, onProgress: progress, signal: io.stopping });
  if (io.inColour) process.stdout.write('\r\u001b[K');
  return result;
}

/** One line that moves on a terminal; elsewhere a line each minute. */
function createProgress(name: string): (progress: Progress) => void {
  let nextLine = 60_000;
  return (progress) => {
    const line = rowOf(name, progress, '');
    if (io.inColour) process.stdout.write(`\r${line}`);
    else if (progress.milliseconds >= nextLine) {
      io.out(line);
      nextLine += 60_000;
    }
  };
}

function rowOf(name: string, progress: Progress, end: string): string {
  const { executions, milliseconds, corpusInputs, branchesReached, branchesTotal } = progress;
  const perSecond = Math.round(executions / Math.max(0.001, milliseconds / 1_000));
  const branches = `${branchesReached} of ${branchesTotal}`;
  return rowOfCells([name, `${executions}`, `${perSecond}`, `${corpusInputs}`, branches, end]);
}

function rowOfCells([name = '', ...cells]: readonly string[]): string {
  const end = cells.pop() ?? '';
  return [name.padEnd(16), ...cells.map((cell) => cell.padStart(12)), `  ${end}`]
    .join('')
    .trimEnd();
}

function report(target: FuzzTarget, { kind, detail, input }: Finding): void {
  const hash = createHash('sha256').update(input).digest('hex').slice(0, 12);
  const file = `${findingsFolder}${target.name}-${kind}-${hash}.bin`;
  mkdirSync(findingsFolder, { recursive: true });
  writeFileSync(file, input);
  io.err(`fuzz/${kind}: ${target.name}, ${input.length} bytes: ${detail}`);
  io.err(`→ scripts/fuzz ${target.name} --replay ${relative(process.cwd(), file)}`);
}

/** Without counters, so that the stack names the lines of the sources. */
function replay(target: FuzzTarget, file: string): ExitCode {
  const input = readInput(file);
  const bench = { target, clock, collect: createCollector() };
  const finding = tryInput(bench, input) ?? tryGrowth(bench, input);
  if (finding === undefined) {
    io.out(`${target.name}, ${input.length} bytes: nothing found`);
    return 0;
  }
  io.err(`fuzz/${finding.kind}: ${target.name}, ${input.length} bytes: ${finding.detail}`);
  if (finding.stack !== undefined) io.err(finding.stack);
  return 1;
}

function readInput(file: string): Uint8Array {
  try {
    return file.endsWith('.hex') ? readHexFile(file) : new Uint8Array(readFileSync(file));
  } catch (error) {
    throw new CliError(
      'fuzz/no-input',
      messageOf(error),
      'a finding names its file: see .halte/fuzz',
    );
  }
}

function count(text: string): number {
  const number = Number(text);
  if (text !== '' && Number.isSafeInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError('a whole number');
}
