/**
 * A clock that stands still until the test or the journey moves it. Monotonic time is the true
 * time of the simulation; the wall clock hangs on it and may step and drift as a bus's does.
 *
 * Invariants:
 * - sleepers wake in the order of their times, and at equal times in the order they lay down;
 * - between two wakings every promise and nextTick that the first one set off has settled, so
 *   that a run depends on nothing but its inputs. Threads and sockets are not waited for.
 */
import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock, EpochMs, MonotonicMs } from '../device/clock.ts';

/** 2026-01-05T00:00:00Z, a Monday: a plain service day to start from. */
const wallStart: EpochMs = 1_767_571_200_000;

/** More wakings than this at one instant is a loop that sleeps for no time: it fails by name. */
export const wakingsPerInstantMax = 20_000;

export interface SimClock extends Clock {
  /** Moves time on and wakes whoever is due on the way. One advance at a time. */
  advance(ms: number): Promise<void>;
  /** The wall clock jumps, as when GNSS or NTP arrives; monotonic time does not. */
  stepWall(ms: number): void;
  /** From now on the wall clock gains (or loses) so many microseconds per true second. */
  drift(ppm: number): void;
  /** How many sleep at this moment; a test can see that nothing was left behind. */
  readonly sleepers: number;
}

export interface SimClockStart {
  readonly wall?: EpochMs;
  readonly monotonic?: MonotonicMs;
}

interface Sleeper {
  readonly wakeAt: MonotonicMs;
  wake(): void;
}

export function createSimClock(start: SimClockStart = {}): SimClock {
  const dormitory = createDormitory();
  let now = start.monotonic ?? 0;
  const wall = createSimWall(start.wall ?? wallStart, now);
  let advancing = false;

  return {
    wallNow: () => Math.floor(wall.at(now)),
    monotonicNow: () => now,
    async sleep(ms, signal) {
      assert(!Number.isNaN(ms), 'a sleep needs a length');
      await dormitory.sleepUntil(now + Math.max(0, ms), signal);
    },
    async advance(ms) {
      assert(!advancing, 'one advance of the simulated clock at a time: await the one before');
      assert(ms >= 0, 'simulated time does not go back');
      advancing = true;
      const end = now + ms;
      const moveTo = (time: MonotonicMs) => {
        now = time;
      };
      await wakeAllUntil(end, dormitory, moveTo);
      now = end;
      advancing = false;
    },
    stepWall: (ms) => wall.step(ms),
    drift: (ppm) => wall.drift(now, ppm),
    get sleepers() {
      return dormitory.size;
    },
  };
}

async function wakeAllUntil(
  end: MonotonicMs,
  dormitory: Dormitory,
  moveTo: (time: MonotonicMs) => void,
): Promise<void> {
  let instant: MonotonicMs | undefined;
  let wakings = 0;
  // One turn of the event loop drains all promises and nextTicks, however long their chain.
  for (await nextTurn(); ; await nextTurn()) {
    const sleeper = dormitory.takeDue(end);
    if (sleeper === undefined) return;
    wakings = sleeper.wakeAt === instant ? wakings + 1 : 1;
    assert(wakings <= wakingsPerInstantMax, `endless sleeps of 0 ms at ${sleeper.wakeAt} ms`);
    instant = sleeper.wakeAt;
    moveTo(sleeper.wakeAt);
    sleeper.wake();
  }
}

type Dormitory = ReturnType<typeof createDormitory>;

/** Sleepers in the order in which they will wake. */
function createDormitory() {
  const sleepers: Sleeper[] = [];

  const insert = (sleeper: Sleeper) => {
    const after = sleepers.findLastIndex((other) => other.wakeAt <= sleeper.wakeAt);
    sleepers.splice(after + 1, 0, sleeper);
  };

  return {
    sleepUntil(wakeAt: MonotonicMs, signal?: AbortSignal): Promise<void> {
      if (signal?.aborted === true) return Promise.resolve();
      return new Promise((resolve) => {
        const wakeEarly = () => {
          sleepers.splice(sleepers.indexOf(sleeper), 1);
          resolve();
        };
        const wake = () => {
          signal?.removeEventListener('abort', wakeEarly);
          resolve();
        };
        const sleeper: Sleeper = { wakeAt, wake };
        signal?.addEventListener('abort', wakeEarly, { once: true });
        insert(sleeper);
      });
    },
    takeDue(end: MonotonicMs): Sleeper | undefined {
      const first = sleepers[0];
      return first !== undefined && first.wakeAt <= end ? sleepers.shift() : undefined;
    },
    get size() {
      return sleepers.length;
    },
  };
}

/** Wall time as a straight line over monotonic time, bent at each change of drift. */
function createSimWall(start: EpochMs, startedAt: MonotonicMs) {
  let origin = start;
  let originAt = startedAt;
  let driftPpm = 0;
  const at = (now: MonotonicMs): EpochMs => origin + (now - originAt) * (1 + driftPpm / 1e6);

  return {
    at,
    step(ms: number): void {
      origin += ms;
    },
    drift(now: MonotonicMs, ppm: number): void {
      origin = at(now);
      originAt = now;
      driftPpm = ppm;
    },
  };
}
