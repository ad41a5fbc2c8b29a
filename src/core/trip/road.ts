/**
 * The road of a pattern as a line in metres, and where on it a point lies. A place is said by its
 * distance along the road from the beginning; a road that is driven twice has two places there.
 */
import { metresBetween, type Point } from './plane.ts';
import type { Pattern } from './timetable.ts';

export interface Road {
  readonly pattern: Pattern;
  readonly firstStop: Point;
  readonly corners: readonly Point[];
  /** Metres from the beginning to each corner. */
  readonly cornerAlong: readonly number[];
  /** For each piece between two corners: how far from it a bus may be and still be on it. */
  readonly reach: readonly number[];
  /** Metres from the beginning to each stop of the pattern; never falling. */
  readonly stopAlong: readonly number[];
  /** Of each stop, up to how far from it a bus stands at it. */
  readonly stopRadius: readonly number[];
}

export interface Place {
  readonly along: number;
  /** Metres from the road. */
  readonly distance: number;
}

/** Half a wide street, the error of a good receiver, and what is wrong in a drawn line. */
const shapeReach = 60;
/** Without a shape the road leaves the straight line between two stops by up to a quarter of it. */
const guessedReach = 150;
const guessedReachPerMetre = 0.25;
/** A bus and the one before it, and as much again of error. */
const stopRadiusMax = 30;

/**
 * A stretch is cut into pieces of this length, so that a street driven in and out again has many
 * places of which each is nearest to something, rather than two.
 */
const pieceMetres = 50;
/** A stretch that is longer than all of them has longer pieces. */
const piecesMax = 200;

/** @param stops of the pattern, in order, two at least. */
export function roadOf(
  pattern: Pattern,
  stops: readonly Point[],
  shape: readonly Point[] | undefined,
): Road {
  const drawn = shape ?? stops;
  const stretches = drawn.slice(1).map((to, i) => {
    const from = drawn[i] ?? to;
    return { from, to, length: metresBetween(from, to) };
  });
  const pieces = stretches.flatMap(({ from, to, length }) => {
    const reach = shape === undefined ? guessedReach + length * guessedReachPerMetre : shapeReach;
    return cut(from, to, length).map((corner) => ({ corner, reach }));
  });
  const corners = [...drawn.slice(0, 1), ...pieces.map(({ corner }) => corner)];
  const cornerAlong = lengthsAlong(corners);
  const stopAlong =
    shape === undefined ? lengthsAlong(stops) : placeStops({ corners, cornerAlong }, stops);
  return {
    ...{ pattern, firstStop: stops[0] ?? { x: 0, y: 0 }, corners, cornerAlong },
    ...{ reach: pieces.map(({ reach }) => reach), stopAlong, stopRadius: radiiOf(stopAlong) },
  };
}

/** The ends of a stretch's pieces, without its beginning. */
function cut(from: Point, to: Point, length: number): Point[] {
  const count = Math.min(piecesMax, Math.max(1, Math.ceil(length / pieceMetres)));
  return Array.from({ length: count }, (_, i) => {
    const share = (i + 1) / count;
    if (share === 1) return to;
    return { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) };
  });
}

export function roadLength({ cornerAlong }: Pick<Road, 'cornerAlong'>): number {
  return cornerAlong.at(-1) ?? 0;
}

/** Two stops close together share the way between them. */
function radiiOf(stopAlong: readonly number[]): number[] {
  return stopAlong.map((along, i) => {
    const before = along - (stopAlong[i - 1] ?? Number.NEGATIVE_INFINITY);
    const after = (stopAlong[i + 1] ?? Number.POSITIVE_INFINITY) - along;
    return Math.min(stopRadiusMax, before / 2, after / 2);
  });
}

function lengthsAlong(corners: readonly Point[]): number[] {
  let along = 0;
  return corners.map((corner, i) => {
    along += metresBetween(corners[i - 1] ?? corner, corner);
    return along;
  });
}

type Line = Pick<Road, 'corners' | 'cornerAlong'>;

/** The place of a piece, from corner `index` to the next one, that is nearest to the point. */
export function placeOnPiece({ corners, cornerAlong }: Line, index: number, point: Point): Place {
  const from = corners[index] ?? point;
  const to = corners[index + 1] ?? from;
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const square = dx * dx + dy * dy;
  const across = (point.x - from.x) * dx + (point.y - from.y) * dy;
  const share = square === 0 ? 0 : Math.min(1, Math.max(0, across / square));
  const [x, y] = [from.x + share * dx, from.y + share * dy];
  const along = (cornerAlong[index] ?? 0) + share * Math.sqrt(square);
  return { along, distance: Math.hypot(point.x - x, point.y - y) };
}

/**
 * Where the stops are on a drawn road: of all ways to place them in their order, the one with the
 * least sum of squared distances (dynamic programming over its pieces). So the first and the last
 * stop of a loop, which are one stop, come to lie at its two ends.
 */
function placeStops(line: Line, stops: readonly Point[]): number[] {
  const pieces = line.corners.length - 1;
  let costs = new Float64Array(pieces);
  const choices = stops.map((stop) => {
    const choice = cheapestUpTo(costs);
    costs = costs.map((_, i) => {
      const { distance } = placeOnPiece(line, i, stop);
      return (costs[choice[i] ?? 0] ?? 0) + distance * distance;
    });
    return choice;
  });
  let piece = cheapestUpTo(costs)[pieces - 1] ?? 0;
  const placed: number[] = [];
  for (let i = stops.length - 1; i >= 0; i -= 1) {
    placed.unshift(placeOnPiece(line, piece, stops[i] ?? { x: 0, y: 0 }).along);
    piece = choices[i]?.[piece] ?? 0;
  }
  return risen(placed);
}

/** For each piece, which one up to it has the least cost; the first of equals. */
function cheapestUpTo(costs: Float64Array): Int32Array {
  let cheapest = 0;
  return Int32Array.from(costs, (cost, i) => {
    if (cost < (costs[cheapest] ?? 0)) cheapest = i;
    return cheapest;
  });
}

/** Two stops on one piece may have been placed the wrong way round by some metres. */
function risen(placed: readonly number[]): number[] {
  let reached = 0;
  return placed.map((along) => {
    reached = Math.max(reached, along);
    return reached;
  });
}
