/** The simulator's program: everything that a device must never carry. */

import { Command } from 'commander';
import { createSystemEntropy } from '../device/os/system-chance.ts';
import { createSystemClock } from '../device/os/system-clock.ts';
import { createPcscCardReader } from '../device/pcsc/pcsc-card-reader.ts';
import { createProcessIo } from '../src/cli/process-io.ts';
import { type ProgramRun, runProgram } from '../src/cli/run-program.ts';
import { createFileKeyStore } from '../src/config/key-file.ts';
import { bench } from './bench/bench.ts';
import { addFleetCommand, fleet } from './fleet/fleet-command.ts';
import { addCardCommand } from './mint/card-command.ts';
import { addCodeCommands } from './mint/code-commands.ts';
import { addKeyCommands } from './mint/key-commands.ts';
import { wholeNumber } from './mint/option-parsers.ts';
import { mintCard } from './mint-card.ts';
import { sim } from './panel/sim-command.ts';

const io = createProcessIo();
const ran: ProgramRun = { io, exitCode: 0 };
const clock = createSystemClock();
const entropy = createSystemEntropy();
const { isTTY, columns } = process.stdout;
const deps = { io, clock, entropy, isTerminal: isTTY === true, columns };

const program = new Command('halte').description('The simulator of the open fare validator.');
const mint = program.command('mint').description('make test tokens, keys, certificates and cards');

addCodeCommands(mint, deps);
addKeyCommands(mint, deps);
addCardCommand(mint, async (options) => {
  ran.exitCode = await mintCard(options, io, {
    clock,
    entropy,
    openReader: (slot) => createPcscCardReader({ clock }, { slot }),
    openKeyStore: createFileKeyStore,
  });
});

addFleetCommand(program, async (options) => {
  ran.exitCode = await fleet(options, { io, clock, entropy });
});

program
  .command('sim')
  .description('a bus that you can touch, in a browser: wallet, validator, driver, plugs to pull')
  .option('--port <port>', 'of the page, 0 for any', wholeNumber(0, 65_535), 8_100)
  .option(
    '--seed <n>',
    'the same seed gives the same keys, codes and cards',
    wholeNumber(0, 4_294_967_295),
    1,
  )
  .action(async (options) => {
    ran.exitCode = await sim(options, { io, clock });
  });

program
  .command('bench')
  .description('measure that budgets are kept')
  .argument('[name]', 'one benchmark; all of them unless given')
  .option('--rounds <n>', 'more rounds, less chance', '5')
  .option('--entries <n>', 'of the security list', '10000000')
  .option('--json', 'one line for programs')
  .action(async (name: string | undefined, options) => {
    ran.exitCode = await bench(name, options, io);
  });

process.exitCode = await runProgram(program, ran, process.argv.slice(2));
