/**
 * Metres around the operator's town: an equirectangular projection with one cosine for all. Over
 * a town of 50 km the error stays below a hundredth even at 60° of latitude, and lines and
 * positions have the same error, so that what is compared is a few centimetres apart.
 */
import type { Coordinates } from './timetable.ts';

/** Metres east and north of the plane's origin. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Plane {
  readonly latitude: number;
  readonly longitude: number;
  readonly metresPerDegreeEast: number;
}

/** Of the mean radius of the earth, 6,371,008.8 m (IUGG). */
const metresPerDegree = (6_371_008.8 * Math.PI) / 180;

/** @param places any number; without one the plane touches the earth at 0° 0°. */
export function planeAround(places: readonly Coordinates[]): Plane {
  const sum = places.reduce((total, { latitude }) => total + latitude, 0);
  const latitude = places.length === 0 ? 0 : sum / places.length;
  const metresPerDegreeEast = metresPerDegree * Math.cos((latitude * Math.PI) / 180);
  return { latitude, longitude: places[0]?.longitude ?? 0, metresPerDegreeEast };
}

/** A town on the 180th meridian is not torn apart. */
export function pointOn(plane: Plane, { latitude, longitude }: Coordinates): Point {
  const east = longitude - plane.longitude;
  const turned = east > 180 ? east - 360 : east < -180 ? east + 360 : east;
  return {
    x: turned * plane.metresPerDegreeEast,
    y: (latitude - plane.latitude) * metresPerDegree,
  };
}

export function metresBetween(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** The way back from {@link pointOn}. */
export function coordinatesOf(plane: Plane, { x, y }: Point): Coordinates {
  return {
    latitude: plane.latitude + y / metresPerDegree,
    longitude: plane.longitude + x / plane.metresPerDegreeEast,
  };
}
