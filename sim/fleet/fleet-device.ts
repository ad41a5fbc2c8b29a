/**
 * One device of the fleet: a ledger, sync loop and HTTPS client as in service, and riders in a hurry.
 * What fails is its network: requests that end in between, replies that never come, requests that
 * come twice. It ends when the backend has receipted everything.
 */
import { join } from 'node:path';
import type { Clock, Random } from '../../device/clock.ts';
import type { RowStamp, TapRow } from '../../src/core/ledger/row.ts';
import { createSyncLoop } from '../../src/runtime/sync-loop.ts';
import { openTapLedger, type TapLedger } from '../../src/store/tap-ledger.ts';
import { type Backend, SyncError } from '../../src/sync/backend.ts';
import { createHttpsBackend, type HttpsBackendOptions } from '../../src/sync/https-backend.ts';
import type { LatencyHistogram } from './latency-histogram.ts';
import type { LightLog } from './light-log.ts';
import { plausibleTap } from './plausible-taps.ts';

export interface FleetDeviceDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: LightLog;
  readonly latency: LatencyHistogram;
  readonly onRow: () => void;
  readonly onUpload: (how: 'answered' | 'broken-off' | 'failed') => void;
}

export interface FleetDeviceOptions {
  readonly device: string;
  /** Of the ledger. */
  readonly folder: string;
  readonly taps: number;
  /** Milliseconds between two taps, at most; the mean is half of it. */
  readonly pauseMs: number;
  /** Of the uploads that are disturbed, 0 to 1. */
  readonly faults: number;
  readonly connection: HttpsBackendOptions;
  /** Ed25519, 32 bytes. */
  readonly receiptKey: Uint8Array;
}

const dayMs = 86_400_000;
/** So that a batch is a few taps and the network has much to break. */
const intervalMs = 500;
/** A request that is broken off lives at most so long, and is at the backend or not. */
const brokenOffMsMax = 50;

/** Also ends, with rows unsent, when the signal aborts. */
export async function runFleetDevice(
  deps: FleetDeviceDeps,
  options: FleetDeviceOptions,
  signal: AbortSignal,
): Promise<void> {
  const { device, folder, connection, receiptKey } = options;
  const mintEpoch = () => 2 ** 32 + Math.floor(deps.random.next() * 2 ** 47);
  using ledger = openTapLedger({ mintEpoch }, { path: join(folder, `${device}.db`), device });
  await using https = createHttpsBackend(connection);
  const stamp = () => stampOf(deps.clock);
  const { clock, random } = deps;
  const loop = createSyncLoop(
    { clock, random, ledger, backend: disturbed(https, deps, options), report: () => {}, stamp },
    { device, receiptKey, intervalMs, startJitterMs: intervalMs, retentionMs: dayMs },
  );
  const done = new AbortController();
  const running = loop.run(AbortSignal.any([signal, done.signal]));
  running.catch(() => {});
  await board(ledger, deps, options, signal);
  done.abort();
  await running;
  // In the depot: after a long outage the loop itself may wait for minutes.
  while (ledger.outbox.unsent > 0 && !signal.aborted) await loop.drain(signal);
}

async function board(
  ledger: TapLedger,
  { clock, random, log, onRow }: FleetDeviceDeps,
  { device, taps, pauseMs }: FleetDeviceOptions,
  signal: AbortSignal,
): Promise<void> {
  for (let tap = 0; tap < taps && !signal.aborted; tap += 1) {
    const row: TapRow = plausibleTap(random, { ...stampOf(clock), vehicleId: device });
    const head = ledger.append(row);
    log.note({ device, ...head, isGreen: row.outcome === 'accepted', amount: row.amount });
    onRow();
    await clock.sleep(random.next() * pauseMs, signal);
  }
}

function stampOf(clock: Clock): RowStamp {
  const monotonicAt = Math.floor(clock.monotonicNow());
  return { wallAt: clock.wallNow(), monotonicAt, bootId: 'fleet', clockQuality: 'ntp' };
}

function disturbed(
  https: Backend,
  { clock, random, latency, onUpload }: FleetDeviceDeps,
  { faults }: FleetDeviceOptions,
): Backend {
  const lost = () => new SyncError('sync/timeout', 'the reply was lost', 'it is tried again');

  async function measured(...[batch, signal]: Parameters<Backend['uploadTaps']>) {
    const startedAt = clock.monotonicNow();
    try {
      const reply = await https.uploadTaps(batch, signal);
      latency.add(clock.monotonicNow() - startedAt);
      onUpload('answered');
      return reply;
    } catch (error) {
      if (!signal.aborted) onUpload('failed');
      throw error;
    }
  }

  return {
    sendHeartbeat: https.sendHeartbeat,
    async uploadTaps(batch, signal) {
      if (random.next() >= faults) return measured(batch, signal);
      onUpload('broken-off');
      const kind = Math.floor(random.next() * 3);
      if (kind === 0) {
        const soon = AbortSignal.timeout(Math.ceil(random.next() * brokenOffMsMax));
        await https.uploadTaps(batch, AbortSignal.any([signal, soon]));
      } else {
        await measured(batch, signal);
        if (kind === 2) return measured(batch, signal);
      }
      throw lost();
    },
  };
}
