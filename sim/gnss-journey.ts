/** Journeys through the town of gnss-town.ts, for tests of the trip tracker. */
import { lineMapOf } from '../src/core/trip/line-map.ts';
import { startTracking, type TrackerState } from '../src/core/trip/tracker-state.ts';
import type { TripContext } from '../src/core/trip/trip-context.ts';
import { drive } from './gnss-drive.ts';
import type { GnssMeasurement } from './gnss-receiver.ts';
import { town, townPoint, townTime } from './gnss-town.ts';
import { gnssTrack, type TrackPlan } from './gnss-track.ts';
import { createSimRandom } from './sim-chance.ts';

export const townMap = lineMapOf(town);
export const eight = townTime(8, 0);

/** A halt at a stop of the town. */
export function at(id: string, haltSeconds = 15): TrackPlan['road'][number] {
  const stop = town.stops.get(id);
  if (stop === undefined) throw new Error(`the town has no stop ${id}`);
  return { latitude: stop.latitude, longitude: stop.longitude, haltSeconds };
}

/** Driven through, in metres east and north of the town's middle. */
export const via = townPoint;

export const eastward = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => at(`${letter}-east`));
export const westward = ['f', 'e', 'd', 'c', 'b', 'a'].map((letter) => at(`${letter}-west`));

/** From eight o'clock under seed 1, unless the plan says otherwise. */
export function track(road: TrackPlan['road'], plan: Partial<TrackPlan> = {}): GnssMeasurement[] {
  return gnssTrack({ at: eight, road, random: createSimRandom(1), ...plan });
}

export function started(configuredRouteId?: string): TrackerState {
  return startTracking({ at: eight, configuredRouteId });
}

/** What is said at the end. */
export function lastSaid(
  road: TrackPlan['road'],
  plan: Partial<TrackPlan> = {},
  state = started(),
): TripContext | undefined {
  return drive(state, track(road, plan), townMap).said.at(-1);
}
