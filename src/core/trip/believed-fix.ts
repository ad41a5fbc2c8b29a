/**
 * Which positions are believed. A receiver between tall houses gives wrong ones with a good
 * quality, so none may be farther from the last than a bus can drive; unless the next ones agree
 * with it, for then it was the last that was wrong.
 */
import type { PositionObservation } from './observation.ts';
import { metresBetween, type Plane, type Point, pointOn } from './plane.ts';

/** Above this a fix hardly tells a street. */
export const hdopMax = 5;
/** No bus drives faster: 144 km/h. */
export const busSpeedMax = 40;
/** How far two positions of a standing bus may be apart. */
const jitterMetres = 50;
/** So many positions that agree with each other outweigh the one before them. */
export const agreeingMin = 5;

export interface Fix extends Point {
  readonly monotonicAt: number;
  /** Metres a second; of the receiver, or of the way since the last fix. */
  readonly speed: number;
}

export interface Belief {
  /** The newest that is believed. */
  readonly fix?: Fix;
  /** A jump that may turn out to be true. */
  readonly doubted?: { readonly fix: Fix; readonly count: number };
}

export type Verdict = 'believed' | 'relocated' | 'not-believed';

export interface Believed {
  readonly belief: Belief;
  /** Of the observation; `relocated` is a jump that is believed at last. */
  readonly verdict: Verdict;
}

export function believe(belief: Belief, seen: PositionObservation, plane: Plane): Believed {
  const last = belief.fix;
  if (!isUsable(seen) || (last !== undefined && seen.monotonicAt <= last.monotonicAt)) {
    return { belief, verdict: 'not-believed' };
  }
  const point = pointOn(plane, seen);
  const fix = { ...point, monotonicAt: seen.monotonicAt, speed: speedOf(seen, point, last) };
  if (last === undefined || isWithinReach(last, fix))
    return { belief: { fix }, verdict: 'believed' };
  return doubt(belief, fix);
}

function doubt({ fix: last, doubted }: Belief, fix: Fix): Believed {
  const agrees = doubted !== undefined && isWithinReach(doubted.fix, fix);
  const count = agrees ? doubted.count + 1 : 1;
  if (count >= agreeingMin) return { belief: { fix }, verdict: 'relocated' };
  const kept = last === undefined ? {} : { fix: last };
  return { belief: { ...kept, doubted: { fix, count } }, verdict: 'not-believed' };
}

function isUsable({ latitude, longitude, quality, hdop, at, monotonicAt }: PositionObservation) {
  const isOnEarth = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  const isMeasured = quality !== 'estimated' && quality !== 'manual' && quality !== 'simulated';
  const isTimed = Number.isFinite(at) && Number.isFinite(monotonicAt);
  return isOnEarth && isMeasured && isTimed && (hdop === undefined || hdop <= hdopMax);
}

function isWithinReach(from: Fix, to: Fix): boolean {
  const seconds = (to.monotonicAt - from.monotonicAt) / 1_000;
  return seconds >= 0 && metresBetween(from, to) <= busSpeedMax * seconds + jitterMetres;
}

/** Nothing is known of the speed of a first fix without one: taken for driving. */
function speedOf({ speed, monotonicAt }: PositionObservation, point: Point, last: Fix | undefined) {
  if (speed !== undefined && speed >= 0) return speed;
  if (last === undefined) return busSpeedMax;
  return (metresBetween(last, point) * 1_000) / (monotonicAt - last.monotonicAt);
}
