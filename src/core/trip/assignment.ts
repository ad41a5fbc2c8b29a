/** What an assignment leaves to be guessed. */
import type { Hypothesis } from './hypothesis.ts';
import type { LineMap } from './line-map.ts';
import type { AssignmentObservation, ReleaseObservation } from './observation.ts';
import type { Road } from './road.ts';
import type { Trip } from './timetable.ts';
import type { TrackerState } from './tracker-state.ts';

/** Whether the bus may be on this road by what is assigned; without an assignment on every one. */
export function isAllowed(
  { pattern }: Road,
  assignment: TrackerState['assignment'],
  map: LineMap,
): boolean {
  if (assignment === undefined) return true;
  const trip = assignedTrip(assignment, map);
  if (trip !== undefined) return pattern.id === trip.patternId;
  const { routeId, directionId } = assignment;
  const isOpposite =
    directionId !== undefined &&
    pattern.directionId !== undefined &&
    directionId !== pattern.directionId;
  return pattern.routeId === routeId && !isOpposite;
}

/** Undefined for a trip that the timetable does not have, or has for another route. */
export function assignedTrip(
  assignment: TrackerState['assignment'],
  { tripOfId, roads }: LineMap,
): Trip | undefined {
  if (assignment?.tripId === undefined) return undefined;
  const trip = tripOfId.get(assignment.tripId);
  const road = roads.find(({ pattern }) => pattern.id === trip?.patternId);
  return road?.pattern.routeId === assignment.routeId ? trip : undefined;
}

/** Guesses that the new assignment does not allow are given up, and what was sure with them. */
export function reassigned(
  state: TrackerState,
  seen: AssignmentObservation | ReleaseObservation,
  map: LineMap,
): TrackerState {
  const { assignment: _given, run, sure, ...rest } = state;
  const assignment = newAssignment(state, seen);
  const assigned = assignment === undefined ? rest : { ...rest, assignment };
  const may = ({ road }: Hypothesis) => isAllowed(road, assignment, map);
  const rivals = state.rivals.filter(may);
  if (run === undefined || !may(run.guess)) {
    return { ...assigned, rivals, unknownSince: seen.at };
  }
  const { trip: _chosen, ...untimed } = run;
  const kept = assignment?.tripId === undefined ? run : untimed;
  return { ...assigned, rivals, run: kept, ...(sure === undefined ? {} : { sure }) };
}

function newAssignment(
  { configuredRouteId }: TrackerState,
  seen: AssignmentObservation | ReleaseObservation,
): TrackerState['assignment'] {
  if (seen.kind === 'assigned') return { ...seen.assignment, by: seen.by };
  if (configuredRouteId === undefined) return undefined;
  return { routeId: configuredRouteId, by: 'configured' };
}
