/** Drives a track past the trip tracker and tells, second by second, what it would say of a tap. */
import type { LineMap } from '../src/core/trip/line-map.ts';
import type { Observation } from '../src/core/trip/observation.ts';
import { advance } from '../src/core/trip/tracker.ts';
import type { TrackerState } from '../src/core/trip/tracker-state.ts';
import { type TripContext, tripContextOf } from '../src/core/trip/trip-context.ts';
import type { GnssMeasurement } from './gnss-receiver.ts';

/** A measurement without a fix is a second without an observation. */
export function observationOf({
  at,
  place,
  speed,
  hdop,
}: GnssMeasurement): Observation | undefined {
  if (place === undefined) return undefined;
  // The monotonic clock of this bus started with 1970: one number less in the tests.
  return { kind: 'position', at, monotonicAt: at, ...place, speed, hdop, quality: 'autonomous' };
}

export interface Drive {
  readonly state: TrackerState;
  /** One for each second of the track. */
  readonly said: readonly TripContext[];
}

export function drive(state: TrackerState, track: readonly GnssMeasurement[], map: LineMap): Drive {
  let reached = state;
  const said = track.map((measurement) => {
    const observation = observationOf(measurement);
    if (observation !== undefined) reached = advance(reached, observation, map);
    return tripContextOf(reached, { at: measurement.at, monotonicAt: measurement.at }, map);
  });
  return { state: reached, said };
}

/** What was said, without repetitions: `main/0 20 STOPPED_AT sure`. */
export function storyOf(said: readonly TripContext[]): string[] {
  const lines = said.map(({ routeId, directionId, stopSequence, status, certainty }) =>
    [`${routeId ?? '-'}/${directionId ?? '-'}`, stopSequence ?? '-', status ?? '-', certainty].join(
      ' ',
    ),
  );
  return lines.filter((line, i) => line !== lines[i - 1]);
}
