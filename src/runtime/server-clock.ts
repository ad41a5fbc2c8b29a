/**
 * The backend's time as this device knows it, from signed answers to questions it just asked. It
 * never sets the wall clock: it says how far that is off, and so how far it can be trusted. Signed
 * time may take back what was believed, forward or backward: that is reported.
 */
import type { Clock } from '../../device/clock.ts';
import type { ClockQuality } from '../core/clock-quality.ts';
import {
  closeMs,
  jumpOf,
  type KnownTime,
  qualityBy,
  serverJumpMsMax,
  serverTimeAt,
  type TimedAnswer,
  timeOf,
} from '../core/time/server-offset.ts';
import type { Report } from './runtime-event.ts';

export interface ServerClock {
  /** To add to the wall clock, whole milliseconds; undefined: no answer since the start. */
  readonly offsetMs: number | undefined;
  /** Of the wall clock, as far as the backend's time tells; undefined: it does not. */
  readonly quality: ClockQuality | undefined;
  /** @param answer signed for the nonce of the question. */
  learn(answer: TimedAnswer): void;
}

export interface ServerClockDeps {
  readonly clock: Clock;
  readonly report: Report;
}

/** @param floor no backend's clock can rightly show less: milliseconds since 1970. */
export function createServerClock({ clock, report }: ServerClockDeps, floor: number): ServerClock {
  let known: KnownTime | undefined;
  /** A jump that nobody confirmed yet. */
  let doubted: KnownTime | undefined;
  const offset = (of: KnownTime) =>
    Math.round(serverTimeAt(of, clock.monotonicNow()) - clock.wallNow());

  function isImplausible(next: KnownTime): boolean {
    if (known === undefined || jumpOf(known, next) <= serverJumpMsMax) return false;
    const isConfirmed = doubted !== undefined && Math.abs(jumpOf(doubted, next)) <= closeMs;
    return !isConfirmed;
  }

  return {
    get offsetMs() {
      return known && offset(known);
    },
    get quality() {
      return known && qualityBy(offset(known), clock.monotonicNow() - known.monotonicAt);
    },
    learn(answer) {
      const next = timeOf(answer);
      if (next === undefined || next.serverTime < floor) return;
      const jumpMs = Math.round(known === undefined ? 0 : jumpOf(known, next));
      if (isImplausible(next)) {
        doubted = next;
        report({ event: 'server-time-doubted', jumpMs });
        return;
      }
      doubted = undefined;
      known = next;
      if (Math.abs(jumpMs) > closeMs) report({ event: 'server-time-jumped', jumpMs });
    },
  };
}
