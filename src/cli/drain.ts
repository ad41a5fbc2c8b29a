/** `halte drain`: send everything now, and prove that nothing is left, before a swap or a reflash. */
import { readDeviceConfig } from '../config/device-config.ts';
import type { CliIo, ExitCode } from './cli-io.ts';
import { openLedgerView } from './ledger-view.ts';

export interface DrainOptions {
  readonly config: string;
  readonly json?: boolean;
}

export async function drain(options: DrainOptions, io: CliIo): Promise<ExitCode> {
  await using view = await openLedgerView(readDeviceConfig(options.config));
  const unsent = await view.drain(io.stopping);
  if (options.json === true) io.out(JSON.stringify({ unsent }));
  else if (unsent === 0) io.out('0 rows unsent');
  if (unsent === 0) return 0;
  io.err(`sync/not-drained: ${unsent} rows are still unsent`);
  io.err('→ check the network and the backend, then run it again; do not wipe this device');
  return 1;
}
