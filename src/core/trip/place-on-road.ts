/** Where on a road a bus may be: anywhere, or near where it is expected. */
import type { Point } from './plane.ts';
import { type Place, placeOnPiece, type Road } from './road.ts';

/** Two places of one road that are closer than this are one. */
export const samePlaceMetres = 50;
/** A road that passes a point more often than this is not told apart any more. */
export const placesPerRoadMax = 4;

/**
 * Each pass of the road within reach of the point, the nearest first.
 * @returns at most {@link placesPerRoadMax}.
 */
export function placesOnRoad(road: Road, point: Point): Place[] {
  const nearest = road.reach.map((_, i) =>
    isFar(road, i, point) ? nowhere : placeOnPiece(road, i, point),
  );
  const passes = nearest.filter((place, i) => {
    const before = nearest[i - 1]?.distance ?? Number.POSITIVE_INFINITY;
    const after = nearest[i + 1]?.distance ?? Number.POSITIVE_INFINITY;
    return (
      place.distance <= (road.reach[i] ?? 0) && place.distance <= before && place.distance <= after
    );
  });
  const places: Place[] = [];
  for (const place of passes.sort((a, b) => a.distance - b.distance)) {
    const isNew = places.every(({ along }) => Math.abs(along - place.along) > samePlaceMetres);
    if (isNew && places.length < placesPerRoadMax) places.push(place);
  }
  return places;
}

const nowhere: Place = { along: 0, distance: Number.POSITIVE_INFINITY };

/** Farther from the piece's first corner than its length and reach; most of them are. */
function isFar({ corners, cornerAlong, reach }: Road, index: number, { x, y }: Point): boolean {
  const from = corners[index];
  if (from === undefined) return true;
  const length = (cornerAlong[index + 1] ?? 0) - (cornerAlong[index] ?? 0);
  const most = length + (reach[index] ?? 0);
  return Math.abs(x - from.x) > most || Math.abs(y - from.y) > most;
}

export interface Expectation {
  /** Metres along the road. */
  readonly from: number;
  readonly through: number;
  readonly most: number;
}

/**
 * A road's detour against the straight way between two positions weighs a twentieth of a distance
 * from the road: enough to stay on the right one of two passes. After P. Newson and J. Krumm,
 * Hidden Markov Map Matching Through Noise and Sparseness, 2009, section 4.2.
 */
const detourWeight = 0.05;

/** The best place within a window, if one of it is within reach of the point. */
export function placeNear(road: Road, point: Point, expected: Expectation): Place | undefined {
  let best: Place | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let i = firstPiece(road, expected.from); i < road.reach.length; i += 1) {
    if ((road.cornerAlong[i] ?? 0) > expected.through) break;
    const place = placeOnPiece(road, i, point);
    const isWithin = place.along >= expected.from && place.along <= expected.through;
    if (!isWithin || place.distance > (road.reach[i] ?? 0)) continue;
    const cost = place.distance + detourWeight * Math.abs(place.along - expected.most);
    if (cost < bestCost) [best, bestCost] = [place, cost];
  }
  return best;
}

/** The piece in which a distance along the road lies, by halving. */
function firstPiece({ cornerAlong }: Road, along: number): number {
  let [low, high] = [0, cornerAlong.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cornerAlong[middle] ?? 0) < along) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
