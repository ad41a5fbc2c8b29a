/**
 * The tracker goes on under another timetable, in the middle of the day. What is driven is kept when
 * the new timetable has the same pattern over the same road, and begins anew when it has not. An
 * assignment is kept while its route is there.
 */
import { isAllowed } from './assignment.ts';
import type { Fix } from './believed-fix.ts';
import type { Hypothesis } from './hypothesis.ts';
import type { LineMap } from './line-map.ts';
import { coordinatesOf, type Point, pointOn } from './plane.ts';
import type { Road } from './road.ts';
import type { Run, Sure, TrackerState } from './tracker-state.ts';

/** Planes around different stops measure the same road a little differently. */
const sameRoadMetres = 1;

/** @param at milliseconds since 1970. */
export function onOtherMap(
  state: TrackerState,
  { from, to }: { readonly from: LineMap; readonly to: LineMap },
  at: number,
): TrackerState {
  const { assignment: _given, run: _driven, sure, mark, ...rest } = state;
  const assignment = assignmentOn(state, to);
  const move = <P extends Point>(point: P): P => ({
    ...point,
    ...pointOn(to.plane, coordinatesOf(from.plane, point)),
  });
  const may = ({ road }: Hypothesis) => isAllowed(road, assignment, to);
  const known = roadFinder(to);
  const guesses = (all: readonly Hypothesis[]) =>
    all.flatMap((guess) => guessOn(known(guess.road), guess, move)).filter(may);
  const [guess] = guesses(state.run === undefined ? [] : [state.run.guess]);
  const run = guess && runOn(guess, state.run, to);
  const isKept = state.run === undefined || run !== undefined;
  return {
    ...rest,
    ...(assignment === undefined ? {} : { assignment }),
    belief: beliefOn(state.belief, move),
    rivals: guesses(state.rivals),
    ...(mark === undefined ? {} : { mark: move(mark) }),
    ...(run === undefined ? {} : { run }),
    ...(isKept && sure !== undefined && isThere(sure, to) ? { sure } : { unknownSince: at }),
  };
}

function isThere(
  { place: { routeId, stopId, servedStopId } }: Sure,
  { timetable: { routes, stops } }: LineMap,
): boolean {
  return (
    (routeId === undefined || routes.has(routeId)) &&
    [stopId, servedStopId].every((id) => id === undefined || stops.has(id))
  );
}

function assignmentOn(
  { assignment, configuredRouteId }: TrackerState,
  { timetable: { routes } }: LineMap,
): TrackerState['assignment'] {
  if (assignment?.by === 'configured') return assignment;
  if (assignment !== undefined && routes.has(assignment.routeId)) return assignment;
  if (configuredRouteId === undefined) return undefined;
  return { routeId: configuredRouteId, by: 'configured' };
}

function roadFinder({ roads }: LineMap): (road: Road) => Road | undefined {
  const byRoute = Map.groupBy(roads, ({ pattern }) => pattern.routeId);
  return (road) => byRoute.get(road.pattern.routeId)?.find((other) => isSame(road, other));
}

function isSame(a: Road, b: Road): boolean {
  return (
    a.pattern.directionId === b.pattern.directionId &&
    a.pattern.stopIds.join('\n') === b.pattern.stopIds.join('\n') &&
    a.corners.length === b.corners.length &&
    [...a.stopAlong, a.cornerAlong.at(-1) ?? 0].every(
      (along, i) =>
        Math.abs(along - (b.stopAlong[i] ?? b.cornerAlong.at(-1) ?? 0)) < sameRoadMetres,
    )
  );
}

function guessOn(
  road: Road | undefined,
  guess: Hypothesis,
  move: (fix: Fix) => Fix,
): readonly Hypothesis[] {
  return road === undefined ? [] : [{ ...guess, road, fit: move(guess.fit) }];
}

/** A journey that is no longer in the timetable is chosen anew. */
function runOn(guess: Hypothesis, before: Run | undefined, { tripOfId }: LineMap): Run {
  const trip = before?.trip;
  const isKept = trip && tripOfId.get(trip.tripId)?.patternId === guess.road.pattern.id;
  return isKept ? { guess, trip } : { guess };
}

function beliefOn(
  { fix, doubted }: TrackerState['belief'],
  move: (fix: Fix) => Fix,
): TrackerState['belief'] {
  return {
    ...(fix === undefined ? {} : { fix: move(fix) }),
    ...(doubted === undefined ? {} : { doubted: { ...doubted, fix: move(doubted.fix) } }),
  };
}
