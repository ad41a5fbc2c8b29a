/** The command line of `halte mint card`. */
import type { Command } from 'commander';
import type { MintCardOptions } from '../personalise/card-wish.ts';

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
    .option('--balance <rupiah>', 'opening balance', '0')
    .option('--product <id>', 'fare product of a pass on it')
    .option('--days <n>', 'how long the product is valid, from now', '30')
    .option('--category <id>', 'rider category')
    .addHelpText(
      'after',
      `
Examples:
  halte mint card --keys card-keys.json --balance 50000
  halte mint card --keys card-keys.json --product langganan --days 30 --category pelajar`,
    )
    .action(run);
}
