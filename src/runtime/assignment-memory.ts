/** What outlives a restart of what a driver or dispatcher assigned. Where it lies is not known here. */
import type { Assignment, AssignmentObservation } from '../core/trip/observation.ts';

/** What somebody assigned; a route that was only configured is not among it. */
export interface Given {
  readonly assignment: Assignment;
  readonly by: AssignmentObservation['by'];
  /** Milliseconds since 1970: the end of the service day. */
  readonly until: number;
}

export interface AssignmentMemory {
  /** Undefined without one, or with one that nobody can read any more. */
  recall(): Given | undefined;
  /** @throws an error with code and hint when it cannot be kept. */
  keep(given: Given | undefined): void;
}
