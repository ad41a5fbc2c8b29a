/** Parts of a device that more than one command puts together from its configuration. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createSystemEntropy, createSystemRandom } from '../../device/os/system-chance.ts';
import { createSystemClock } from '../../device/os/system-clock.ts';
import type { DeviceConfig } from '../config/device-config.ts';
import { readText } from '../config/read-file.ts';
import { mintProvisionalEpoch } from '../runtime/provisional-epoch.ts';
import { createSyncLoop, type SyncLoop, type SyncLoopOptions } from '../runtime/sync-loop.ts';
import { openTapLedger, type TapLedger } from '../store/tap-ledger.ts';
import { createHttpsBackend } from '../sync/https-backend.ts';
import { CliError } from './cli-io.ts';

const dayMs = 24 * 60 * 60 * 1_000;

export function ledgerPath(config: DeviceConfig): string {
  return join(config.dataDir, 'ledger.db');
}

/** @throws StoreError, `ledger/in-use` when a validator runs on it. */
export function openDeviceLedger(config: DeviceConfig): TapLedger {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const mintEpoch = () => mintProvisionalEpoch(createSystemEntropy());
  return openTapLedger({ mintEpoch }, { path: ledgerPath(config), device: config.device });
}

/** @throws ConfigError when a certificate file cannot be read. */
export function createDeviceBackend(backend: NonNullable<DeviceConfig['backend']>) {
  const { url, ca, cert, key } = backend;
  return createHttpsBackend({ url, ca: readText(ca), cert: readText(cert), key: readText(key) });
}

export function syncOptions(config: DeviceConfig): SyncLoopOptions {
  return {
    device: config.device,
    receiptKey: Uint8Array.from(Buffer.from(config.backend?.receiptKey ?? '', 'hex')),
    retentionMs: config.retentionDays * dayMs,
    ...config.sync,
  };
}

/** A sync loop on its own, for a command while no validator runs. @throws CliError, ConfigError */
export function createDeviceSync(
  config: DeviceConfig,
  ledger: TapLedger,
): { readonly loop: SyncLoop } & AsyncDisposable {
  if (config.backend === undefined) {
    const hint = 'add a backend to the configuration';
    throw new CliError('config/no-backend', 'there is no backend to send to', hint);
  }
  const backend = createDeviceBackend(config.backend);
  const deps = { clock: createSystemClock(), random: createSystemRandom(), ledger, backend };
  const loop = createSyncLoop({ ...deps, report: () => {} }, syncOptions(config));
  return { loop, [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose]() };
}
