/**
 * When and how sure: the stamp of every ledger row, and the watch on the wall clock, whose jumps
 * against the monotonic clock are put on record before anything is stamped with the new time.
 */
import type { Clock } from '../../device/clock.ts';
import type { ClockQuality } from '../core/clock-quality.ts';
import type { RowStamp } from '../core/ledger/row.ts';
import type { ServerClock } from './server-clock.ts';

/** A wall clock that NTP slews stays within this between two looks; more is a step. */
export const clockStepMs = 2_000;

/** No clock can rightly show less: the first release of Halte. */
export const clockFloor = Date.UTC(2026, 10, 1);

/** A stamp whose clock quality is one of the known ones. */
export type Stamp = RowStamp & { readonly clockQuality: ClockQuality };

export interface Stamper {
  stamp(): Stamp;
  /** How far the wall clock has jumped since the last look; undefined when it has not. */
  stepSinceLastLook(): number | undefined;
}

/** @param server what the backend's signed time says of the wall clock; without one, nothing. */
export function createStamper(
  clock: Clock,
  bootId: string,
  server?: Pick<ServerClock, 'quality'>,
): Stamper {
  let offset = clock.wallNow() - clock.monotonicNow();

  return {
    stamp() {
      const wallAt = Math.round(clock.wallNow());
      return {
        wallAt,
        monotonicAt: Math.round(clock.monotonicNow()),
        bootId,
        clockQuality: qualityAt(wallAt, server?.quality),
      };
    },
    stepSinceLastLook() {
      const now = clock.wallNow() - clock.monotonicNow();
      const step = now - offset;
      offset = now;
      return Math.abs(step) >= clockStepMs ? Math.round(step) : undefined;
    },
  };
}

function qualityAt(wallAt: number, byServer: ClockQuality = 'rtc'): ClockQuality {
  return wallAt < clockFloor ? 'untrusted' : byServer;
}
