/** `scripts/demo`: shows a tap's whole way on real input, and exits 0 only if all views agree. */
import { Command } from 'commander';
import { createSystemEntropy, createSystemRandom } from '../../device/os/system-chance.ts';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { createProcessIo } from '../../src/cli/process-io.ts';
import { type ProgramRun, runProgram } from '../../src/cli/run-program.ts';
import { demo } from './demo.ts';

const io = createProcessIo();
const ran: ProgramRun = { io, exitCode: 0 };

const program = new Command('scripts/demo')
  .description('Riders tap by QR and by card; riders, device ledger and backend must agree.')
  .option('--stay', 'keep everything running afterwards')
  .action(async ({ stay = false }) => {
    ran.exitCode = await demo(
      { stay },
      {
        io,
        clock: createSystemClock(),
        random: createSystemRandom(),
        entropy: createSystemEntropy(),
      },
    );
  });

process.exitCode = await runProgram(program, ran, process.argv.slice(2));
