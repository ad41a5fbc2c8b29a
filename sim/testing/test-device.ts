/** A configured device in a folder of its own, and a process for its commands to speak to, for tests. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import type { CliIo } from '../../src/cli/cli-io.ts';
import { openDeviceLedger } from '../../src/cli/device-parts.ts';
import { type RunExtras, run } from '../../src/cli/run.ts';
import { readDeviceConfig } from '../../src/config/device-config.ts';
import type { RuntimeEvent } from '../../src/runtime/runtime-event.ts';
import type { TapLedger } from '../../src/store/tap-ledger.ts';
import { openWorkshop, type Workshop } from '../demo/workshop.ts';
import { createSimEntropy } from '../sim-chance.ts';
import { aFolder, fill } from './ledger-builders.ts';

export interface TestIo extends CliIo {
  readonly outs: string[];
  readonly errs: string[];
  /** As SIGTERM does. */
  stop(): void;
}

export function createTestIo(): TestIo {
  const stopping = new AbortController();
  const outs: string[] = [];
  const errs: string[] = [];
  return {
    ...{ outs, errs, inColour: false, stopping: stopping.signal },
    out: (line) => void outs.push(line),
    err: (line) => void errs.push(line),
    readInput: async () => new Uint8Array(),
    stop: () => stopping.abort(),
  };
}

export interface TestDevice {
  readonly folder: string;
  readonly workshop: Workshop;
  /** The configuration's file. */
  readonly config: string;
}

/** Nothing listens there. */
const nowhere = 'https://127.0.0.1:1';

/** @param change of the configuration; its scanner's port is not there. */
export async function aTestDevice(change: object = {}): Promise<TestDevice> {
  const folder = aFolder();
  const now = createSystemClock().wallNow();
  const workshop = await openWorkshop(folder, createSimEntropy(1), now);
  const config = workshop.configure(nowhere, { pcsc: false });
  const written = JSON.parse(readFileSync(config, 'utf8'));
  const sync = { intervalMs: 100, startJitterMs: 0 };
  writeFileSync(config, JSON.stringify({ ...written, sync, ...change }));
  return { folder, workshop, config };
}

/** Points the device to a backend that runs. */
export function connectDevice({ config }: TestDevice, url: string): void {
  const written = JSON.parse(readFileSync(config, 'utf8'));
  writeFileSync(config, JSON.stringify({ ...written, backend: { ...written.backend, url } }));
}

/** Rows in the ledger of a device that does not run. */
export function fillLedger({ config }: TestDevice, rows: number): void {
  withLedger(config, (ledger) => void fill(ledger, rows));
}

export function withLedger<T>(config: string, look: (ledger: TapLedger) => T): T {
  const ledger = openDeviceLedger(readDeviceConfig(config));
  try {
    return look(ledger);
  } finally {
    ledger.close();
  }
}

/** Waits until the check passes; rejects with its failure when it does not within seconds. */
export function eventually(check: () => unknown): Promise<unknown> {
  return vi.waitFor(check, { timeout: 8_000, interval: 10 });
}

/** `halte run` in this process; it is stopped when the test ends. */
export function startRun(config: string, extras: RunExtras = {}) {
  const io = createTestIo();
  const running = run(config, io, extras);
  running.catch(() => {});
  const stop = () => {
    io.stop();
    return running;
  };
  onTestFinished(async () => {
    await stop().catch(() => {});
  });
  const events = () => io.errs.map((line) => JSON.parse(line) as RuntimeEvent);
  return { io, running, stop, events };
}

export function ledgerFile({ folder }: TestDevice): string {
  return join(folder, 'data', 'ledger.db');
}
