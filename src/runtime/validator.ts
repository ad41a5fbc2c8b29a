/**
 * The validator: readers, tap handler, ledger and sync, put together. Both composition roots,
 * src/cli/run.ts and sim/bus.ts, call this; neither does more than name the parts.
 */
import type { Clock, Entropy, Random } from '../../device/clock.ts';
import type { DriverConsole, DriverRequest } from '../../device/driver-console.ts';
import type { Indicator } from '../../device/indicator.ts';
import type { KeyStore } from '../../device/key-store.ts';
import type { HostVitals } from '../../device/os/host-vitals.ts';
import type { PositionSource } from '../../device/position-source.ts';
import type { TokenReader } from '../../device/token-reader.ts';
import { deviceTag } from '../core/card/desfire/trip-record.ts';
import type { QrisTapProfile } from '../core/card/qris-tap.ts';
import type { KeyedHash } from '../core/crypto/keyed-hash.ts';
import { decideTap } from '../core/decide.ts';
import type { Merchant } from '../core/qris/merchant-code.ts';
import type { Ballast } from '../store/ballast.ts';
import type { SpareGrant } from '../store/spare-grant.ts';
import type { TapLedger } from '../store/tap-ledger.ts';
import type { PaymentLink } from '../sync/authoriser.ts';
import type { Backend } from '../sync/backend.ts';
import type { Sealer } from '../sync/sealing.ts';
import type { AssignmentMemory } from './assignment-memory.ts';
import { createAuthoriser } from './authoriser.ts';
import { recordClockStep } from './clock-record.ts';
import { createDriverDesk, type DriverDesk } from './driver-desk.ts';
import { createHeartbeat } from './heartbeat.ts';
import { createInspector } from './inspector.ts';
import { watchLedger } from './ledger-watch.ts';
import { createReaderStates } from './reader-states.ts';
import { superviseReader } from './reader-supervisor.ts';
import { createRefusalLog } from './refusal-log.ts';
import type { RulesInForce } from './rules-in-force.ts';
import { asFailure, type Report } from './runtime-event.ts';
import { createServerClock, type ServerClock } from './server-clock.ts';
import { clockFloor, createStamper } from './stamp.ts';
import { createStorageWatch, type StorageLimits } from './storage-watch.ts';
import { createSyncLoop, type SyncLoop, type SyncLoopOptions } from './sync-loop.ts';
import { createTapHandler } from './tap-handler.ts';
import type { TargetsWatch } from './targets-watch.ts';
import { createTripDesk, type TripDesk } from './trip-desk.ts';
import { createWhereabouts, type Whereabouts } from './whereabouts.ts';

export interface ValidatorDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly entropy: Entropy;
  /** Makes the keys by which tokens are recognised again. */
  readonly keyed: KeyedHash;
  /** Seals secrets to the backend; without one they are forgotten. */
  readonly sealer?: Sealer | undefined;
  /** Without one, cards with keys cannot be read. */
  readonly keyStore?: KeyStore | undefined;
  /** How phones are asked for a QRIS Tap code; default: as observed. */
  readonly qrisTap?: QrisTapProfile | undefined;
  /** Open, and left open: whoever opened it closes it when nobody asks about it any more. */
  readonly ledger: TapLedger;
  /** Without one, a full disk ends the validator. */
  readonly ballast?: Ballast | undefined;
  readonly readers: readonly TokenReader[];
  readonly indicators: readonly Indicator[];
  readonly position?: PositionSource | undefined;
  /** Without one, a driver's assignment is forgotten with a restart. */
  readonly assignments?: AssignmentMemory | undefined;
  /** Without one, taps are kept. */
  readonly backend?: Backend | undefined;
  /** Without one, no payment is authorised. */
  readonly payments?: PaymentLink | undefined;
  /** Without one, no epoch is asked for ahead. */
  readonly spareGrant?: SpareGrant | undefined;
  /** What the machine tells of itself. */
  readonly host?: (() => HostVitals) | undefined;
  readonly inForce: RulesInForce;
  /** What drivers press, besides the control socket. */
  readonly consoles?: readonly DriverConsole[] | undefined;
  /** Without one, no fare codes are shown. */
  readonly merchant?: Merchant | undefined;
  /** Without one, rules and lists change only with a restart. */
  readonly targets?: TargetsWatch | undefined;
  /** Without one, the certificate is renewed by hand. */
  readonly renewal?: { run(signal: AbortSignal): Promise<void> } | undefined;
  readonly report: Report;
}

export interface ValidatorOptions {
  readonly bootId: string;
  /** Version of the program. */
  readonly release: string;
  readonly vehicleId?: string | undefined;
  readonly routeId?: string | undefined;
  readonly sync: SyncLoopOptions;
  readonly storage?: StorageLimits | undefined;
}

export interface Validator {
  readonly sync: SyncLoop | undefined;
  readonly serverClock: Pick<ServerClock, 'offsetMs'>;
  readonly driver: DriverDesk;
  readonly whereabouts: Whereabouts;
  /** A dispatcher's order, however it came: of it and the driver's word the later one holds. */
  readonly dispatch: TripDesk['dispatch'];
  /**
   * Runs until the signal aborts.
   * @throws StoreError when the ledger cannot be written any more: then nothing may be accepted.
   */
  run(signal: AbortSignal): Promise<void>;
}

const clockLookMs = 10_000;

export function createValidator(deps: ValidatorDeps, options: ValidatorOptions): Validator {
  const { clock, ledger } = deps;
  const readerStates = createReaderStates(deps.readers, deps.report);
  const { report } = readerStates;
  const serverClock = createServerClock({ clock, report }, clockFloor);
  const stamper = createStamper(clock, options.bootId, serverClock);
  const { retentionMs } = options.sync;
  const storage =
    deps.ballast &&
    createStorageWatch(
      { ...deps, report, ballast: deps.ballast },
      { retentionMs, limits: options.storage },
    );
  const whereabouts = createWhereabouts({ ...deps, stamper }, options);
  const surroundings = () => ({
    ...{ inForce: deps.inForce, vehicleId: options.vehicleId },
    ...{ place: whereabouts.place, position: whereabouts.position },
    ...{ syncAgeMs: ageOf(sync?.answeredAt), failOpen: driver.failOpen },
  });
  const ageOf = (at: number | undefined) =>
    at === undefined ? undefined : clock.monotonicNow() - at;
  const parts = {
    ...{ ...deps, stamper, surroundings, storage },
    deviceTag: deviceTag(options.sync.device),
  };
  const inspector = createInspector(parts);
  const trips = createTripDesk({ whereabouts, inForce: deps.inForce, report });
  const driver = createDriverDesk({ ...parts, inspector, trips });
  const refusals = createRefusalLog(parts);
  const authoriser = deps.payments && createAuthoriser({ ...deps, link: deps.payments });
  const handle = createTapHandler({
    ...{ ...parts, decide: decideTap, refusals, inspector, authoriser },
  });
  const press = async ({ action, reply }: DriverRequest) => reply(driver.carryOut(action));
  const vitals = () => ({
    ...{ rulesVersion: deps.inForce.rules.version, release: options.release },
    ...{ readers: readerStates.all(), ...listOf(deps.targets), ...deps.host?.() },
  });
  const sync = deps.backend && createSync({ ...deps, backend: deps.backend });

  function createSync(linked: ValidatorDeps & { readonly backend: Backend }): SyncLoop {
    const { dispatch } = trips;
    const told = { ...linked, stamper, serverClock, vitals, dispatch, spare: deps.spareGrant };
    const heartbeat = createHeartbeat(told, options.sync);
    return createSyncLoop({ ...linked, heartbeat, storage, stamp: stamper.stamp }, options.sync);
  }

  /** Jumps of the clock, and counts whose minute is over, although nobody taps. */
  async function keepRecord(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (storage?.isInService ?? true) {
        withRoom(() => {
          recordClockStep({ ledger, stamper, report });
          refusals.writeDue();
        });
      }
      await clock.sleep(clockLookMs, signal);
    }
  }

  function withRoom(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!storage?.takes(error)) throw error;
    }
  }

  function everythingAtWork(running: AbortSignal): readonly Promise<void>[] {
    return [
      ...(storage === undefined ? [] : [storage.run(running)]),
      keepRecord(running),
      watchLedger(deps, running),
      ...deps.readers.map((reader) => {
        const read = { handle: readerStates.reading(reader.name, handle), report };
        return superviseReader(reader, { ...deps, ...read }, running);
      }),
      ...(sync === undefined ? [] : [sync.run(running)]),
      ...(authoriser === undefined ? [] : [authoriser.run(running)]),
      ...(deps.targets === undefined ? [] : [deps.targets.run(running)]),
      ...(deps.renewal === undefined ? [] : [deps.renewal.run(running)]),
      whereabouts.run(running),
      ...(deps.consoles ?? []).map((console) =>
        superviseReader(console, { ...deps, handle: press }, running),
      ),
    ];
  }

  return {
    ...{ sync, serverClock, driver, whereabouts, dispatch: trips.dispatch },
    async run(signal) {
      const stop = new AbortController();
      const running = AbortSignal.any([signal, stop.signal]);
      const { device } = options.sync;
      report({ event: 'ready', device, epoch: ledger.head.epoch, seq: ledger.head.seq });
      const working = everythingAtWork(running);
      try {
        await Promise.all(working);
        withRoom(() => refusals.close());
      } catch (error) {
        const failure = asFailure(error);
        if (failure !== undefined) report({ event: 'out-of-service', ...failure });
        throw error;
      } finally {
        stop.abort();
        await Promise.allSettled(working);
      }
    },
  };
}

function listOf(targets: TargetsWatch | undefined) {
  const list = targets?.status().list;
  return list && { listVersion: list.version, listAgeMs: Math.max(0, Math.round(list.ageMs)) };
}
