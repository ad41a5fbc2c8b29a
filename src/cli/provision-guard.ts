/** Whether a device may ask for a new identity: never in the place of one that taps still need. */
import { existsSync } from 'node:fs';
import type { EpochMs } from '../../device/clock.ts';
import type { DeviceConfig } from '../config/device-config.ts';
import { certificateAt } from '../identity/identity-files.ts';
import { CliError } from './cli-io.ts';
import { ledgerPath } from './device-parts.ts';
import { openLedgerView } from './ledger-view.ts';

/**
 * A certificate of this device that has ended is in nobody's way: its taps leave under the next one.
 * @throws CliError
 */
export async function checkMayProvision(
  config: DeviceConfig,
  { again, now }: { readonly again: boolean; readonly now: EpochMs },
): Promise<void> {
  const held = config.backend && certificateAt(config.backend.cert);
  if (held === undefined) return;
  const isOfThisDevice = held.subject === `CN=${config.device}`;
  const hasEnded = held.notAfter <= now;
  if (isOfThisDevice && hasEnded) return;
  if (isOfThisDevice && !again) {
    const until = new Date(held.notAfter).toISOString();
    const message = `${config.device} has a certificate, until ${until}`;
    const hint = '"halte run" renews it by itself; --again asks for one of a new key';
    throw new CliError('provision/has-identity', message, hint);
  }
  const unsent = await unsentOf(config);
  if (unsent === 0) return;
  const message = `${unsent} rows are unsent under the identity in use (${held.subject})`;
  const hint =
    'run "halte drain" first; where that cannot work any more, "halte taps export" carries them';
  throw new CliError('provision/unsent-taps', message, hint);
}

async function unsentOf(config: DeviceConfig): Promise<number> {
  if (!existsSync(ledgerPath(config))) return 0;
  await using view = await openLedgerView(config);
  return await view.unsent();
}
