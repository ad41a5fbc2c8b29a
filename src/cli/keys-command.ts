/** The words of `halte keys` for the command line. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { roles } from '../backend/api-keys.ts';
import { databaseForms } from './backend-database.ts';
import type { ExitCode } from './cli-io.ts';
import { addKey, type KeysDeps, listKeys, revokeKey } from './keys.ts';

/** @param ended is told how a command ended. */
export function addKeyCommands(
  program: Command,
  deps: KeysDeps,
  ended: (exitCode: ExitCode) => void,
): void {
  const keys = program.command('keys').description('who may speak to the office side of a backend');
  const db = ['--db <where>', databaseForms, 'sqlite:halte.db'] as const;

  keys
    .command('add')
    .description('make a key and print it: it is shown this once')
    .argument('<name>', 'of a person or a program', readName)
    .addOption(
      new Option('--role <role>', 'what it serves for').choices(roles).makeOptionMandatory(),
    )
    .option(...db)
    .option('--json', 'print JSON')
    .action(async (name, options) => ended(await addKey(name, options, deps)));

  keys
    .command('list')
    .description('who has keys; never a key itself')
    .option(...db)
    .option('--json', 'print JSON')
    .action(async (options) => ended(await listKeys(options, deps)));

  keys
    .command('revoke')
    .description('end a key at once')
    .argument('<name>', 'as "halte keys list" shows it')
    .option(...db)
    .action(async (name, options) => ended(await revokeKey(name, options, deps)));
}

function readName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(text)) return text;
  throw new InvalidArgumentError('It has 1 to 64 letters, digits, dots, dashes, underscores or @.');
}
