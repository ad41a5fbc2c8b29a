/** The words of `halte lists` for the command line. */
import { type Command, InvalidArgumentError } from 'commander';
import type { ExitCode } from './cli-io.ts';
import { readTime } from './inspect.ts';
import { type ListsDeps, showList } from './lists.ts';
import { buildList } from './lists-build.ts';
import { lookupList } from './lists-lookup.ts';

/** @param ended is told how a command ended. */
export function addListCommands(
  program: Command,
  deps: ListsDeps,
  ended: (exitCode: ExitCode) => void,
): void {
  const lists = program.command('lists').description('who is refused, or accepted by number');

  lists
    .command('build')
    .description('make a file for devices from a table')
    .requiredOption('--from <csv>', 'columns kind,effect,key,reason,since,until')
    .requiredOption('--out <file>', 'the full file to write')
    .option('--delta-from <old>', 'write FILE.delta, too: what changes from this full file')
    .option('--identifier-key <file>', 'hash the numbers in the table with this key')
    .option('--id <name>', 'name of the list')
    .option('--list-version <n>', 'default: one more than the old one', readVersion)
    .option('--key-version <n>', 'which identifier key its keys are hashed with', readVersion)
    .option('--made-at <time>', 'default: now', readTime)
    .option('--json', 'print JSON')
    .action(async (options) => ended(await buildList(options, deps)));

  lists
    .command('lookup')
    .description('tell what is listed of a key or a token; ends with 1 when it is denied')
    .argument('<place>', 'a file, or the folder in which a device has its list')
    .argument('[key]', '64 hexadecimal digits, or digits of an issuer')
    .option('--token <text>', 'instead of a key: text of a code, or hexadecimal')
    .option('--identifier-key <file>', 'the key that devices hash with, for --token')
    .option('--at <time>', 'as of this time, such as 2026-11-02T07:00:00+07:00', readTime)
    .option('--json', 'print JSON')
    .action(async (place, key, options, command: Command) => {
      const isComplete = key ?? (options.token && options.identifierKey);
      if (!isComplete) command.error('error: give a KEY, or --token with --identifier-key');
      ended(await lookupList(place, key, { options, deps }));
    });

  lists
    .command('show')
    .description('check a file and count what is in it')
    .argument('<file>', 'a full file or a delta')
    .option('--json', 'print JSON')
    .action(async (file, options) => ended(await showList(file, options, deps)));
}

function readVersion(text: string): number {
  const version = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (version >= 1 && version < 2 ** 32) return version;
  throw new InvalidArgumentError('It is a whole number from 1.');
}
