/**
 * The operator's lines and journeys as the trip tracker reads them: GTFS `stops`, `routes`,
 * `trips`, `stop_times` and `shapes`, joined and validated by whoever built them (src/bundle).
 * Journeys that call at the same stops in the same order over the same road share a pattern.
 * Names are those of the standard's fields: https://gtfs.org/documentation/schedule/reference/
 */
import type { LocalTime } from '../time/local-time.ts';
import type { ServiceCalendar } from '../time/service-calendar.ts';

export interface Timetable {
  /** By stop_id: every place at which a pattern calls; stations and entrances need not be here. */
  readonly stops: ReadonlyMap<string, Stop>;
  /** By route_id. */
  readonly routes: ReadonlyMap<string, Route>;
  readonly patterns: readonly Pattern[];
  readonly trips: readonly Trip[];
  readonly calendar: ServiceCalendar;
  readonly time: LocalTime;
}

/** Of an operator who gives fares alone: what is driven where is not known. */
export function emptyTimetable(time: LocalTime): Timetable {
  const [stops, routes, calendar] = [new Map(), new Map(), new Map()];
  return { stops, routes, patterns: [], trips: [], calendar, time };
}

/** WGS 84 degrees. */
export interface Coordinates {
  readonly latitude: number;
  readonly longitude: number;
}

export interface Stop extends Coordinates {
  readonly id: string;
  readonly name: string;
}

export interface Route {
  readonly id: string;
  /** route_short_name, or the long one where there is none. */
  readonly shortName: string;
}

export interface Pattern {
  /** Chosen by the builder; unique, and the same for the same feed. */
  readonly id: string;
  readonly routeId: string;
  readonly directionId?: 0 | 1;
  /** In order, two at least. A stop may come twice: loop lines, a branch driven in and out. */
  readonly stopIds: readonly string[];
  /** stop_sequence of each of these stops, rising; absent: 1, 2, 3 and so on. */
  readonly stopSequences?: readonly number[];
  /** The road, in the order in which it is driven, two points at least; absent: not known. */
  readonly shape?: readonly Coordinates[];
}

export interface Trip {
  readonly tripId: string;
  readonly patternId: string;
  readonly serviceId: string;
  readonly blockId?: string;
  readonly headsign?: string;
  /** One for each stop of the pattern. */
  readonly times: readonly StopTime[];
}

/**
 * Seconds after the local midnight of the service day; 91,800 is 25:30. A stop without times in
 * GTFS has none here until the builder has put them in between those of its neighbours.
 */
export interface StopTime {
  readonly arrival: number;
  readonly departure: number;
}
