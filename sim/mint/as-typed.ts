/** What was typed and cannot be: known only once options are looked at together, yet wrong usage. */
import { CommanderError } from 'commander';
import { CliError, type CliIo, type ExitCode } from '../../src/cli/cli-io.ts';
import { ConfigError } from '../../src/config/config-error.ts';

/** Told as any error of a command, and ends with 2. */
export class UsageError extends CliError {}

const wrongUsage: ExitCode = 2;

/** Runs a command. @throws CommanderError, when what went wrong was said already, or as it does. */
export function asTyped<T>(io: CliIo, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.err(`${error.code}: ${error.message}`);
    io.err(`→ ${error.hint}`);
    throw new CommanderError(wrongUsage, error.code, error.message);
  }
}

/** Reads a file that is no configuration. @param hint the page that tells of it. @throws CliError */
export function readHinted<T>(hint: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) throw new CliError(error.code, error.message, hint);
    throw error;
  }
}
