/**
 * A bus in software: the real runtime with a simulated twin behind every port, under one seed, in
 * one process. This is the simulator's composition root; its twin is src/cli/run.ts.
 */
import { join } from 'node:path';
import type { Indicator } from '../device/indicator.ts';
import type { KeyStore } from '../device/key-store.ts';
import { createSerialBarcodeReader } from '../device/serial/serial-barcode-reader.ts';
import type { Discrepancy } from '../src/backend/authorisations.ts';
import type { BackendStore } from '../src/backend/backend-store.ts';
import { openSqliteStore } from '../src/backend/sql-store.ts';
import { takeBackAsWanted } from '../src/backend/taking-back.ts';
import { ed25519PrivateKey } from '../src/core/crypto/ed25519.ts';
import { createKeyedHash } from '../src/core/crypto/keyed-hash.ts';
import type { Timetable } from '../src/core/trip/timetable.ts';
import { mintProvisionalEpoch } from '../src/runtime/provisional-epoch.ts';
import { fixedRules } from '../src/runtime/rules-in-force.ts';
import type { RuntimeEvent } from '../src/runtime/runtime-event.ts';
import { createValidator } from '../src/runtime/validator.ts';
import type { Whereabouts } from '../src/runtime/whereabouts.ts';
import { openTapLedger, type TapLedger } from '../src/store/tap-ledger.ts';
import { createSimCardField, type SimCardField } from './card-field.ts';
import { semarangRules } from './city.ts';
import { createSimDriverConsole, type SimDriverConsole } from './driver-console.ts';
import { createRecordingIndicator, type RecordingIndicator } from './recording-indicator.ts';
import { createSimSerialLine, type SimSerialLine } from './serial-line.ts';
import { createSimAcquirer, type SimAcquirer } from './sim-acquirer.ts';
import { createSimBackend, type NetworkFaults, type SimBackend } from './sim-backend.ts';
import { createSimEntropy, createSimRandom } from './sim-chance.ts';
import { createSimClock, type SimClock } from './sim-clock.ts';
import { createSimPaymentLink, type SimPaymentLink } from './sim-payment-link.ts';
import { createSimPositionSource, type SimPoint, type SimPositionSource } from './sim-position.ts';
import { createTicketOffice, type TicketOffice } from './ticket-office.ts';

export interface BusOptions {
  readonly seed: number;
  /** Holds the device's ledger and the backend's database. */
  readonly folder: string;
  readonly faults?: NetworkFaults;
  /** What the receiver tells, along the clock. */
  readonly route?: readonly SimPoint[];
  /** The lines that the bus may drive; without one it knows no stops. */
  readonly timetable?: Timetable;
  /** Koridor I unless told. */
  readonly routeId?: string;
  /** Beside the one that records. */
  readonly indicators?: readonly Indicator[];
  /** Without one, cards with keys cannot be read. */
  readonly keyStore?: KeyStore;
}

export interface Bus {
  readonly clock: SimClock;
  readonly scanner: SimSerialLine;
  readonly cards: SimCardField;
  readonly driver: SimDriverConsole;
  readonly gnss: SimPositionSource;
  readonly whereabouts: Whereabouts;
  readonly indicator: RecordingIndicator;
  readonly office: TicketOffice;
  readonly backend: SimBackend;
  /** The way on which payments are asked about, and who charges them. */
  readonly payments: SimPaymentLink;
  readonly acquirer: SimAcquirer;
  /** What the backend found not to fit together, oldest first. */
  readonly discrepancies: readonly Discrepancy[];
  readonly store: BackendStore;
  readonly ledger: TapLedger;
  /** What the runtime reported, oldest first. */
  readonly events: readonly RuntimeEvent[];
  /** Ends the runtime as `halte run` ends at SIGTERM, and closes both databases. */
  stop(): Promise<void>;
}

/** Shared by every bus of the simulated fleet. */
export const simDevice = 'sim-bus-1';

/** 2026-11-24T00:00:00Z: after the first release, so that the clock counts as plausible. */
const serviceDay = Date.UTC(2026, 10, 24);
const dayMs = 24 * 60 * 60 * 1_000;

/** The runtime is running when it returns; time stands until `clock.advance`. */
export function startBus(options: BusOptions): Bus {
  const { seed, folder, faults = {}, route = [], timetable, routeId = 'koridor-1' } = options;
  const clock = createSimClock({ wall: serviceDay });
  const random = createSimRandom(seed);
  const entropy = createSimEntropy(seed);
  const office = createTicketOffice(entropy, 'trans-semarang');
  const receiptKey = ed25519PrivateKey(entropy.bytes(32));
  const scanner = createSimSerialLine({ clock });
  const cards = createSimCardField({ clock });
  const driver = createSimDriverConsole();
  const indicator = createRecordingIndicator({ clock });
  const store = openSqliteStore(join(folder, 'backend.db'));
  const backend = createSimBackend({ clock, random, store, receiptKey, device: simDevice }, faults);
  const acquirer = createSimAcquirer({ clock });
  const { authorisations } = store;
  const payments = createSimPaymentLink(
    { clock, random, authorisations, provider: acquirer },
    simDevice,
  );
  const ledger = openTapLedger(
    { mintEpoch: () => mintProvisionalEpoch(entropy) },
    { path: join(folder, 'ledger.db'), device: simDevice },
  );
  const discrepancies: Discrepancy[] = [];
  const gnss = createSimPositionSource({ clock }, { points: route });
  const qrReader = { name: 'scanner', path: 'simulated' };
  const events: RuntimeEvent[] = [];
  const validator = createValidator(
    {
      ...{ clock, random, entropy, ledger },
      keyed: createKeyedHash(entropy.bytes(32)),
      readers: [createSerialBarcodeReader({ clock, openPort: scanner.openPort }, qrReader), cards],
      indicators: [indicator, ...(options.indicators ?? [])],
      keyStore: options.keyStore,
      consoles: [driver],
      position: gnss,
      backend,
      payments,
      inForce: fixedRules(semarangRules(office.trustedKey), timetable),
      report: (event) => events.push(event),
    },
    {
      bootId: `sim-boot-${seed}`,
      release: 'sim',
      vehicleId: 'SIM-1',
      routeId,
      sync: {
        device: simDevice,
        receiptKey: receiptKey.publicKey,
        intervalMs: 2_000,
        startJitterMs: 5_000,
        retentionMs: 30 * dayMs,
      },
    },
  );
  const stopping = new AbortController();
  const running = validator.run(stopping.signal);
  const takingBack = takeBackAsWanted(
    {
      ...{ authorisations, provider: acquirer, clock },
      report: (found) => discrepancies.push(found),
      complain: (error) => {
        throw error;
      },
    },
    stopping.signal,
  );
  const stop = async () => {
    stopping.abort();
    await Promise.all([running, takingBack]);
    ledger.close();
    await store.close();
  };
  let stopped: Promise<void> | undefined;
  const { whereabouts } = validator;
  return {
    ...{ payments, acquirer, discrepancies },
    ...{ clock, scanner, cards, driver, gnss, whereabouts, indicator },
    ...{ office, backend, store, ledger, events },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}
