/**
 * The tracks in fixtures/nmea, as they were made: a bus in the town of gnss-town.ts, and what its
 * receiver sent. A new one is an entry here and its two files, see fixtures/nmea/README.md.
 */
import { type BurstOptions, nmeaBurst } from './gnss-receiver.ts';
import { town, townPoint, townTime } from './gnss-town.ts';
import { gnssTrack, type TrackPlan } from './gnss-track.ts';
import { createSimRandom } from './sim-chance.ts';

export interface TownTrack extends Omit<TrackPlan, 'random'>, BurstOptions {
  readonly name: string;
  /** The route that the device is set up for, if it is. */
  readonly routeId?: string;
  readonly seed: number;
}

function halt(stopId: string, haltSeconds = 12): TrackPlan['road'][number] {
  const stop = town.stops.get(stopId);
  if (stop === undefined) throw new Error(`the town has no stop ${stopId}`);
  const { latitude, longitude } = stop;
  return { latitude, longitude, haltSeconds };
}

const east = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => halt(`${letter}-east`));
const west = ['f', 'e', 'd', 'c', 'b', 'a'].map((letter) => halt(`${letter}-west`));

export const townTracks: readonly TownTrack[] = [
  {
    ...{ name: 'tunnel', routeId: 'main', seed: 1, at: townTime(8, 0) },
    ...{ road: east, darkness: [[150, 230]] },
  },
  {
    ...{ name: 'turnaround', routeId: 'main', seed: 2, at: townTime(8, 3) },
    road: [...east.slice(3, 5), halt('f-east', 140), ...west.slice(0, 3)],
    ...{ talker: 'GP', kinds: ['GGA', 'RMC'] },
  },
  {
    ...{ name: 'branch', seed: 3, at: townTime(8, 0), errorMetres: 12 },
    road: [...east.slice(0, 4), halt('g'), halt('h')],
    ...{ talker: 'GL', kinds: ['GGA', 'GSA', 'VTG'] },
  },
  {
    ...{ name: 'loop', seed: 4, at: townTime(8, 0), kinds: ['RMC'] },
    road: ['p', 'q', 'r', 's', 'p', 'q'].map((id) => halt(id)),
  },
  {
    ...{ name: 'detour', routeId: 'main', seed: 5, at: townTime(8, 0), kinds: ['RMC', 'GGA'] },
    road: [
      ...east.slice(0, 2),
      ...[townPoint(700, 10), townPoint(700, 300), townPoint(1_700, 300), townPoint(1_700, 10)],
      ...east.slice(4),
    ],
  },
  {
    ...{ name: 'midnight', routeId: 'main', seed: 6, at: townTime(25, 30), kinds: ['RMC', 'GGA'] },
    road: east.slice(0, 3),
  },
];

/** Bursts of a track in the order of their seconds; latin1. */
export function townBursts({ seed, ...plan }: TownTrack): string[] {
  const track = gnssTrack({ ...plan, random: createSimRandom(seed) });
  return track.map((measurement) => nmeaBurst(measurement, plan));
}
