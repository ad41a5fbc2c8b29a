/**
 * A journey of a timetable as a receiver on its bus measures it: from the first stop to the last,
 * straight from one to the next, with a halt at each.
 */
import type { Random } from '../device/clock.ts';
import type { Pattern, Timetable } from '../src/core/trip/timetable.ts';
import type { GnssMeasurement } from './gnss-receiver.ts';
import { gnssTrack, type TrackPlan } from './gnss-track.ts';

export interface TripTrack {
  readonly track: readonly GnssMeasurement[];
  /** For each stop, in order: the second of the track at which the bus comes to stand there. */
  readonly halts: readonly number[];
}

export const haltSeconds = 30;

/** @param at milliseconds since 1970, when the bus comes to its first stop. */
export function tripTrack(
  { stops }: Timetable,
  { stopIds }: Pattern,
  plan: Pick<TrackPlan, 'at' | 'darkness'> & { readonly random: Random },
): TripTrack {
  const road = stopIds.flatMap((id) => {
    const stop = stops.get(id);
    return stop === undefined ? [] : [{ ...stop, haltSeconds }];
  });
  const track = gnssTrack({ ...plan, road });
  const halts = track.flatMap(({ speed }, second) =>
    speed === 0 && track[second - 1]?.speed !== 0 ? [second] : [],
  );
  return { track, halts };
}
