/**
 * Runs a commander program as Halte's commands behave: usage errors end with 2, failures of the
 * world with 1 and `code: what happened` + `→ hint`, our own bugs with their stack.
 */
import { type Command, CommanderError } from 'commander';
import { asFailure } from '../runtime/runtime-event.ts';
import type { CliIo, ExitCode } from './cli-io.ts';

export interface ProgramRun {
  readonly io: CliIo;
  /** Set by the action of the command that ran. */
  exitCode: ExitCode;
}

export async function runProgram(
  program: Command,
  run: ProgramRun,
  argv: readonly string[],
): Promise<ExitCode> {
  settle(program, run.io);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return run.exitCode;
  } catch (error) {
    return ending(error, run.io);
  }
}

/** Commander would write to the process and end it; here the main file alone does that. */
function settle(command: Command, io: CliIo): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => io.out(text.trimEnd()),
    writeErr: (text) => io.err(text.trimEnd()),
  });
  for (const child of command.commands) settle(child, io);
}

function ending(error: unknown, io: CliIo): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const failure = asFailure(error);
  if (failure === undefined) throw error;
  io.err(`${failure.code}: ${failure.message}`);
  io.err(`→ ${failure.hint}`);
  return 1;
}
