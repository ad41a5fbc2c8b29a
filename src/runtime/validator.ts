/**
 * The validator: readers, tap handler, ledger and sync, put together. Both composition roots,
 * src/cli/run.ts and sim/bus.ts, call this; neither does more than name the parts.
 */
import type { Clock, Entropy, Random } from '../../device/clock.ts';
import type { Indicator } from '../../device/indicator.ts';
import type { KeyStore } from '../../device/key-store.ts';
import type { PositionSource } from '../../device/position-source.ts';
import type { TokenReader } from '../../device/token-reader.ts';
import { deviceTag } from '../core/card/desfire/trip-record.ts';
import type { QrisTapProfile } from '../core/card/qris-tap.ts';
import type { KeyedHash } from '../core/crypto/keyed-hash.ts';
import { decideTap } from '../core/decide.ts';
import type { TapLedger } from '../store/tap-ledger.ts';
import type { Authoriser } from '../sync/authoriser.ts';
import type { Backend } from '../sync/backend.ts';
import type { Sealer } from '../sync/sealing.ts';
import { superviseReader } from './reader-supervisor.ts';
import type { RulesInForce } from './rules-in-force.ts';
import { asFailure, type Report } from './runtime-event.ts';
import { createStamper } from './stamp.ts';
import { createSyncLoop, type SyncLoop, type SyncLoopOptions } from './sync-loop.ts';
import { createTapHandler, recordClockStep } from './tap-handler.ts';
import type { TargetsWatch } from './targets-watch.ts';
import { createWhereabouts } from './whereabouts.ts';

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
  readonly readers: readonly TokenReader[];
  readonly indicators: readonly Indicator[];
  readonly position?: PositionSource | undefined;
  /** Without one, taps are kept. */
  readonly backend?: Backend | undefined;
  /** Without one, no payment is authorised. */
  readonly authoriser?: Authoriser | undefined;
  readonly inForce: RulesInForce;
  /** Without one, rules and lists change only with a restart. */
  readonly targets?: TargetsWatch | undefined;
  readonly report: Report;
}

export interface ValidatorOptions {
  readonly bootId: string;
  readonly vehicleId?: string | undefined;
  readonly routeId?: string | undefined;
  readonly sync: SyncLoopOptions;
}

export interface Validator {
  readonly sync: SyncLoop | undefined;
  /**
   * Runs until the signal aborts.
   * @throws StoreError when the ledger cannot be written any more: then nothing may be accepted.
   */
  run(signal: AbortSignal): Promise<void>;
}

const clockLookMs = 10_000;

export function createValidator(deps: ValidatorDeps, options: ValidatorOptions): Validator {
  const { clock, ledger, report } = deps;
  const stamper = createStamper(clock, options.bootId);
  const whereabouts = createWhereabouts(deps, options);
  const surroundings = () => ({
    ...{ inForce: deps.inForce, vehicleId: options.vehicleId },
    ...{ place: whereabouts.place, position: whereabouts.position },
    syncAgeMs: ageOf(sync?.answeredAt),
  });
  const ageOf = (at: number | undefined) =>
    at === undefined ? undefined : clock.monotonicNow() - at;
  const handle = createTapHandler({
    ...deps,
    ...{ decide: decideTap, stamper, surroundings },
    deviceTag: deviceTag(options.sync.device),
  });
  const sync = deps.backend && createSyncLoop({ ...deps, backend: deps.backend }, options.sync);

  async function watchClock(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      recordClockStep({ ledger, stamper, report });
      await clock.sleep(clockLookMs, signal);
    }
  }

  return {
    sync,
    async run(signal) {
      const stop = new AbortController();
      const running = AbortSignal.any([signal, stop.signal]);
      const { device } = options.sync;
      report({ event: 'ready', device, epoch: ledger.head.epoch, seq: ledger.head.seq });
      const parts = [
        watchClock(running),
        ...deps.readers.map((reader) => superviseReader(reader, { ...deps, handle }, running)),
        ...(sync === undefined ? [] : [sync.run(running)]),
        ...(deps.targets === undefined ? [] : [deps.targets.run(running)]),
        whereabouts.run(running),
      ];
      try {
        await Promise.all(parts);
      } catch (error) {
        const failure = asFailure(error);
        if (failure !== undefined) report({ event: 'out-of-service', ...failure });
        throw error;
      } finally {
        stop.abort();
        await Promise.allSettled(parts);
      }
    },
  };
}
