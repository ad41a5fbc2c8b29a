/** The sync loop of a device before an honest backend, for tests that make the backend misbehave. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openSqliteStore } from '../../src/backend/sql-store.ts';
import { createHeartbeat } from '../../src/runtime/heartbeat.ts';
import type { RuntimeEvent } from '../../src/runtime/runtime-event.ts';
import { createServerClock } from '../../src/runtime/server-clock.ts';
import { clockFloor, createStamper } from '../../src/runtime/stamp.ts';
import { createSyncLoop } from '../../src/runtime/sync-loop.ts';
import type { TapLedger } from '../../src/store/tap-ledger.ts';
import type { Backend } from '../../src/sync/backend.ts';
import { createSimBackend } from '../sim-backend.ts';
import { createSimEntropy, createSimRandom } from '../sim-chance.ts';
import { createSimClock } from '../sim-clock.ts';
import { someNow } from './builders.ts';
import { aFolder, aLedger, testDevice } from './ledger-builders.ts';
import { someStamp } from './row-builders.ts';
import { testReceiptKey } from './test-backend.ts';

/** Longer than any test. */
const retentionMsMax = 1e10;

/** A loop that never waits would otherwise hang the test instead of failing it. */
const uploadsMax = 1_000;

export interface SyncingDeviceOptions {
  readonly ledger?: TapLedger;
  readonly database?: string;
  /** Whether it sends heartbeats. */
  readonly isHeard?: boolean;
  readonly startJitterMs?: number;
  readonly retentionMs?: number;
  /** Every draw of chance; by default such that a delay is as long as it can be. */
  readonly chance?: number;
}

/** A sync loop before an honest backend that a test may make behave otherwise. */
export function aSyncingDevice(options: SyncingDeviceOptions = {}) {
  const { database = join(aFolder(), 'backend.db'), ledger = aLedger(), chance = 1 } = options;
  const clock = createSimClock({ wall: someNow });
  const store = openSqliteStore(database);
  const deps = {
    ...{ clock, random: createSimRandom(1), store, receiptKey: testReceiptKey },
    device: testDevice,
  };
  const honest = createSimBackend(deps);
  const uploads: { readonly at: number; readonly fromSeq: number; readonly rows: number }[] = [];
  const flight = { now: 0, max: 0 };
  const state = { behave: honest.uploadTaps, hear: honest.sendHeartbeat };
  const beats: { readonly at: number }[] = [];
  const backend: Backend = {
    async uploadTaps(batch, signal) {
      if (uploads.length === uploadsMax) throw new Error('uploads without end');
      uploads.push({ at: clock.monotonicNow(), fromSeq: batch.fromSeq, rows: batch.rows.length });
      flight.now += 1;
      flight.max = Math.max(flight.max, flight.now);
      const reply = state.behave(batch, signal);
      return reply.finally(() => (flight.now -= 1));
    },
    sendHeartbeat(heartbeat, signal) {
      beats.push({ at: clock.monotonicNow() });
      return state.hear(heartbeat, signal);
    },
  };
  const events: RuntimeEvent[] = [];
  const report = (event: RuntimeEvent) => void events.push(event);
  const { startJitterMs = 0, retentionMs = retentionMsMax } = options;
  const serverClock = createServerClock({ clock, report }, clockFloor);
  const stamper = createStamper(clock, 'test-boot', serverClock);
  const vitals = () => ({ rulesVersion: 'test-1', release: '0.1.0', readers: [] });
  const entropy = createSimEntropy(1);
  const identity = { device: testDevice, receiptKey: testReceiptKey.publicKey };
  const heartbeat =
    options.isHeard === true
      ? createHeartbeat({ clock, entropy, ledger, backend, stamper, serverClock, vitals }, identity)
      : undefined;
  const loop = createSyncLoop(
    {
      ...{ clock, random: { next: () => chance }, ledger, backend, heartbeat, report },
      stamp: () => someStamp,
    },
    {
      ...{ ...identity, intervalMs: 2_000 },
      ...{ startJitterMs, retentionMs },
    },
  );
  const stop = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const start = () => {
    running = loop.run(stop.signal);
  };
  const ended = () => {
    stop.abort();
    return running;
  };
  onTestFinished(ended);
  onTestFinished(() => store.close());
  const codes = () => events.flatMap((event) => ('code' in event ? [event.code] : []));
  const parts = {
    clock,
    store,
    ledger,
    loop,
    uploads,
    beats,
    serverClock,
    flight,
    events,
    codes,
    start,
    ended,
    honest,
  };
  return Object.assign(state, parts);
}
