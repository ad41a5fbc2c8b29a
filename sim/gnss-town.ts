/**
 * A made-up town for the trip tracker, on a grid of metres, where each odd case has its place:
 *
 *   main     A ── B ── C ── D ── E ── F      both ways, platforms 20 m apart, 500 m between stops
 *   branch   A ── B ── C ── D, then north to G and H: shares the street with main
 *   loop     P ── Q ── R ── S ── P           one way round, begins and ends at one stop
 *   spur     K ── L ── M ── L ── K           in and out by one street, one pattern
 *   night    A … F once more, at 23:50, 24:30 and 25:30
 */
import type { Pattern, Stop, StopTime, Timetable, Trip } from '../src/core/trip/timetable.ts';

/** Metres east and north of the town's middle, on the equator's far side: Semarang. */
export function townPoint(east: number, north: number) {
  const metresPerDegree = 111_195;
  const middle = { latitude: -6.99, longitude: 110.42 };
  const cosine = Math.cos((middle.latitude * Math.PI) / 180);
  return {
    latitude: middle.latitude + north / metresPerDegree,
    longitude: middle.longitude + east / (metresPerDegree * cosine),
  };
}

/** Days since 1970 of 2026-01-05, a Monday, on which everything runs. */
export const townMonday = 20_458;

/** Milliseconds since 1970 of a time of that Monday in the town, UTC+7. */
export function townTime(hours: number, minutes: number, seconds = 0): number {
  const local = ((hours * 60 + minutes) * 60 + seconds) * 1_000;
  return townMonday * 86_400_000 + local - 7 * 3_600_000;
}

const letters = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Left-hand traffic: who drives east keeps ten metres north of the middle of the street. */
const stops: readonly Stop[] = [
  ...letters.map((letter, i) => stopAt(`${letter}-east`, i * 500, 10)),
  ...letters.map((letter, i) => stopAt(`${letter}-west`, i * 500, -10)),
  ...[stopAt('g', 1_500, 500), stopAt('h', 1_500, 1_000)],
  ...[stopAt('p', 0, 5_000), stopAt('q', 600, 5_000)],
  ...[stopAt('r', 600, 5_600), stopAt('s', 0, 5_600)],
  ...[stopAt('k', 6_000, 0), stopAt('l', 6_000, 700), stopAt('m', 6_000, 1_400)],
];

function stopAt(id: string, east: number, north: number): Stop {
  return { id, name: id, ...townPoint(east, north) };
}

const eastward = letters.map((letter) => `${letter}-east`);
const westward = letters.map((letter) => `${letter}-west`).reverse();

function streetOf(stopIds: readonly string[]): Pattern['shape'] {
  return stopIds.flatMap((id) => stops.filter((stop) => stop.id === id));
}

function patternOf(id: string, stopIds: readonly string[], directionId?: 0 | 1): Pattern {
  const [routeId = id] = id.split('/');
  const shape = streetOf(stopIds) ?? [];
  return {
    ...{ id, routeId, stopIds, shape },
    ...(directionId === undefined ? {} : { directionId }),
  };
}

const patterns: readonly Pattern[] = [
  { ...patternOf('main/east', eastward, 0), stopSequences: [10, 20, 30, 40, 50, 60] },
  patternOf('main/west', westward, 1),
  patternOf('branch/out', [...eastward.slice(0, 4), 'g', 'h'], 0),
  patternOf('loop/round', ['p', 'q', 'r', 's', 'p']),
  patternOf('spur/both', ['k', 'l', 'm', 'l', 'k']),
];

/** 60 seconds from stop to stop, of which the bus stands 10. */
function tripAt(patternId: string, name: string, start: number): Trip {
  const count = patterns.find(({ id }) => id === patternId)?.stopIds.length ?? 0;
  const times: StopTime[] = Array.from({ length: count }, (_, i) => ({
    arrival: start + i * 60,
    departure: start + i * 60 + (i === count - 1 ? 0 : 10),
  }));
  return { tripId: name, patternId, serviceId: 'daily', times };
}

const minute = 60;
const trips: readonly Trip[] = [
  { ...tripAt('main/east', 'east-0800', 480 * minute), blockId: 'block-1' },
  { ...tripAt('main/west', 'west-0810', 490 * minute), blockId: 'block-1' },
  { ...tripAt('main/west', 'west-0808', 488 * minute), blockId: 'block-2' },
  tripAt('main/east', 'east-0820', 500 * minute),
  tripAt('branch/out', 'branch-0800', 480 * minute),
  tripAt('loop/round', 'loop-0800', 480 * minute),
  tripAt('loop/round', 'loop-0810', 490 * minute),
  tripAt('spur/both', 'spur-0800', 480 * minute),
  tripAt('main/east', 'night-2350', 1_430 * minute),
  tripAt('main/east', 'night-2430', 1_470 * minute),
  tripAt('main/east', 'night-2530', 1_530 * minute),
];

export const town: Timetable = {
  stops: new Map(stops.map((stop) => [stop.id, stop])),
  routes: new Map(['main', 'branch', 'loop', 'spur'].map((id) => [id, { id, shortName: id }])),
  ...{ patterns, trips },
  calendar: new Map([
    [
      'daily',
      {
        weekdays: 0b111_1111,
        from: townMonday,
        through: townMonday + 365,
        ...{ added: new Set(), removed: new Set() },
      },
    ],
  ]),
  time: { offsets: [{ from: 0, minutes: 420 }], dayBeginsAtMinutes: 0 },
};
