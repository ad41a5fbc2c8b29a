/**
 * The trip tracker of a running bus: hands it what happens, with both times, and lets it go on
 * when the timetable or the wall clock changes under it. Where positions come from is another
 * file's business.
 */
import type { Clock } from '../../device/clock.ts';
import type { Position } from '../../device/position-source.ts';
import { serviceDayEnd, serviceTime } from '../core/time/local-time.ts';
import { onOtherMap } from '../core/trip/change-map.ts';
import { type LineMap, lineMapOf } from '../core/trip/line-map.ts';
import type { Assignment, AssignmentObservation, Observation } from '../core/trip/observation.ts';
import { advance } from '../core/trip/tracker.ts';
import { startTracking, type TrackerState } from '../core/trip/tracker-state.ts';
import { type TripContext, tripContextOf } from '../core/trip/trip-context.ts';
import type { Given } from './assignment-memory.ts';
import type { RulesInForce } from './rules-in-force.ts';

export interface TripWatchDeps {
  readonly clock: Clock;
  readonly inForce: Pick<RulesInForce, 'timetable'>;
  /** Told whenever it changes, also by itself at the end of an assigned journey. */
  readonly onAssigned: (given: Given | undefined) => void;
}

export interface TripWatch {
  /** Of this moment. */
  readonly context: TripContext;
  see(position: Position): void;
  assign(assignment: Assignment, by: AssignmentObservation['by']): void;
  release(): void;
}

/** Less does not change which journey a bus drives. */
const clockSetMs = 60_000;

export function createTripWatch(
  { clock, inForce, onAssigned }: TripWatchDeps,
  { routeId }: { readonly routeId?: string | undefined },
): TripWatch {
  let map: LineMap = lineMapOf(inForce.timetable);
  let state: TrackerState = startTracking({ at: currentTimes().at, configuredRouteId: routeId });
  let wallAhead = clock.wallNow() - clock.monotonicNow();

  function currentTimes() {
    return { at: Math.round(clock.wallNow()), monotonicAt: clock.monotonicNow() };
  }

  /** What changed under the tracker since it was last asked. */
  function catchUp(): void {
    const now = currentTimes();
    const ahead = now.at - now.monotonicAt;
    if (Math.abs(ahead - wallAhead) >= clockSetMs) {
      wallAhead = ahead;
      become(advance(state, { kind: 'clock-set', ...now }, map));
    }
    if (inForce.timetable !== map.timetable) {
      const to = lineMapOf(inForce.timetable);
      become(onOtherMap(state, { from: map, to }, now.at));
      map = to;
    }
  }

  function observe(seen: Observation): void {
    catchUp();
    become(advance(state, seen, map));
  }

  function become(next: TrackerState): void {
    const { assignment } = state;
    state = next;
    if (next.assignment !== assignment) onAssigned(givenOf(next, currentTimes().at));
  }

  function givenOf({ assignment }: TrackerState, at: number): Given | undefined {
    if (assignment === undefined || assignment.by === 'configured') return undefined;
    const { by, ...given } = assignment;
    const { time } = inForce.timetable;
    return { assignment: given, by, until: serviceDayEnd(serviceTime(at, time).date, time) };
  }

  return {
    get context() {
      catchUp();
      return tripContextOf(state, currentTimes(), map);
    },
    see: (position) => observe(observationOf(position, clock)),
    assign: (assignment, by) => observe({ kind: 'assigned', ...currentTimes(), by, assignment }),
    release: () => observe({ kind: 'released', ...currentTimes() }),
  };
}

function observationOf(position: Position, clock: Clock): Observation {
  const { latitude, longitude, quality, speed, hdop, receivedAt } = position;
  return {
    kind: 'position',
    at: Math.round(clock.wallNow() - (clock.monotonicNow() - receivedAt)),
    monotonicAt: receivedAt,
    ...{ latitude, longitude },
    ...(quality === undefined ? {} : { quality }),
    ...(speed === undefined ? {} : { speed }),
    ...(hdop === undefined ? {} : { hdop }),
  };
}
