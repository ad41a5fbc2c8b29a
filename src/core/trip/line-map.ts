/** The timetable made ready for tracking: roads in metres, journeys by pattern. Made once. */
import { type Plane, planeAround, pointOn } from './plane.ts';
import { type Road, roadOf } from './road.ts';
import type { Pattern, Timetable, Trip } from './timetable.ts';

export interface LineMap {
  readonly timetable: Timetable;
  readonly plane: Plane;
  /** In the order of the timetable's patterns. */
  readonly roads: readonly Road[];
  readonly tripsOfPattern: ReadonlyMap<string, readonly Trip[]>;
  readonly tripOfId: ReadonlyMap<string, Trip>;
}

/** A pattern with a stop that the timetable does not have, or with one stop, has no road. */
export function lineMapOf(timetable: Timetable): LineMap {
  const plane = planeAround([...timetable.stops.values()]);
  const roads = timetable.patterns.flatMap((pattern) => roadOfPattern(pattern, timetable, plane));
  return {
    ...{ timetable, plane, roads },
    tripsOfPattern: Map.groupBy(timetable.trips, ({ patternId }) => patternId),
    tripOfId: new Map(timetable.trips.map((trip) => [trip.tripId, trip])),
  };
}

function roadOfPattern(pattern: Pattern, { stops }: Timetable, plane: Plane): Road[] {
  const points = pattern.stopIds.flatMap((id) => {
    const stop = stops.get(id);
    return stop === undefined ? [] : [pointOn(plane, stop)];
  });
  if (points.length !== pattern.stopIds.length || points.length < 2) return [];
  const shape = pattern.shape?.map((corner) => pointOn(plane, corner));
  return [roadOf(pattern, points, shape !== undefined && shape.length < 2 ? undefined : shape)];
}
