/** Runs `halte mint` in memory as it was typed, for tests; of a card it tells only what is asked for. */
import { Command } from 'commander';
import { type ProgramRun, runProgram } from '../../src/cli/run-program.ts';
import { createSimEntropy } from '../sim-chance.ts';
import { someNow } from '../testing/builders.ts';
import { createTestIo } from '../testing/test-device.ts';
import { addCardCommand } from './card-command.ts';
import { addCodeCommands } from './code-commands.ts';
import { addKeyCommands } from './key-commands.ts';

interface Around {
  readonly now?: number;
  /** Of the entropy. */
  readonly seed?: number;
  readonly isTerminal?: boolean;
  readonly inColour?: boolean;
  readonly columns?: number;
}

/** At {@link someNow}, into a pipe, unless told otherwise. */
export async function mint(args: readonly string[], around: Around = {}) {
  const { now = someNow, seed = 1, isTerminal = false, inColour = false, columns } = around;
  const io = { ...createTestIo(), inColour };
  const run: ProgramRun = { io, exitCode: 0 };
  const program = new Command('halte');
  const command = program.command('mint');
  const clock = { wallNow: () => now };
  const deps = { io, clock, entropy: createSimEntropy(seed), isTerminal, columns };
  addCodeCommands(command, deps);
  addKeyCommands(command, deps);
  addCardCommand(command, async (options) => io.out(JSON.stringify(options)));
  const exitCode = await runProgram(program, run, ['mint', ...args]);
  return { exitCode, text: io.outs.join('\n'), outs: io.outs, errs: io.errs };
}
