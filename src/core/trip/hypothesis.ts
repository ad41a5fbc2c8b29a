/**
 * A guess that the bus drives a certain pattern and is at a certain place of its road. A guess is
 * not judged by single positions but by metres driven: those that go forward on its road speak
 * for it, all others against. A bus that stands proves nothing, and the other direction of a
 * street, 20 m away, is refuted by driving on.
 */
import { busSpeedMax, type Fix } from './believed-fix.ts';
import { type Call, callOn } from './call.ts';
import { placeNear } from './place-on-road.ts';
import { metresBetween, type Point } from './plane.ts';
import { type Place, type Road, roadLength } from './road.ts';

export interface Hypothesis {
  readonly road: Road;
  readonly along: number;
  readonly call: Call;
  /** The last fix that lay within reach of the road. */
  readonly fit: Fix;
  /** Where on the road it was at the last step. */
  readonly markAlong: number;
  /** Metres driven that speak for it; no more than {@link supportMax}. */
  readonly support: number;
  /** Metres driven since something last spoke for it. */
  readonly misfit: number;
}

/** More would make old merits outweigh what happens now. */
export const supportMax = 1_000;
/** Of the metres driven, at least this share must be progress along the road. */
const progressShareMin = 0.3;
/** By how much positions of a bus may seem to go back. */
const backMetres = 40;
const aheadMetres = 60;
/** A bus that came so near to its last stop has arrived. */
const endMetres = 60;
/** Platforms of one terminus are within this of each other. */
const beginMetres = 100;

export function hypothesisAt(road: Road, { along }: Place, fix: Fix): Hypothesis {
  const call = callOn(road, { along, speed: fix.speed });
  return { road, along, call, fit: fix, markAlong: along, support: 0, misfit: 0 };
}

/**
 * Where it is by a new fix: within what a bus can have driven on this road since it was last seen
 * there, so that it is found again after a tunnel or a detour. Unchanged when it is not there.
 */
export function followed(guess: Hypothesis, fix: Fix): Hypothesis {
  const seconds = (fix.monotonicAt - guess.fit.monotonicAt) / 1_000;
  const place = placeNear(guess.road, fix, {
    from: guess.along - backMetres,
    through: Math.min(roadLength(guess.road), guess.along + busSpeedMax * seconds + aheadMetres),
    most: guess.along + metresBetween(guess.fit, fix),
  });
  if (place === undefined) return guess;
  const call = callOn(guess.road, { along: place.along, speed: fix.speed }, guess.call);
  return { ...guess, along: place.along, call, fit: fix };
}

/** Judged at the end of a step. @param moved metres, straight, of the step. */
export function judged(guess: Hypothesis, fix: Fix, moved: number): Hypothesis {
  const progress = guess.along - guess.markAlong;
  const speaksFor = fits(guess, fix) && progress >= progressShareMin * moved;
  return speaksFor
    ? {
        ...guess,
        markAlong: guess.along,
        support: Math.min(supportMax, guess.support + moved),
        misfit: 0,
      }
    : { ...guess, markAlong: guess.along, misfit: guess.misfit + moved };
}

/** Whether the newest fix lies on its road. */
export function fits({ fit }: Hypothesis, fix: Fix): boolean {
  return fit.monotonicAt === fix.monotonicAt;
}

/** Whether it is as far as the last stop. */
export function isAtEnd({ road, along }: Hypothesis): boolean {
  return along >= (road.stopAlong.at(-1) ?? 0) - endMetres;
}

/** Whether a pattern has its first stop here. */
export function beginsAt({ firstStop }: Road, point: Point): boolean {
  return metresBetween(firstStop, point) <= beginMetres;
}
