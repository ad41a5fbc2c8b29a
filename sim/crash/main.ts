/** `scripts/crash`: kills the runtime many times while riders tap; exits 0 only if nothing is lost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { createSystemRandom } from '../../device/os/system-chance.ts';
import { createSystemClock } from '../../device/os/system-clock.ts';
import type { CliIo, ExitCode } from '../../src/cli/cli-io.ts';
import { createProcessIo } from '../../src/cli/process-io.ts';
import { type ProgramRun, runProgram } from '../../src/cli/run-program.ts';
import { countProgress } from '../count-progress.ts';
import { wholeNumber } from '../mint/option-parsers.ts';
import { type CrashReport, runCrashLoop } from './crash-loop.ts';

const io = createProcessIo();
const ran: ProgramRun = { io, exitCode: 0 };
const clock = createSystemClock();
const count = wholeNumber(0, Number.MAX_SAFE_INTEGER);

const program = new Command('scripts/crash')
  .description('kill -9 of the runtime at random moments while riders tap: nothing may be lost.')
  .option('--kills <n>', 'how often', count, 200)
  .option('--seed <n>', 'draws the moments; a new one each time unless given', count)
  .action(async ({ kills, seed = Math.floor(createSystemRandom().next() * 1e9) }) => {
    ran.exitCode = await crash(kills, seed);
  });

process.exitCode = await runProgram(program, ran, process.argv.slice(2));

async function crash(kills: number, seed: number): Promise<ExitCode> {
  const folder = mkdtempSync(join(tmpdir(), 'halte-crash-'));
  const start = clock.monotonicNow();
  io.out(`${kills} kills, seed ${seed}`);
  const onKill = countProgress(io, { total: kills, what: 'kills' });
  const report = await runCrashLoop({ kills, seed, folder, onKill }, { clock });
  const seconds = Math.round((clock.monotonicNow() - start) / 1_000);
  printVerdict(report, seconds, io);
  if (report.broken.length > 0) {
    io.err(`→ everything is kept in ${folder}; again with --kills ${kills} --seed ${seed}`);
    return 1;
  }
  rmSync(folder, { recursive: true });
  return 0;
}

function printVerdict(report: CrashReport, seconds: number, { out, err }: CliIo): void {
  const { kills, riders, greens, darkened, rows, repliesLost, broken } = report;
  out(
    `${riders} riders: ${greens} saw green, ${darkened} were accepted but killed before the light`,
  );
  out(`${rows} rows at the device and the backend, ${repliesLost} replies lost, ${seconds} s`);
  for (const what of broken) err(`crash/broken: ${what}`);
  out(broken.length === 0 ? `${kills} kills, nothing lost, nothing twice` : 'PROMISES BROKEN');
}
