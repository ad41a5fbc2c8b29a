/** What a decision may know of where the bus is, at the moment of a tap. */
import { serviceTime } from '../time/local-time.ts';
import type { ServiceDate } from '../time/service-calendar.ts';
import { assignedTrip } from './assignment.ts';
import type { VehicleStopStatus } from './call.ts';
import type { LineMap } from './line-map.ts';
import type { ObservedAt } from './observation.ts';
import { isOld } from './sure-place.ts';
import type { AssignedBy, Sure, TrackerState } from './tracker-state.ts';
import { dayOfTrip } from './trip-choice.ts';

export type Certainty = 'sure' | 'last-known' | 'unknown';

/** GTFS ids. Under `last-known` all of it held at `since`; what is not known is absent. */
export interface TripContext {
  readonly routeId?: string;
  readonly directionId?: 0 | 1;
  readonly tripId?: string;
  /** Of the journey; without one, of the moment. */
  readonly serviceDate: ServiceDate;
  /** The stop that the bus is at or goes to, as GTFS-realtime's current_stop_sequence. */
  readonly stopId?: string;
  readonly stopSequence?: number;
  /** Only while it is sure. */
  readonly status?: VehicleStopStatus;
  /**
   * The stop where whoever taps in now has boarded: while the bus stands its own, then the one it
   * left. Absent before the first stop.
   */
  readonly servedStopId?: string;
  readonly servedStopSequence?: number;
  readonly certainty: Certainty;
  /** Who says the route; `matched` is the tracker itself. */
  readonly assignedBy: AssignedBy;
  /**
   * Milliseconds since 1970: `sure` since then without a break, `last-known` as it was then,
   * `unknown` since then.
   */
  readonly since: number;
}

/** After that long, the last that was known says nothing any more; milliseconds. */
export const lastKnownMaxMs = 3_600_000;

export function tripContextOf(state: TrackerState, now: ObservedAt, map: LineMap): TripContext {
  const { sure, assignment } = state;
  const certainty = certaintyOf(sure, now.monotonicAt);
  const { status, ...place } = certainty === 'unknown' ? {} : (sure?.place ?? {});
  return {
    serviceDate: serviceTime(now.at, map.timetable.time).date,
    ...assignedPlace(state, now, map),
    ...place,
    ...(assignment === undefined ? {} : { routeId: assignment.routeId }),
    ...(certainty === 'sure' && status !== undefined ? { status } : {}),
    certainty,
    assignedBy: assignment?.by ?? 'matched',
    since: sinceOf(state, certainty),
  };
}

function certaintyOf(sure: Sure | undefined, monotonicAt: number): Certainty {
  if (sure === undefined || !(monotonicAt - sure.lastMonotonicAt <= lastKnownMaxMs)) {
    return 'unknown';
  }
  return isOld(sure, monotonicAt) ? 'last-known' : 'sure';
}

function sinceOf({ sure, unknownSince }: TrackerState, certainty: Certainty): number {
  if (sure === undefined) return unknownSince;
  if (certainty === 'unknown') return sure.lastAt + lastKnownMaxMs;
  return certainty === 'sure' ? sure.since : sure.lastAt;
}

/** What the assignment says even where no position bears it out. */
function assignedPlace({ assignment }: TrackerState, { at }: ObservedAt, map: LineMap) {
  const trip = assignedTrip(assignment, map);
  const road = map.roads.find(({ pattern }) => pattern.id === trip?.patternId);
  const directionId = road?.pattern.directionId ?? assignment?.directionId;
  const chosen = trip && road && dayOfTrip(map, trip, { road, along: 0, at });
  return {
    ...(directionId === undefined ? {} : { directionId }),
    ...(chosen === undefined ? {} : { tripId: chosen.tripId, serviceDate: chosen.serviceDate }),
  };
}
