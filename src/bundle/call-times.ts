/**
 * The times of a trip's calls. GTFS may leave them out between two stops that have some: the bus
 * is then taken to keep its pace over the straight lines between the stops.
 */
import type { Coordinates, StopTime } from '../core/trip/timetable.ts';
import type { RowOf } from './gtfs/tables.ts';

type Call = RowOf<'stop_times'>;

/** @param calls in order; the first and the last have a time. @returns whole seconds. */
export function timesOf(
  calls: readonly Call[],
  stops: ReadonlyMap<string, Coordinates>,
): readonly StopTime[] {
  const metres = distancesOf(calls, stops);
  return calls.map((call, index) => {
    const arrival = call.arrival_time ?? call.departure_time;
    const departure = call.departure_time ?? call.arrival_time;
    if (arrival !== undefined && departure !== undefined) return { arrival, departure };
    const time = between(calls, index, metres);
    return { arrival: time, departure: time };
  });
}

/** From the first stop along the straight lines; a metre more at each, so that none has no way. */
function distancesOf(
  calls: readonly Call[],
  stops: ReadonlyMap<string, Coordinates>,
): readonly number[] {
  let sum = 0;
  return calls.map(({ stop_id }, index) => {
    const [before, here] = [stops.get(calls[index - 1]?.stop_id ?? ''), stops.get(stop_id)];
    sum += 1 + (before && here ? metresBetween(before, here) : 0);
    return sum;
  });
}

const metresPerDegree = 111_195;

/** On a plane, good enough within a city. */
function metresBetween(a: Coordinates, b: Coordinates): number {
  const east = (b.longitude - a.longitude) * Math.cos((a.latitude * Math.PI) / 180);
  return Math.hypot(b.latitude - a.latitude, east) * metresPerDegree;
}

function between(calls: readonly Call[], index: number, metres: readonly number[]): number {
  const isTimed = ({ arrival_time, departure_time }: Call) =>
    arrival_time !== undefined || departure_time !== undefined;
  const last = calls.slice(0, index).findLastIndex(isTimed);
  const next = index + calls.slice(index).findIndex(isTimed);
  const from = calls[last]?.departure_time ?? calls[last]?.arrival_time ?? 0;
  const until = calls[next]?.arrival_time ?? calls[next]?.departure_time ?? from;
  const [start = 0, here = 0, end = 1] = [metres[last], metres[index], metres[next]];
  return Math.round(from + ((until - from) * (here - start)) / (end - start));
}
