/** Parts of a device that more than one command puts together from its configuration. */
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entropy } from '../../device/clock.ts';
import type { KeyStore } from '../../device/key-store.ts';
import { messageOf } from '../../device/message-of.ts';
import { createSystemEntropy, createSystemRandom } from '../../device/os/system-chance.ts';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { createPkcs11KeyStore } from '../../device/pkcs11/pkcs11-key-store.ts';
import type { DeviceConfig } from '../config/device-config.ts';
import { createFileKeyStore } from '../config/key-file.ts';
import { readSecretFile } from '../config/secret-file.ts';
import type { RowStamp } from '../core/ledger/row.ts';
import { createEpochMint } from '../runtime/provisional-epoch.ts';
import type { Report } from '../runtime/runtime-event.ts';
import { createStamper } from '../runtime/stamp.ts';
import { createSyncLoop, type SyncLoop, type SyncLoopOptions } from '../runtime/sync-loop.ts';
import { type Ballast, createBallast } from '../store/ballast.ts';
import { type OpenedLedger, openLedgerOrRescue } from '../store/ledger-rescue.ts';
import { markDamaged } from '../store/set-aside.ts';
import { createSpareGrant, type SpareGrant } from '../store/spare-grant.ts';
import { asStoreError, StoreError } from '../store/store-error.ts';
import { openTapLedger, type TapLedger } from '../store/tap-ledger.ts';
import { createHttpsBackend } from '../sync/https-backend.ts';
import { createSealer, type Sealer } from '../sync/sealing.ts';
import { CliError } from './cli-io.ts';
import { openDeviceIdentity } from './device-identity.ts';

const dayMs = 24 * 60 * 60 * 1_000;

export function ledgerPath(config: DeviceConfig): string {
  return join(config.dataDir, 'ledger.db');
}

/**
 * Only the validator's user may read it, whatever the umask and the folder allow.
 * @throws StoreError, `ledger/in-use` when a validator runs on it.
 */
export function openDeviceLedger(config: DeviceConfig): TapLedger {
  const place = { path: ledgerPath(config), device: config.device };
  const mintEpoch = deviceEpochMint(config);
  return openPrivately(config, () => ({ ledger: openTapLedger({ mintEpoch }, place) })).ledger;
}

/**
 * The same for a validator, which goes on with a new ledger when this one is damaged.
 * @throws StoreError
 */
export function openRunningLedger(config: DeviceConfig, stamp: () => RowStamp): OpenedLedger {
  const place = { path: ledgerPath(config), device: config.device };
  const mintEpoch = deviceEpochMint(config);
  const open = () => openLedgerOrRescue({ mintEpoch, stamp }, place);
  return openPrivately(config, () => openWithRoom(open, createDeviceBallast(config)));
}

export function createDeviceBallast(config: DeviceConfig): Ballast {
  return createBallast({ entropy: createSystemEntropy() }, { path: ledgerPath(config) });
}

/** Opening writes. On a full disk it must succeed all the same: what is there can then be sent. */
function openWithRoom(open: () => OpenedLedger, ballast: Ballast): OpenedLedger {
  try {
    return open();
  } catch (error) {
    const isFull = error instanceof StoreError && error.code === 'ledger/disk-full';
    if (!isFull || !ballast.isHeld) throw error;
    ballast.giveUp();
    return open();
  }
}

/** So that the next start does not go on with it. */
export function noteDamage(config: DeviceConfig, error: unknown): void {
  if (!(error instanceof StoreError) || error.code !== 'ledger/corrupt') return;
  markDamaged(ledgerPath(config), { cause: error.message });
}

function deviceEpochMint(config: DeviceConfig) {
  return createEpochMint({
    spare: createDeviceSpareGrant(config),
    entropy: createSystemEntropy(),
  });
}

/** Beside the ledger, so that it is there when the ledger is not. */
export function createDeviceSpareGrant({ dataDir, device, backend }: DeviceConfig): SpareGrant {
  const receiptKey = backend && keyOf(backend.receiptKey);
  return createSpareGrant({ path: join(dataDir, 'epoch-grant'), device, receiptKey });
}

function keyOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

function openPrivately(config: DeviceConfig, open: () => OpenedLedger): OpenedLedger {
  makeDataFolder(config.dataDir);
  const path = ledgerPath(config);
  const opened = open();
  try {
    closeToOthers(path);
    return opened;
  } catch (error) {
    opened.ledger.close();
    throw asStoreError(error, path);
  }
}

function makeDataFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    const known = asStoreError(error, dataDir);
    if (known instanceof StoreError) throw known;
    const message = `${dataDir}: ${messageOf(error)}`;
    const hint = 'dataDir must be a folder, or a path where this user may make one';
    throw new StoreError('ledger/cannot-open', message, hint, error);
  }
}

/** SQLite gives later files beside the ledger the rights of the ledger itself. */
function closeToOthers(path: string): void {
  for (const file of [path, `${path}-wal`].filter((name) => existsSync(name))) {
    try {
      chmodSync(file, 0o600);
    } catch (error) {
      // Another user's file that we may write to, or a file system without rights: whoever set
      // that up decides who reads it, and a bus must not stand still for it.
      if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    }
  }
}

/**
 * @returns undefined when no key store is configured: then cards with keys are refused.
 * @throws ConfigError, KeyStoreError: at the start, while somebody is there to mend it.
 */
export async function openDeviceKeyStore(
  config: DeviceConfig,
): Promise<(KeyStore & AsyncDisposable) | undefined> {
  const options = config.cards?.keyStore;
  if (options === undefined) return undefined;
  if (options.type === 'file') {
    // Refused when others may read it, before anything is made of it.
    readSecretFile(options.path);
    return { ...createFileKeyStore(options.path), async [Symbol.asyncDispose]() {} };
  }
  const { module, token, pinFile } = options;
  const store = createPkcs11KeyStore({ module, token, pin: readSecretFile(pinFile).trim() });
  await store.open();
  return store;
}

/** @returns undefined without a backend to open what was sealed. */
export function createDeviceSealer(config: DeviceConfig, entropy: Entropy): Sealer | undefined {
  if (config.backend === undefined) return undefined;
  const recipient = keyOf(config.backend.sealingKey);
  return createSealer({ entropy }, { recipient, device: config.device });
}

/** By what receipts of the backend are told. */
export function receiptsOf({ device, backend }: DeviceConfig) {
  return { device, receiptKey: keyOf(backend?.receiptKey ?? '') };
}

export function syncOptions(config: DeviceConfig): SyncLoopOptions {
  return {
    ...receiptsOf(config),
    retentionMs: config.retentionDays * dayMs,
    ...config.sync,
  };
}

/** Names the system's present run. */
export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** A sync loop on its own, for a command while no validator runs. @throws CliError, ConfigError */
export function createDeviceSync(
  config: DeviceConfig,
  ledger: TapLedger,
  report: Report,
): { readonly loop: SyncLoop } & AsyncDisposable {
  if (config.backend === undefined) {
    const hint = 'add a backend to the configuration';
    throw new CliError('config/no-backend', 'there is no backend to send to', hint);
  }
  const { link } = openDeviceIdentity(config.device, config.backend);
  const backend = createHttpsBackend(link);
  const clock = createSystemClock();
  const { stamp } = createStamper(clock, readBootId());
  const deps = { clock, random: createSystemRandom(), ledger, backend, stamp };
  const loop = createSyncLoop({ ...deps, report }, syncOptions(config));
  return { loop, [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose]() };
}
