/** The command line of `halte mint` for what riders show as a code. */
import { type Command, Option } from 'commander';
import { readTime } from '../../src/cli/inspect.ts';
import { countMax, ticketKinds } from '../../src/core/ticket/claims.ts';
import { asTyped } from './as-typed.ts';
import type { MintDeps } from './mint-deps.ts';
import { mintMerchantQr, mintPretix, mintQris } from './mint-payment.ts';
import { mintPass, mintTicket } from './mint-ticket.ts';
import {
  shortText,
  shortTexts,
  timeOfDay,
  utcOffset,
  weekdays,
  wholeNumber,
} from './option-parsers.ts';

const count = wholeNumber(2, countMax);
/** Ten years, and no pass is longer. */
export const daysMax = 3_660;
const number32 = wholeNumber(1, 2 ** 31 - 1);
const from = ['--from <time>', 'valid from, such as 2026-11-02T07:00:00+07:00', readTime] as const;
const until = ['--until <time>', 'valid until, not including it', readTime] as const;

/** The forms in which every code can be had. */
function withForms(command: Command): Command {
  return command
    .option('--png <file>', 'write a picture of the code')
    .option('--qr', 'draw the code, which happens anyway in a terminal')
    .option('--no-qr', 'never draw it')
    .option('--json', 'print one line of JSON instead of the text');
}

/** What tickets and passes have alike. */
function withClaims(command: Command): Command {
  return command
    .option('--product <id>', 'fare product (default: single-ride, or the kind)', shortText)
    .option('--category <id>', 'rider category', shortText)
    .option('--subject <pseudonym>', 'whom it is for; never a name', shortText)
    .option('--route <id...>', 'only on these routes', shortTexts)
    .option('--network <id...>', 'only in these networks', shortTexts)
    .option('--weekdays <days>', 'only on these service days, such as mon,tue', weekdays)
    .option('--holder <file>', 'who may show it: made by "halte mint holder-key", or a public PEM')
    .option('--proof', "print what the holder's phone shows just now")
    .addOption(
      new Option('--utc-offset <offset>', "the operator's clock")
        .argParser(utcOffset)
        .default(420, '+07:00'),
    );
}

function withOffice(command: Command): Command {
  return command
    .requiredOption('--key <file>', 'made by "halte mint key"')
    .option('--issuer <name>', 'who issues it', shortText, 'trans-semarang');
}

export function addCodeCommands(mint: Command, deps: MintDeps): void {
  addTicket(mint, deps);
  addPass(mint, deps);
  addQris(mint, deps);
  addMerchantQr(mint, deps);
  addPretix(mint, deps);
}

function addTicket(mint: Command, deps: MintDeps): void {
  const command = withOffice(mint.command('ticket'))
    .description('issue a Halte ticket and print the text of its code')
    .addOption(new Option('--kind <kind>', 'what it is').choices(ticketKinds).default('single'))
    .option('--rides <n>', 'of a carnet', count)
    .option('--riders <n>', 'of a group', count)
    .option(...from)
    .addOption(
      new Option('--minutes <n>', 'valid for so long')
        .argParser(wholeNumber(1, daysMax * 1_440))
        .default(1_440),
    )
    .addOption(new Option(until[0], until[1]).argParser(until[2]).conflicts('minutes'));
  withForms(withClaims(command))
    .addHelpText('after', ticketExamples)
    .action((options) => asTyped(deps.io, () => mintTicket(options, deps)));
}

const ticketExamples = `
Examples:
  halte mint ticket --key ticket.key
  halte mint ticket --key ticket.key --kind carnet --rides 10 --png carnet.png
  halte mint ticket --key ticket.key --kind group --riders 30 --route koridor-1
  halte mint ticket --key ticket.key --holder phone.key --proof`;

function addPass(mint: Command, deps: MintDeps): void {
  const command = withOffice(mint.command('pass'))
    .description('issue a pass for days, months or service days')
    .option(...from)
    .option('--days <n>', 'so many times 24 hours', wholeNumber(1, daysMax))
    .option('--months <n>', 'to the same day of a later month, or its last', wholeNumber(1, 120))
    .option('--service-days <n>', 'service days, the first included', wholeNumber(1, daysMax))
    .addOption(
      new Option('--day-begins <time>', 'when a service day begins')
        .argParser(timeOfDay)
        .default(180, '03:00'),
    );
  withForms(withClaims(command))
    .addHelpText('after', passExamples)
    .action((options) => asTyped(deps.io, () => mintPass(options, deps)));
}

const passExamples = `
Examples:
  halte mint pass --key ticket.key --service-days 1
  halte mint pass --key ticket.key --months 1 --product bulanan --category pelajar`;

function addQris(mint: Command, deps: MintDeps): void {
  const command = mint
    .command('qris')
    .description('print a synthetic QRIS payment code, of no real account')
    .option('--issuer <wallet>', 'its name, or its NNS prefix', 'gopay');
  withForms(command)
    .addHelpText('after', '\nExample:\n  halte mint qris --issuer ovo --png ovo.png')
    .action((options) => asTyped(deps.io, () => mintQris(options, deps)));
}

function addMerchantQr(mint: Command, deps: MintDeps): void {
  const command = mint
    .command('merchant-qr')
    .description("print the operator's own QRIS for a fare, for riders to scan")
    .requiredOption('--merchant <file>', 'the merchant (docs/minting.md), in JSON')
    .requiredOption('--amount <rupiah>', 'the fare', wholeNumber(1, 9_999_999_999_999))
    .requiredOption('--reference <text>', 'by which the payment is found again');
  withForms(command)
    .addHelpText(
      'after',
      `
Example:
  halte mint merchant-qr --merchant fixtures/merchant.json --amount 3500 --reference H1-42`,
    )
    .action((options) => asTyped(deps.io, () => mintMerchantQr(options, deps)));
}

function addPretix(mint: Command, deps: MintDeps): void {
  const command = mint
    .command('pretix')
    .description('print a ticket as pretix signs them')
    .requiredOption('--key <file>', 'made by "halte mint key --for pretix"')
    .requiredOption('--item <n>', 'number of the product', number32)
    .option('--variation <n>', 'number of its variation', number32)
    .option('--subevent <n>', 'number of the date in a series', number32)
    .option(...from)
    .option(...until);
  withForms(command)
    .addHelpText('after', '\nExample:\n  halte mint pretix --key pretix.key --item 7')
    .action((options) => asTyped(deps.io, () => mintPretix(options, deps)));
}
