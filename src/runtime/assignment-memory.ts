/** What outlives a restart of what a driver or dispatcher assigned. Where it lies is not known here. */
import type { Assignment, AssignmentObservation } from '../core/trip/observation.ts';

/** What somebody assigned; a route that was only configured is not among it. */
export interface Given {
  readonly assignment: Assignment;
  readonly by: AssignmentObservation['by'];
  /** Milliseconds since 1970: the end of the service day. */
  readonly until: number;
}

export interface Assigned {
  /** Absent: nothing is assigned. */
  readonly given?: Given | undefined;
  /** Names the dispatcher's order that was carried out last, whatever was assigned since. */
  readonly order?: string | undefined;
}

export interface AssignmentMemory {
  /** Empty without any, or with one that nobody can read any more. */
  recall(): Assigned;
  /** @throws an error with code and hint when it cannot be kept. */
  keep(assigned: Assigned): void;
}
