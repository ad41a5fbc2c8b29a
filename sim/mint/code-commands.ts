/** The command line of `halte mint` for what riders show as a code. */
import { type Command, Option } from 'commander';
import { readTime } from '../../src/cli/inspect.ts';
import { countMax, ticketKinds } from '../../src/core/ticket/claims.ts';
import type { MintDeps } from './mint-deps.ts';
import { mintMerchantQr, mintPretix, mintQris } from './mint-payment.ts';
import { mintPass, mintTicket } from './mint-ticket.ts';
import { timeOfDay, utcOffset, weekdays, wholeNumber } from './option-parsers.ts';

const count = wholeNumber(2, countMax);
/** Ten years, and no pass is longer. */
const daysMax = 3_660;
const number32 = wholeNumber(1, 2 ** 31 - 1);
const time = ['--from <time>', 'valid from, such as 2026-11-02T07:00:00+07:00', readTime] as const;
const until = ['--until <time>', 'valid until, not including it', readTime] as const;

/** What every command that makes a code has. */
function codeCommand(mint: Command, name: string, description: string): Command {
  return mint
    .command(name)
    .description(description)
    .option('--png <file>', 'write a picture of the code')
    .option('--qr', 'draw the code, which happens anyway in a terminal')
    .option('--no-qr', 'never draw it')
    .option('--json', 'print one line of JSON instead of the text');
}

function ticketCommand(mint: Command, name: string, description: string): Command {
  return codeCommand(mint, name, description)
    .requiredOption('--key <file>', 'made by "halte mint key"')
    .option('--issuer <name>', 'who issues it', 'trans-semarang')
    .option('--product <id>', 'fare product (default: single-ride, or the kind)')
    .option('--category <id>', 'rider category')
    .option('--subject <pseudonym>', 'whom it is for; never a name')
    .option('--route <id...>', 'only on these routes')
    .option('--network <id...>', 'only in these networks')
    .option('--weekdays <days>', 'only on these service days, such as mon,tue', weekdays)
    .option(
      '--holder <file>',
      'the holder\'s key, made by "halte mint holder-key", or a public PEM',
    )
    .option('--proof', "print what the holder's phone shows just now")
    .option(...time)
    .addOption(
      new Option('--utc-offset <offset>', "the operator's clock")
        .argParser(utcOffset)
        .default(420, '+07:00'),
    );
}

export function addCodeCommands(mint: Command, deps: MintDeps): void {
  addTicket(mint, deps);
  addPass(mint, deps);
  addQris(mint, deps);
  addMerchantQr(mint, deps);
  addPretix(mint, deps);
}

function addTicket(mint: Command, deps: MintDeps): void {
  ticketCommand(mint, 'ticket', 'issue a Halte ticket and print the text of its code')
    .addOption(new Option('--kind <kind>', 'what it is').choices(ticketKinds).default('single'))
    .option('--rides <n>', 'of a carnet', count)
    .option('--riders <n>', 'of a group', count)
    .addOption(
      new Option('--minutes <n>', 'valid for so long')
        .argParser(wholeNumber(1, daysMax * 1_440))
        .default(1_440),
    )
    .addOption(new Option(until[0], until[1]).argParser(until[2]).conflicts('minutes'))
    .addHelpText(
      'after',
      `
Examples:
  halte mint ticket --key ticket.key
  halte mint ticket --key ticket.key --kind carnet --rides 10 --png carnet.png
  halte mint ticket --key ticket.key --kind group --riders 30 --route koridor-1
  halte mint ticket --key ticket.key --holder phone.key --proof --qr`,
    )
    .action((options) => mintTicket(options, deps));
}

function addPass(mint: Command, deps: MintDeps): void {
  ticketCommand(mint, 'pass', 'issue a pass for days, months or service days')
    .option('--days <n>', 'so many times 24 hours', wholeNumber(1, daysMax))
    .option('--months <n>', 'to the same date of a later month, or its last', wholeNumber(1, 120))
    .option(
      '--service-days <n>',
      'to the end of a service day, counted with the one that it begins in',
      wholeNumber(1, daysMax),
    )
    .addOption(
      new Option('--day-begins <time>', 'when a service day begins')
        .argParser(timeOfDay)
        .default(180, '03:00'),
    )
    .addHelpText(
      'after',
      `
Examples:
  halte mint pass --key ticket.key --service-days 1
  halte mint pass --key ticket.key --months 1 --product bulanan --category pelajar`,
    )
    .action((options) => mintPass(options, deps));
}

function addQris(mint: Command, deps: MintDeps): void {
  codeCommand(mint, 'qris', 'print a synthetic QRIS payment code, of no real account')
    .option('--issuer <wallet>', 'its name, or its NNS prefix', '93600914')
    .addHelpText('after', '\nExample:\n  halte mint qris --issuer ovo --png ovo.png')
    .action((options) => mintQris(options, deps));
}

function addMerchantQr(mint: Command, deps: MintDeps): void {
  codeCommand(mint, 'merchant-qr', "print the operator's own QRIS for a fare, for riders to scan")
    .requiredOption('--merchant <file>', 'the merchant, as docs/minting.md describes it')
    .requiredOption('--amount <rupiah>', 'the fare', wholeNumber(1, 9_999_999_999_999))
    .requiredOption('--reference <text>', 'by which the payment is found again')
    .addHelpText(
      'after',
      '\nExample:\n  halte mint merchant-qr --merchant fixtures/merchant.json --amount 3500 --reference H1-42',
    )
    .action((options) => mintMerchantQr(options, deps));
}

function addPretix(mint: Command, deps: MintDeps): void {
  codeCommand(mint, 'pretix', 'print a ticket as pretix signs them')
    .requiredOption('--key <file>', 'made by "halte mint key --for pretix"')
    .requiredOption('--item <n>', 'number of the product', number32)
    .option('--variation <n>', 'number of its variation', number32)
    .option('--subevent <n>', 'number of the date in a series', number32)
    .option(...time)
    .option(...until)
    .addHelpText('after', '\nExample:\n  halte mint pretix --key pretix.key --item 7 --qr')
    .action((options) => mintPretix(options, deps));
}
