/** From the tables of a feed to core's Timetable: trips of the same road share a pattern. */
import type { Coordinates, Pattern, Stop, Timetable, Trip } from '../core/trip/timetable.ts';
import { timesOf } from './call-times.ts';
import { calendarOf, localTimeOf } from './compile-service.ts';
import { callsOfTrips } from './gtfs/service-checks.ts';
import type { Feed, RowOf } from './gtfs/tables.ts';

/** @param feed without errors; trips of fewer than two stops are left out. */
export function compileTimetable(
  feed: Feed,
  { dayBeginsAtMinutes }: { readonly dayBeginsAtMinutes: number },
): Timetable {
  const places = stopsOf(feed);
  const patterns = createPatterns(feed);
  const calls = callsOfTrips(feed);
  const trips = feed.trips.flatMap((row): readonly Trip[] => {
    const rows = calls.get(row.trip_id) ?? [];
    if (rows.length < 2) return [];
    const times = timesOf(rows, places);
    return [{ ...tripOf(row), patternId: patterns.idOf(row, rows), times }];
  });
  const called = new Set(patterns.all().flatMap(({ stopIds }) => stopIds));
  return {
    stops: new Map([...places].filter(([id]) => called.has(id))),
    routes: new Map(
      feed.routes.map(({ route_id: id, route_short_name, route_long_name }) => [
        id,
        { id, shortName: route_short_name ?? route_long_name ?? id },
      ]),
    ),
    patterns: patterns.all(),
    trips,
    calendar: calendarOf(feed),
    time: localTimeOf(feed, dayBeginsAtMinutes),
  };
}

/** Those with a position: generic nodes and boarding areas may have none, and no bus calls there. */
function stopsOf({ stops }: Feed): ReadonlyMap<string, Stop> {
  return new Map(
    stops.flatMap(({ stop_id: id, stop_name, stop_lat: latitude, stop_lon: longitude }) =>
      latitude === undefined || longitude === undefined
        ? []
        : [[id, { id, name: stop_name ?? id, latitude, longitude }] as const],
    ),
  );
}

function tripOf(row: RowOf<'trips'>): Pick<Trip, 'tripId' | 'serviceId' | 'blockId' | 'headsign'> {
  const { block_id: blockId, trip_headsign: headsign } = row;
  return {
    ...{ tripId: row.trip_id, serviceId: row.service_id },
    ...(blockId !== undefined && { blockId }),
    ...(headsign !== undefined && { headsign }),
  };
}

interface Patterns {
  readonly idOf: (trip: RowOf<'trips'>, calls: readonly RowOf<'stop_times'>[]) => string;
  readonly all: () => readonly Pattern[];
}

/** Ids are the route's with a number in the order of the trips: the same feed gives the same. */
function createPatterns(feed: Feed): Patterns {
  const shapes = shapesOf(feed);
  const found = new Map<string, Pattern>();
  const counts = new Map<string, number>();
  const nextId = (routeId: string) => {
    const number = (counts.get(routeId) ?? 0) + 1;
    counts.set(routeId, number);
    return `${routeId}:${number}`;
  };
  return {
    idOf(trip, calls) {
      const { route_id, direction_id, shape_id } = trip;
      const road = calls.map(({ stop_id, stop_sequence }) => [stop_id, stop_sequence]);
      const key = JSON.stringify([route_id, direction_id ?? null, shape_id ?? null, road]);
      const pattern = found.get(key) ?? patternOf(trip, calls, { id: nextId(route_id), shapes });
      found.set(key, pattern);
      return pattern.id;
    },
    all: () => [...found.values()],
  };
}

type Shapes = ReadonlyMap<string, readonly Coordinates[]>;

function patternOf(
  { route_id: routeId, direction_id, shape_id }: RowOf<'trips'>,
  calls: readonly RowOf<'stop_times'>[],
  { id, shapes }: { readonly id: string; readonly shapes: Shapes },
): Pattern {
  const shape = shapes.get(shape_id ?? '');
  const stopSequences = calls.map((row) => row.stop_sequence);
  const isPlain = stopSequences.every((sequence, index) => sequence === index + 1);
  return {
    ...{ id, routeId },
    ...(direction_id !== undefined && { directionId: direction_id === '0' ? 0 : 1 }),
    stopIds: calls.map((row) => row.stop_id),
    ...(!isPlain && { stopSequences }),
    ...(shape !== undefined && { shape }),
  };
}

function shapesOf({ shapes }: Feed): Shapes {
  const points = Map.groupBy(shapes, (row) => row.shape_id);
  return new Map(
    [...points]
      .filter(([, rows]) => rows.length >= 2)
      .map(([id, rows]) => [
        id,
        rows
          .toSorted((a, b) => a.shape_pt_sequence - b.shape_pt_sequence)
          .map((row) => ({ latitude: row.shape_pt_lat, longitude: row.shape_pt_lon })),
      ]),
  );
}
