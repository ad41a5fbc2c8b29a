/** What the tracker remembers: bounded, and a value that can be compared. */
import type { Belief } from './believed-fix.ts';
import type { VehicleStopStatus } from './call.ts';
import type { Hypothesis } from './hypothesis.ts';
import type { Assignment } from './observation.ts';
import type { Point } from './plane.ts';
import type { ChosenTrip, DrivenTrip } from './trip-choice.ts';

export type AssignedBy = 'driver' | 'dispatcher' | 'matched' | 'configured';

export interface TrackerState {
  /** Absent: the tracker may guess among all routes. */
  readonly assignment?: Assignment & { readonly by: Exclude<AssignedBy, 'matched'> };
  readonly configuredRouteId?: string;
  readonly belief: Belief;
  /** Where the last step ended, and since when the bus has been about there. */
  readonly mark?: Point & { readonly monotonicAt: number };
  /** What the bus drives, as far as is decided. */
  readonly run?: Run;
  /** Other guesses: for each road at most as many as it passes one point. */
  readonly rivals: readonly Hypothesis[];
  /** What was driven before the run, for the choice of the next. */
  readonly lastTrip?: DrivenTrip;
  /** The last that was sure. */
  readonly sure?: Sure;
  /** Milliseconds since 1970; when nothing was sure any more. */
  readonly unknownSince: number;
}

export interface Run {
  readonly guess: Hypothesis;
  readonly trip?: ChosenTrip;
}

export interface Sure {
  readonly place: SurePlace;
  /** Milliseconds since 1970: since when without a break, and when last. */
  readonly since: number;
  readonly lastAt: number;
  /** As `lastAt`, by the clock that only rises. */
  readonly lastMonotonicAt: number;
}

/** Where several guesses were left, what they have in common. */
export interface SurePlace {
  readonly routeId?: string;
  readonly directionId?: 0 | 1;
  readonly tripId?: string;
  readonly serviceDate?: number;
  readonly stopId?: string;
  readonly stopSequence?: number;
  readonly status?: VehicleStopStatus;
  readonly servedStopId?: string;
  readonly servedStopSequence?: number;
}

export interface TrackerStart {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The route that the device is set up for. */
  readonly configuredRouteId?: string | undefined;
}

export function startTracking({ at, configuredRouteId }: TrackerStart): TrackerState {
  const state = { belief: {}, rivals: [], unknownSince: at };
  return configuredRouteId === undefined
    ? state
    : {
        ...{ ...state, configuredRouteId },
        assignment: { routeId: configuredRouteId, by: 'configured' },
      };
}
