/** The simulator's program: everything that a device must never carry. */
import { Command } from 'commander';
import { createProcessIo } from '../src/cli/process-io.ts';
import { type ProgramRun, runProgram } from '../src/cli/run-program.ts';
import { mintCertificates, mintKey, mintQris, mintTicket } from './mint.ts';

const io = createProcessIo();
const ran: ProgramRun = { io, exitCode: 0 };

const program = new Command('halte').description('The simulator of the open fare validator.');
const mint = program.command('mint').description('make test tokens, keys and certificates');

mint
  .command('certs')
  .description('make a test CA, a backend certificate, device certificates and a receipt key')
  .requiredOption('--out <folder>', 'where to put them')
  .requiredOption('--device <id...>', 'devices to make certificates for')
  .action(async (options) => {
    ran.exitCode = await mintCertificates(options, io);
  });

mint
  .command('key')
  .description('make a test key for signing tickets')
  .requiredOption('--out <file>', 'where to put it')
  .action(async ({ out }) => {
    ran.exitCode = await mintKey(out, io);
  });

mint
  .command('ticket')
  .description('issue a Halte ticket and print the text of its QR code')
  .requiredOption('--key <file>', 'made by "halte mint key"')
  .option('--issuer <name>', 'who issues it', 'trans-semarang')
  .option('--kind <kind>', 'single or pass', 'single')
  .option('--product <id>', 'fare product', 'single-ride')
  .option('--minutes <n>', 'valid from now for so long', '1440')
  .action(async (options) => {
    ran.exitCode = await mintTicket(options, io);
  });

mint
  .command('qris')
  .description('print a synthetic QRIS payment code, of no real account')
  .option('--issuer <nns>', 'NNS prefix of the wallet', '93600914')
  .action(async ({ issuer }) => {
    ran.exitCode = await mintQris(issuer, io);
  });

process.exitCode = await runProgram(program, ran, process.argv.slice(2));
