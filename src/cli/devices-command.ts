/** The words of `halte devices` for the command line. */
import { type Command, InvalidArgumentError } from 'commander';
import { deviceId } from '../sync/wire.ts';
import { databaseForms } from './backend-database.ts';
import type { ExitCode } from './cli-io.ts';
import { approveDevice, type DevicesDeps, listDevices, revokeDevice } from './devices.ts';

/** @param ended is told how a command ended. */
export function addDeviceCommands(
  program: Command,
  deps: DevicesDeps,
  ended: (exitCode: ExitCode) => void,
): void {
  const devices = program.command('devices').description('who may be a device of a backend');
  const db = ['--db <where>', databaseForms, 'sqlite:halte.db'] as const;

  devices
    .command('list')
    .description('every key of a device: those that wait for approval first')
    .option(...db)
    .option('--json', 'print JSON')
    .action(async (options) => ended(await listDevices(options, deps)));

  devices
    .command('approve')
    .description('take a device in, after comparing the fingerprint with what it shows')
    .argument('<device>', 'its id', readDevice)
    .argument('<fingerprint>', 'as the device shows it')
    .option('--ahead', 'also a key that has not asked yet')
    .option(...db)
    .action(async (device, fingerprint, options) =>
      ended(await approveDevice(device, fingerprint, { options, deps })),
    );

  devices
    .command('revoke')
    .description('turn a device away from now on; its ledger stays')
    .argument('<device>', 'its id', readDevice)
    .option('--serial <hex>', 'one certificate only')
    .option(...db)
    .action(async (device, options) => ended(await revokeDevice(device, { options, deps })));
}

function readDevice(text: string): string {
  if (deviceId.safeParse(text).success) return text;
  throw new InvalidArgumentError('It has 1 to 64 letters, digits, dots, dashes or underscores.');
}
