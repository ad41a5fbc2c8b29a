/** The program of device, depot and office. The simulator's commands live in sim/main.ts. */
import { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { backend } from './cli/backend.ts';
import { drain } from './cli/drain.ts';
import { inspect } from './cli/inspect.ts';
import { createProcessIo } from './cli/process-io.ts';
import { run } from './cli/run.ts';
import { type ProgramRun, runProgram } from './cli/run-program.ts';
import { listTaps, verifyTaps } from './cli/taps.ts';

const io = createProcessIo();
const ran: ProgramRun = { io, exitCode: 0 };

const program = new Command('halte')
  .description('The open fare validator.')
  .version(packageJson.version)
  .addHelpText('after', '\nFor developers: halte mint, in the simulator, makes test tokens.');

const configOption = ['--config <file>', 'the device configuration'] as const;
const jsonOption = ['--json', 'print JSON'] as const;

program
  .command('run')
  .description('run the validator')
  .requiredOption(...configOption)
  .action(async ({ config }) => {
    ran.exitCode = await run(config, io);
  });

program
  .command('backend')
  .description('run the backend that validators report to')
  .option('--db <where>', 'sqlite:FILE', 'sqlite:halte.db')
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--port <port>', 'port to listen on, 0 for any', '8443')
  .requiredOption('--cert <file>', 'PEM certificate of this backend')
  .requiredOption('--key <file>', 'PEM key of this backend')
  .requiredOption('--device-ca <file>', 'PEM certificate of the CA that signs device certificates')
  .requiredOption('--receipt-key <file>', 'Ed25519 seed that signs receipts, in hexadecimal')
  .option('--log', 'log every request, not only trouble, as JSON lines')
  .action(async (options) => {
    ran.exitCode = await backend(options, io);
  });

const taps = program.command('taps').description('look at the ledger of taps');

taps
  .command('list')
  .description('print every row, oldest first')
  .requiredOption(...configOption)
  .option(...jsonOption)
  .action(async (options) => {
    ran.exitCode = await listTaps(options, io);
  });

taps
  .command('verify')
  .description('check the chain of the ledger')
  .requiredOption(...configOption)
  .option(...jsonOption)
  .action(async (options) => {
    ran.exitCode = await verifyTaps(options, io);
  });

program
  .command('drain')
  .description('send all taps now and prove that none is left')
  .requiredOption(...configOption)
  .option(...jsonOption)
  .action(async (options) => {
    ran.exitCode = await drain(options, io);
  });

program
  .command('inspect')
  .description('decode what a QR code says and tell what a validator would do with it')
  .argument('<text>', 'the text of the code, or - for standard input')
  .option('--rules <file>', 'judge it by these rules')
  .option(...jsonOption)
  .action(async (text, options) => {
    ran.exitCode = await inspect(text, options, io, Date.now());
  });

process.exitCode = await runProgram(program, ran, process.argv.slice(2));
