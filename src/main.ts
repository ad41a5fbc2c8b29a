/** The program of device, depot and office. The simulator's commands live in sim/main.ts. */
import { Command, Option } from 'commander';
import { createSystemEntropy, createSystemRandom } from '../device/os/system-chance.ts';
import { createSystemClock } from '../device/os/system-clock.ts';
import packageJson from '../package.json' with { type: 'json' };
import { backend } from './cli/backend.ts';
import { databaseForms } from './cli/backend-database.ts';
import { addDeviceCommands } from './cli/devices-command.ts';
import { drain } from './cli/drain.ts';
import { inspect, readTime } from './cli/inspect.ts';
import { inputKinds } from './cli/inspect-input.ts';
import { addKeyCommands } from './cli/keys-command.ts';
import { addListCommands } from './cli/lists-command.ts';
import { createProcessIo } from './cli/process-io.ts';
import { provision } from './cli/provision.ts';
import { buildRules, explainRules, showRules } from './cli/rules.ts';
import { publishRules } from './cli/rules-publish.ts';
import { run } from './cli/run.ts';
import { type ProgramRun, runProgram } from './cli/run-program.ts';
import { listTaps, verifyTaps } from './cli/taps.ts';
import { settleTaps } from './cli/taps-cards.ts';
import { tellCash } from './cli/taps-cash.ts';
import { exportTaps } from './cli/taps-export.ts';
import { importFromStick } from './cli/taps-import.ts';
import { clockQualities } from './core/clock-quality.ts';

const io = createProcessIo();
const ran: ProgramRun = { io, exitCode: 0 };

const program = new Command('halte')
  .description('The open fare validator.')
  .version(packageJson.version)
  .addHelpText('after', '\nFor developers: halte mint, in the simulator, makes test tokens.');

const configOption = ['--config <file>', 'the device configuration'] as const;
const jsonOption = ['--json', 'print JSON'] as const;

const draw = process.stderr.isTTY ? (text: string) => process.stderr.write(text) : undefined;

program
  .command('run')
  .description('run the validator')
  .requiredOption(...configOption)
  .action(async ({ config }) => {
    ran.exitCode = await run(config, io);
  });

program
  .command('provision')
  .description('make this device’s key, and ask the backend for its certificate')
  .requiredOption(...configOption)
  .option('--backend <url>', 'ask there instead of at backend.url of the configuration')
  .option('--note <text>', 'for whoever approves it, such as the plate of the bus', '')
  .option('--no-wait', 'end when it has asked; run it again to fetch the certificate')
  .option('--again', 'a new key, although the certificate in use has not ended')
  .option(...jsonOption)
  .addHelpText(
    'after',
    `
The office compares the fingerprint that this prints, and approves it:
  halte devices approve DEVICE FINGERPRINT
Afterwards "halte run" renews the certificate by itself: docs/devices.md`,
  )
  .action(async (options) => {
    ran.exitCode = await provision(options, {
      io,
      draw,
      clock: createSystemClock(),
      random: createSystemRandom(),
    });
  });

program
  .command('backend')
  .description('run the backend that validators report to')
  .option('--db <where>', databaseForms, 'sqlite:halte.db')
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--port <port>', 'port to listen on, 0 for any', '8443')
  .requiredOption('--cert <file>', 'PEM certificate of this backend')
  .requiredOption('--key <file>', 'PEM key of this backend')
  .requiredOption('--device-ca <file>', 'PEM certificate of the CA that signs device certificates')
  .option('--device-ca-key <file>', 'PEM key of that CA; without it no device is taken in here')
  .requiredOption('--receipt-key <file>', 'Ed25519 seed that signs receipts, in hexadecimal')
  .option('--targets <folder>', 'repository of signed targets that devices fetch from')
  .option('--office-port <port>', 'listen for the office there, too, 0 for any')
  .option('--office-host <address>', 'address of that listener', '127.0.0.1')
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

taps
  .command('cards')
  .description('tell what became of every card debit, from the backend’s ledger')
  .option('--db <where>', databaseForms, 'sqlite:halte.db')
  .option('--sealing-key <file>', 'the backend’s X25519 seed; may be given again', gathered)
  .option('--card-keys <file>', 'key file with transit-mac, by which cards prove their debits')
  .option(...jsonOption)
  .action(async (options) => {
    ran.exitCode = await settleTaps(options, io);
  });

taps
  .command('cash')
  .description('put counted riders beside cash fares, from the backend’s ledger')
  .option('--db <where>', databaseForms, 'sqlite:halte.db')
  .requiredOption('--rules <bundle>', 'its time zone and service day part the days')
  .option(...jsonOption)
  .action(async (options) => {
    ran.exitCode = await tellCash(options, io);
  });

taps
  .command('export')
  .description('write all rows without a receipt to a stick, signed and sealed to the backend')
  .requiredOption(...configOption)
  .requiredOption('--out <file>', 'a new file, or a folder such as the mounted stick')
  .option(...jsonOption)
  .action(async (options) => {
    ran.exitCode = await exportTaps(options, { io, now: Date.now(), draw });
  });

taps
  .command('import')
  .description('take rows from a stick into the backend’s ledger, or receipts into the device’s')
  .argument('<file>', 'what "taps export" wrote; with --config: the .receipts file of it')
  .option('--config <file>', 'on the device: its configuration')
  .option('--db <where>', `at the office: ${databaseForms} (default: sqlite:halte.db)`)
  .option('--device-ca <file>', 'PEM certificate of the CA that signs device certificates')
  .option('--sealing-key <file>', 'the backend’s X25519 seed; may be given again', gathered)
  .option('--receipt-key <file>', 'Ed25519 seed that signs receipts, in hexadecimal')
  .option(...jsonOption)
  .action(async (file, options) => {
    ran.exitCode = await importFromStick(file, options, { io, draw });
  });

program
  .command('drain')
  .description('send all taps now and prove that none is left')
  .requiredOption(...configOption)
  .option(...jsonOption)
  .action(async (options) => {
    ran.exitCode = await drain(options, io, draw);
  });

const rules = program.command('rules').description('the operator’s fares and policy');
const bundleArgument = [
  '<bundle>',
  'folder of GTFS and acceptance.json, or the one file of it',
] as const;

rules
  .command('build')
  .description('check a bundle and make one file of it')
  .argument(...bundleArgument)
  .requiredOption('--out <file>', 'the file to write')
  .option(...jsonOption)
  .action((path, options) => {
    ran.exitCode = buildRules(path, { ...options, onFile: progress() }, { io, now: Date.now() });
  });

rules
  .command('show')
  .description('print fares, routes and policy as tables')
  .argument(...bundleArgument)
  .option(...jsonOption)
  .action((path, options) => {
    ran.exitCode = showRules(path, options, io);
  });

rules
  .command('explain')
  .description('tell step by step why a fare comes out, or what acceptance.json says')
  .argument(...bundleArgument)
  .option('--scenario <what>', 'an id of scenarios.csv, or key=value pairs with ; between them')
  .option(...jsonOption)
  .addHelpText(
    'after',
    `
Such as: halte rules explain fixtures/trans-semarang --scenario \\
  "rider=pelajar; day=2026-11-24; medium=card; taps=06:40 koridor-2 kagok-a > 07:15 koridor-1 simpang-lima-a"
medium is qris, card, ticket or listed-card; docs/rules.md has every key.`,
  )
  .action((path, options) => {
    const { columns } = process.stdout;
    ran.exitCode = explainRules(path, { ...options, columns }, { io, now: Date.now() });
  });

addDeviceCommands(program, { io, clock: createSystemClock() }, (exitCode) => {
  ran.exitCode = exitCode;
});

addKeyCommands(
  program,
  { io, clock: createSystemClock(), entropy: createSystemEntropy() },
  (exitCode) => {
    ran.exitCode = exitCode;
  },
);

addListCommands(program, { io, now: Date.now(), draw }, (exitCode) => {
  ran.exitCode = exitCode;
});

rules
  .command('publish')
  .description(
    'sign files that devices are to take: rule bundles, with the keys they trust, and lists',
  )
  .argument('[target...]', 'files to publish, each under its own name')
  .requiredOption('--repository <folder>', 'where metadata and targets are kept')
  .requiredOption('--keys <folder>', 'folder of signing keys; may be given again', gathered)
  .option('--init', 'make a repository, and keys in the first folder')
  .option('--root-keys <n>', 'with --init: keys of the root, 3 unless told')
  .option('--root-threshold <n>', 'with --init: how many of them must sign, 2 unless told')
  .option('--withdraw <name>', 'a target to take out; may be given again', gathered)
  .option('--rotate-root', 'new root keys')
  .option('--rotate-targets', 'a new targets key')
  .option('--rotate-online', 'new snapshot and timestamp keys')
  .option('--expire-days <n>', 'until then it must be published again, 14 unless told')
  .option(...jsonOption)
  .action(async (files, options) => {
    const now = Date.now();
    ran.exitCode = await publishRules(files, options, { io, now, entropy: createSystemEntropy() });
  });

/** For an option that may be given again. */
function gathered(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** The file that is being read, where somebody watches; the line is wiped with the last one. */
function progress(): ((file: string) => void) | undefined {
  if (!process.stderr.isTTY) return undefined;
  process.once('exit', () => process.stderr.write('\r\u001b[K'));
  return (file) => void process.stderr.write(`\r\u001b[Kreading ${file} `);
}

program
  .command('inspect')
  .description('tell what a code or a card says, what holds, and what a validator would decide')
  .argument('<text>', 'text of a code, hexadecimal, or an APDU trace; - for standard input')
  .addOption(new Option('--as <kind>', 'take it as this').choices(inputKinds))
  .option('--rules <path>', 'judge it by this rule bundle, a folder or a file')
  .option('--at <time>', 'judge it as of this time, such as 2026-11-02T07:00:00+07:00', readTime)
  .addOption(
    new Option('--clock <quality>', 'judge it by a clock of this quality')
      .choices(clockQualities)
      .default('rtc'),
  )
  .option('--route <id>', 'judge it on this route')
  .option(
    '--card-keys <file>',
    'open the recorded session of a transit card with these master keys',
  )
  .option('--identifier-key <file>', 'show token keys as a device of the operator makes them')
  .option('--reveal', 'show card numbers and other secrets')
  .option(...jsonOption)
  .addHelpText('after', '\nEnds with 0 when accepted or, without rules, understood; else with 1.')
  .action(async (text, options) => {
    const { columns } = process.stdout;
    ran.exitCode = await inspect(text, options, { io, now: Date.now(), columns });
  });

process.exitCode = await runProgram(program, ran, process.argv.slice(2));
