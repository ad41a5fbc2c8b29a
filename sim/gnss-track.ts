/**
 * What a receiver on a bus measures, second by second: along a road, with halts, errors under a
 * seed, and stretches without sky. The same plan under the same seed gives the same track.
 */
import type { Random } from '../device/clock.ts';
import type { GnssMeasurement } from './gnss-receiver.ts';

export interface TrackPoint {
  readonly latitude: number;
  readonly longitude: number;
}

export interface TrackPlan {
  /** Milliseconds since 1970 of the first measurement. */
  readonly at: number;
  /** Driven in this order; a halt stands at its point for so many seconds. */
  readonly road: readonly (TrackPoint & { readonly haltSeconds?: number })[];
  /** Metres a second between halts; 10 unless told. */
  readonly speed?: number;
  /** Greatest error in metres, east and north each; 5 unless told. */
  readonly errorMetres?: number;
  /** Seconds of the track, from and up to, in which there is no fix. */
  readonly darkness?: readonly (readonly [from: number, to: number])[];
  readonly random: Random;
}

const metresPerDegree = 111_195;

export function gnssTrack(plan: TrackPlan): GnssMeasurement[] {
  const { at, darkness = [], errorMetres = 5, random } = plan;
  return secondsOf(plan).map(({ point, speed, course }, second) => {
    const isDark = darkness.some(([from, to]) => second >= from && second < to);
    const place = displaced(point, { errorMetres, random });
    return {
      at: at + second * 1_000,
      ...(isDark ? {} : { place }),
      speed,
      ...(course === undefined ? {} : { course }),
      ...(isDark ? { hdop: 99.99, satellites: 0 } : { hdop: 0.9, satellites: 10 }),
    };
  });
}

interface Second {
  readonly point: TrackPoint;
  readonly speed: number;
  readonly course?: number;
}

function secondsOf({ road, speed = 10 }: TrackPlan): Second[] {
  return road.flatMap((point, i) => {
    const halt = Array.from({ length: point.haltSeconds ?? 0 }, () => ({ point, speed: 0 }));
    const next = road[i + 1];
    return next === undefined ? halt : [...halt, ...drive(point, next, speed)];
  });
}

function drive(from: TrackPoint, to: TrackPoint, speed: number): Second[] {
  const { north, east } = metresFrom(from, to);
  const seconds = Math.max(1, Math.round(Math.hypot(north, east) / speed));
  const course = ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360;
  return Array.from({ length: seconds }, (_, second) => {
    const share = second / seconds;
    const latitude = from.latitude + share * (to.latitude - from.latitude);
    const longitude = from.longitude + share * (to.longitude - from.longitude);
    return { point: { latitude, longitude }, speed, course };
  });
}

function metresFrom(from: TrackPoint, to: TrackPoint) {
  const cosine = Math.cos((from.latitude * Math.PI) / 180);
  return {
    north: (to.latitude - from.latitude) * metresPerDegree,
    east: (to.longitude - from.longitude) * metresPerDegree * cosine,
  };
}

/** Errors that are even within their limits, and drawn whether they are seen or not. */
function displaced(
  { latitude, longitude }: TrackPoint,
  { errorMetres, random }: { readonly errorMetres: number; readonly random: Random },
): TrackPoint {
  const [north, east] = [random.next(), random.next()].map(
    (chance) => ((chance * 2 - 1) * errorMetres) / metresPerDegree,
  );
  return { latitude: latitude + (north ?? 0), longitude: longitude + (east ?? 0) };
}
