/** `halte drain`: send everything now, and prove that nothing is left, before a swap or a reflash. */
import { readDeviceConfig } from '../config/device-config.ts';
import type { CliIo, ExitCode } from './cli-io.ts';
import { openLedgerView } from './ledger-view.ts';
import { type DrawOnTerminal, withProgress } from './lists-progress.ts';

export interface DrainOptions {
  readonly config: string;
  readonly json?: boolean;
}

export async function drain(
  options: DrainOptions,
  io: CliIo,
  draw?: DrawOnTerminal,
): Promise<ExitCode> {
  await using view = await openLedgerView(readDeviceConfig(options.config));
  const total = await view.unsent();
  const result = await withProgress('rows', draw, (onProgress) =>
    view.drain(io.stopping, (left) => onProgress(Math.max(0, total - left), total)),
  );
  const { unsent, failure } = result;
  if (options.json === true) io.out(JSON.stringify(result));
  else if (unsent === 0) io.out('0 rows unsent');
  if (unsent === 0) return 0;
  if (failure !== undefined) io.err(`${failure.code}: ${failure.message}\n→ ${failure.hint}`);
  io.err(`sync/not-drained: ${unsent} rows are still unsent`);
  io.err('→ run it again when the cause is mended; do not wipe this device');
  return 1;
}
