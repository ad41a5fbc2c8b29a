/** The command line of `halte mint card`. */
import type { Command } from 'commander';
import { purseFile } from '../../src/core/card/desfire/transit-application.ts';
import type { MintCardOptions } from '../personalise/card-wish.ts';
import { daysMax } from './code-commands.ts';
import { shortAscii, wholeNumberText } from './option-parsers.ts';

/** Of a pass, unless told otherwise. */
const passDays = '30';

type TypedOptions = Omit<MintCardOptions, 'days'> & Partial<Pick<MintCardOptions, 'days'>>;

/** @param run `mintCard` with the readers and keys of this machine. */
export function addCardCommand(
  mint: Command,
  run: (options: MintCardOptions) => Promise<void>,
): void {
  mint
    .command('card')
    .description('make a transit card of a blank DESFire card at a PC/SC reader')
    .requiredOption('--keys <file>', 'master keys, made by "halte mint card-keys"')
    .option('--slot <text>', "part of the name of the reader's slot (default: every slot)")
    .option('--balance <rupiah>', 'opening balance', wholeNumberText(0, purseFile.balanceMax), '0')
    .option('--product <id>', 'fare product of a pass on it', shortAscii)
    .option(
      '--days <n>',
      `how long the product is valid, from now (default: ${passDays})`,
      wholeNumberText(1, daysMax),
    )
    .option('--category <id>', 'rider category', shortAscii)
    .option('--new-issue', 'a finished card is given to another rider: lists know it no more')
    .addHelpText(
      'after',
      `
Examples:
  halte mint card --keys card-keys.json --balance 50000
  halte mint card --keys card-keys.json --product langganan --days 30 --category pelajar`,
    )
    .action((options: TypedOptions, command: Command) => {
      const { days, product } = options;
      if (days !== undefined && product === undefined) {
        const message = 'error: --days is how long a --product is valid, and there is none';
        command.error(message, { exitCode: 2 });
      }
      return run({ ...options, days: days ?? passDays });
    });
}
