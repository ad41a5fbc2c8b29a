/**
 * Many devices before one backend, a bounded number of them at once: each has its own certificate,
 * ledger and connection, and is gone when its last tap is receipted.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../device/clock.ts';
import { createSimRandom } from '../sim-chance.ts';
import type { TestCertificates } from '../test-certificates.ts';
import { runFleetDevice } from './fleet-device.ts';
import { createLatencyHistogram, type LatencyFigures } from './latency-histogram.ts';
import { createLightLog } from './light-log.ts';

/** Devices at once, each with one socket and one open ledger; the others wait for their turn. */
export const devicesAtOnceMax = 100;

export interface FleetOptions {
  readonly devices: number;
  /** Of each device. */
  readonly taps: number;
  readonly seed: number;
  readonly faults: number;
  /** Milliseconds between two taps of a device, at most. */
  readonly pauseMs: number;
  /** Holds ledgers, each until its device is done, and the log of lights. */
  readonly folder: string;
  readonly target: FleetTarget;
}

export interface FleetTarget {
  readonly url: string;
  readonly ca: string;
  /** Makes the devices' certificates. */
  readonly device: TestCertificates['device'];
  /** Ed25519, 32 bytes. */
  readonly receiptKey: Uint8Array;
}

export interface FleetFigures {
  readonly rows: number;
  readonly seconds: number;
  readonly uploads: {
    readonly answered: number;
    /** Disturbed on purpose. */
    readonly brokenOff: number;
    /** While there was no backend, mostly. */
    readonly failed: number;
  };
  readonly latency: LatencyFigures;
  /** The histogram, for people. */
  readonly bars: readonly string[];
}

export interface FleetDeps {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** After each row that is durable at its device. */
  readonly onRow: (rows: number) => void;
}

export const lightLogName = 'lights.log';

/** The first device that fails ends all; its error is thrown. */
export async function runFleet(deps: FleetDeps, options: FleetOptions): Promise<FleetFigures> {
  const { clock } = deps;
  using log = createLightLog(join(options.folder, lightLogName));
  const latency = createLatencyHistogram();
  const uploads = { answered: 0, brokenOff: 0, failed: 0 };
  const totals = { rows: 0, next: 1 };
  const shared = {
    ...{ clock, log, latency },
    onRow: () => {
      totals.rows += 1;
      deps.onRow(totals.rows);
    },
    onUpload: (how: 'answered' | 'broken-off' | 'failed') => {
      uploads[how === 'broken-off' ? 'brokenOff' : how] += 1;
    },
  };
  const failed = new AbortController();
  const signal = AbortSignal.any([deps.signal, failed.signal]);

  async function lane(): Promise<void> {
    while (totals.next <= options.devices && !signal.aborted) {
      const number = totals.next;
      totals.next += 1;
      const random = createSimRandom(options.seed * 1_000_003 + number);
      await runOne({ ...shared, random }, { ...options, number }, signal);
    }
  }

  const startedAt = clock.monotonicNow();
  const lanes = Array.from({ length: Math.min(devicesAtOnceMax, options.devices) }, () =>
    lane().catch((error) => {
      failed.abort();
      throw error;
    }),
  );
  const ends = await Promise.allSettled(lanes);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  const seconds = (clock.monotonicNow() - startedAt) / 1_000;
  const { rows } = totals;
  return { rows, seconds, uploads, latency: latency.figures, bars: latency.lines() };
}

async function runOne(
  deps: Parameters<typeof runFleetDevice>[0],
  options: FleetOptions & { readonly number: number },
  signal: AbortSignal,
): Promise<void> {
  const { folder, taps, pauseMs, faults, number } = options;
  const { url, ca, receiptKey, device: certify } = options.target;
  const device = `fleet-${String(number).padStart(5, '0')}`;
  const connection = { url, ca, ...(await certify(device)) };
  const own = { device, folder, taps, pauseMs, faults, connection, receiptKey };
  await runFleetDevice(deps, own, signal);
  for (const suffix of ['', '-wal', '-shm']) {
    if (!signal.aborted) rmSync(join(folder, `${device}.db${suffix}`), { force: true });
  }
}
