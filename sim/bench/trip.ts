/**
 * What a position costs the trip tracker: every pattern of a timetable is driven from end to end.
 * A position is tracked several times from the same state and the fastest counts, so that what is
 * measured is the work and not the machine's other business.
 */
import { lineMapOf } from '../../src/core/trip/line-map.ts';
import type { Timetable } from '../../src/core/trip/timetable.ts';
import { advance } from '../../src/core/trip/tracker.ts';
import { startTracking } from '../../src/core/trip/tracker-state.ts';
import { observationOf } from '../gnss-drive.ts';
import { tripTrack } from '../gnss-trip.ts';
import { createSimRandom } from '../sim-chance.ts';
import type { Stopwatch } from './stopwatch.ts';

/** Microseconds of one position. */
export interface TripFigures {
  readonly positions: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly worst: number;
}

export interface TripBench {
  readonly stopwatch: Stopwatch;
  /** How often each position is tracked. */
  readonly rounds: number;
  readonly signal: AbortSignal;
}

/** 2026-11-24 07:00 in Semarang. */
const at = Date.UTC(2026, 10, 24);

/** @returns undefined when it was stopped. */
export function benchTrip(
  timetable: Timetable,
  { isRouteSet }: { readonly isRouteSet: boolean },
  { stopwatch, rounds, signal }: TripBench,
): TripFigures | undefined {
  const map = lineMapOf(timetable);
  const costs: number[] = [];
  for (const pattern of timetable.patterns) {
    const { track } = tripTrack(timetable, pattern, { at, random: createSimRandom(3) });
    let state = startTracking({ at, configuredRouteId: isRouteSet ? pattern.routeId : undefined });
    for (const observation of track.flatMap((one) => observationOf(one) ?? [])) {
      if (signal.aborted) return undefined;
      const tracked = Array.from({ length: rounds }, () =>
        stopwatch(() => advance(state, observation, map)),
      );
      // One that was interrupted in every round is none.
      const kept = tracked.filter((cost) => cost !== undefined);
      if (kept.length > 0) costs.push(Math.min(...kept));
      state = advance(state, observation, map);
    }
  }
  return figuresOf(costs);
}

function figuresOf(costs: readonly number[]): TripFigures {
  const rising = costs.toSorted((a, b) => a - b);
  const below = (share: number) => rising[Math.ceil(rising.length * share) - 1] ?? Number.NaN;
  return {
    positions: rising.length,
    ...{ p50: below(0.5), p99: below(0.99), p999: below(0.999), worst: below(1) },
  };
}
