/**
 * Writes trips.txt and stop_times.txt of fixtures/trans-semarang from lines.csv and the positions in
 * stops.txt; every other file there is written by hand.
 *
 * Headways and running times are assumed, nobody publishes them: buses are taken to keep one pace
 * over the straight lines between stops. Only the ends of a trip and its transit shelters get a
 * time, as in a printed timetable; readers of GTFS put the others in between.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../fixtures/trans-semarang');

/** Metres of straight line in a minute, halts and bends included: 15 km/h. */
const pace = 250;
const metresPerDegree = 111_195;

interface Stop {
  readonly name: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly isStation: boolean;
}

/** One row of lines.csv: departures of one service, in both directions. */
interface Line {
  /** One of several lines of a route: what its trip_ids begin with. */
  readonly id: string;
  readonly routeId: string;
  readonly serviceId: string;
  /** Minutes after midnight. */
  readonly first: number;
  readonly last: number;
  readonly every: number;
  readonly path: readonly string[];
}

interface Trip {
  readonly line: Line;
  readonly id: string;
  readonly direction: 0 | 1;
  readonly begins: number;
  readonly path: readonly string[];
}

/** Rows without their header; none of these files has a quoted cell. */
function rowsOf(name: string): readonly (readonly string[])[] {
  const [, ...lines] = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.split(','));
}

function readStops(): ReadonlyMap<string, Stop> {
  return new Map(
    rowsOf('stops.txt').map(([id = '', name = '', , latitude, longitude, type]) => [
      id,
      { name, latitude: Number(latitude), longitude: Number(longitude), isStation: type === '1' },
    ]),
  );
}

function readLines(): readonly Line[] {
  return rowsOf('lines.csv').map(
    ([id = '', routeId = '', serviceId = '', first = '', last = '', every, path = '']) => ({
      ...{ id, routeId, serviceId, first: minutesOf(first), last: minutesOf(last) },
      ...{ every: Number(every), path: path.split(' ') },
    }),
  );
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/** `24:09:00` after midnight. */
function clock(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:00`;
}

function tripsOf(line: Line): readonly Trip[] {
  const { first, last, every, path } = line;
  const departures = Math.floor((last - first) / every) + 1;
  return ([0, 1] as const).flatMap((direction) =>
    Array.from({ length: departures }, (_, index) => {
      const begins = first + index * every;
      const id = `${line.id}-${direction}-${clock(begins).slice(0, 5).replace(':', '')}`;
      return { line, id, direction, begins, path: direction === 0 ? path : path.toReversed() };
    }),
  );
}

type Stops = ReadonlyMap<string, Stop>;

function stopOf(stops: Stops, id: string): Stop {
  const stop = stops.get(id);
  if (stop === undefined) throw new Error(`lines.csv names "${id}", which is not in stops.txt`);
  return stop;
}

/** Minutes after the departure at which each stop is reached, a minute apart at least. */
function minutesAlong(path: readonly string[], stops: Stops): readonly number[] {
  let reached = 0;
  return path.map((id, index) => {
    const before = path[index - 1];
    if (before !== undefined) {
      const metres = metresBetween(stopOf(stops, before), stopOf(stops, id));
      reached += Math.max(1, Math.round(metres / pace));
    }
    return reached;
  });
}

function metresBetween(a: Stop, b: Stop): number {
  const east = (b.longitude - a.longitude) * Math.cos((a.latitude * Math.PI) / 180);
  return Math.hypot(b.latitude - a.latitude, east) * metresPerDegree;
}

function callRows({ id, direction, begins, path }: Trip, stops: Stops): readonly string[] {
  const minutes = minutesAlong(path, stops);
  return path.map((place, index) => {
    const { isStation } = stopOf(stops, place);
    const isTimed = isStation || index === 0 || index === path.length - 1;
    const at = isTimed ? clock(begins + (minutes[index] ?? 0)) : '';
    const platform = isStation ? `${place}-${direction === 0 ? 'a' : 'b'}` : place;
    return `${id},${at},${at},${platform},${index + 1}`;
  });
}

function write(name: string, header: string, rows: readonly string[]): void {
  writeFileSync(join(folder, name), `${[header, ...rows].join('\n')}\n`);
}

const stops = readStops();
const trips = readLines().flatMap(tripsOf);
write(
  'trips.txt',
  'route_id,service_id,trip_id,trip_headsign,direction_id',
  trips.map(({ line, id, direction, path }) => {
    const headsign = stopOf(stops, path.at(-1) ?? '').name;
    return `${line.routeId},${line.serviceId},${id},${headsign},${direction}`;
  }),
);
write(
  'stop_times.txt',
  'trip_id,arrival_time,departure_time,stop_id,stop_sequence',
  trips.flatMap((trip) => callRows(trip, stops)),
);
