/** What the tracker is told, in the order in which it happens. */

/** As `device/position-source.ts` has it, with the two times of its arrival. */
export interface PositionObservation extends ObservedAt {
  readonly kind: 'position';
  /** WGS 84 degrees. */
  readonly latitude: number;
  readonly longitude: number;
  /** Dead reckoning (`estimated`) and places told to the receiver are not believed. */
  readonly quality?: 'autonomous' | 'differential' | 'rtk' | 'estimated' | 'manual' | 'simulated';
  /** Metres a second. */
  readonly speed?: number;
  readonly hdop?: number;
}

/** A driver or dispatcher says what the bus drives: until its end, and the route after it too. */
export interface AssignmentObservation extends ObservedAt {
  readonly kind: 'assigned';
  readonly by: 'driver' | 'dispatcher';
  readonly assignment: Assignment;
}

/** The assignment is taken back; a configured route holds again. */
export interface ReleaseObservation extends ObservedAt {
  readonly kind: 'released';
}

/** The wall clock was set: what it chose among journeys before is chosen anew. */
export interface ClockObservation extends ObservedAt {
  readonly kind: 'clock-set';
}

export type Observation =
  | PositionObservation
  | AssignmentObservation
  | ReleaseObservation
  | ClockObservation;

export interface Assignment {
  readonly routeId: string;
  readonly directionId?: 0 | 1 | undefined;
  /** Of this route; one that the timetable does not have for it is passed over. */
  readonly tripId?: string | undefined;
}

export interface ObservedAt {
  /** Milliseconds since 1970 by the wall clock: for the timetable alone. */
  readonly at: number;
  /** Milliseconds that only rise: for everything else. */
  readonly monotonicAt: number;
}
