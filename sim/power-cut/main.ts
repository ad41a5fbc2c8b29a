/** `scripts/power-cut`: a ledger opened after many power cuts; exits 0 only if nothing is lost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { createSystemRandom } from '../../device/os/system-chance.ts';
import { CliError, type ExitCode } from '../../src/cli/cli-io.ts';
import { createProcessIo } from '../../src/cli/process-io.ts';
import { type ProgramRun, runProgram } from '../../src/cli/run-program.ts';
import { countProgress } from '../count-progress.ts';
import { wholeNumber } from '../mint/option-parsers.ts';
import { createSimRandom } from '../sim-chance.ts';
import { cutDisk } from './cut-disk.ts';
import { noLoopDisk } from './loop-disk.ts';
import { cutPower } from './power-cut.ts';

const io = createProcessIo();
const ran: ProgramRun = { io, exitCode: 0 };
const rows = 300;
const printedMax = 20;
const count = wholeNumber(0, Number.MAX_SAFE_INTEGER);

const program = new Command('scripts/power-cut')
  .description('a ledger after power cuts at any call, writes lost, reordered or torn.')
  .option('--states <n>', 'how many states of the disk', count, 2_000)
  .option('--seed <n>', 'draws them; a new one each time unless given', count)
  .option('--disk <n>', 'how often a real ext4 is cut off instead; takes root', count)
  .action(async ({ states, disk, seed = Math.floor(createSystemRandom().next() * 1e9) }) => {
    ran.exitCode = disk === undefined ? await bench(states, seed) : await benchDisk(disk, seed);
  });

process.exitCode = await runProgram(program, ran, process.argv.slice(2));

async function bench(states: number, seed: number): Promise<ExitCode> {
  const folder = mkdtempSync(join(tmpdir(), 'halte-power-'));
  io.out(`${states} power cuts, seed ${seed}`);
  const onState = countProgress(io, { total: states, what: 'cuts' });
  const report = await cutPower({ folder, states, rows, onState }, createSimRandom(seed));
  io.out(
    `in ${report.operations} calls, ${report.syncs} of them syncs; ${report.greens} green lights`,
  );
  rmSync(folder, { recursive: true });
  return verdict(report.bad, `--states ${states} --seed ${seed}`);
}

async function benchDisk(cuts: number, seed: number): Promise<ExitCode> {
  const missing = noLoopDisk();
  if (missing !== undefined) throw new CliError('power-cut/no-disk', missing, 'try it as root');
  const folder = mkdtempSync(join(tmpdir(), 'halte-power-'));
  io.out(`${cuts} power cuts of a disk, seed ${seed}`);
  const onCut = countProgress(io, { total: cuts, what: 'cuts' });
  const report = await cutDisk({ folder, cuts, onCut }, createSimRandom(seed));
  io.out(`${report.greens} green lights before them`);
  rmSync(folder, { recursive: true });
  return verdict(report.bad, `--disk ${cuts} --seed ${seed}`);
}

function verdict(bad: readonly string[], again: string): ExitCode {
  for (const what of bad.slice(0, printedMax)) io.err(`power-cut/broken: ${what}`);
  if (bad.length === 0) {
    io.out('nothing lost, nothing corrupt, every debit accounted for');
    return 0;
  }
  io.err(`→ ${bad.length} of them are bad; again with ${again}`);
  return 1;
}
