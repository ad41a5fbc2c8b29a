/**
 * When a guess becomes what the bus drives. What was decided stays decided: a detour over another
 * route's street, or a street that several routes share, does not change it. Only at the end of a
 * pattern, or after far more metres than a detour has, another guess takes over.
 */
import { isAllowed } from './assignment.ts';
import type { Fix } from './believed-fix.ts';
import { beginsAt, fits, type Hypothesis, hypothesisAt, isAtEnd } from './hypothesis.ts';
import type { LineMap } from './line-map.ts';
import type { Road } from './road.ts';
import type { Run, TrackerState } from './tracker-state.ts';
import { planMisfit } from './trip-choice.ts';

/** Metres that must speak for a guess before anything is said to be sure. */
export const sureMetres = 100;
/** Guesses whose support differs by less are equals. */
const equalMetres = 50;
/** Metres driven against a run before it is given up for nothing. */
export const lostMetres = 2_000;
/** The same, if another guess is supported by so many: of this route, or of another one. */
const sameRouteMetres = 300;
const otherRouteMetres = 600;
/** A bus that stands so long at its last stop has begun its way back; milliseconds. */
export const turnaroundMs = 120_000;
/** A bus that stands so long at a first stop will begin there; milliseconds. */
export const waitingMs = 20_000;
/** Back by so much is the beginning of a loop, not an error of position. */
const beginsAnewMetres = 300;

/** A step of time: the newest fix, the wall clock with it, and since when the bus has stood. */
export interface Moment {
  readonly fix: Fix;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly standingMs: number;
}

/** The guess that the bus drives from now on; undefined when none can be told from the others. */
export function chooseGuess(
  { run, rivals, assignment }: TrackerState,
  moment: Moment,
  map: LineMap,
): Hypothesis | undefined {
  const scope = { map, moment, may: (road: Road) => isAllowed(road, assignment, map) };
  if (run === undefined) {
    const isOnly = map.roads.filter(scope.may).length === 1;
    const strong = contenders(rivals, isOnly ? 0 : sureMetres);
    const isWaiting = strong.length === 0 && assignment !== undefined;
    return isWaiting ? waiting(scope) : unanimous(strong, scope);
  }
  return turned(run, scope) ?? successor(run, rivals, scope) ?? kept(run);
}

interface Scope {
  readonly map: LineMap;
  readonly moment: Moment;
  readonly may: (road: Road) => boolean;
}

function kept({ guess }: Run): Hypothesis | undefined {
  return guess.misfit > lostMetres ? undefined : guess;
}

function successor({ guess }: Run, rivals: readonly Hypothesis[], scope: Scope) {
  const isLike = ({ road }: Hypothesis) => road.pattern.routeId === guess.road.pattern.routeId;
  const needed = (rival: Hypothesis) => {
    if (isAtEnd(guess)) return sureMetres;
    return isLike(rival) ? sameRouteMetres : otherRouteMetres;
  };
  const able = rivals.filter(
    (rival) => guess.misfit >= needed(rival) && rival.support >= needed(rival),
  );
  return unanimous(contenders(able, sureMetres), scope);
}

/** The best supported guesses. One that the last metres spoke against stays until it is given up. */
export function contenders(guesses: readonly Hypothesis[], supportMin: number): Hypothesis[] {
  const best = guesses.reduce((most, { support }) => Math.max(most, support), supportMin);
  return guesses.filter(({ support }) => support >= supportMin && support >= best - equalMetres);
}

/**
 * One guess that the newest fix bears out, or several of one route and direction of which the plan
 * prefers one.
 */
function unanimous(guesses: readonly Hypothesis[], scope: Scope): Hypothesis | undefined {
  const [first] = guesses;
  if (first === undefined) return undefined;
  const isLikeFirst = ({ road: { pattern } }: Hypothesis) =>
    pattern.routeId === first.road.pattern.routeId &&
    pattern.directionId === first.road.pattern.directionId;
  const isOncePerRoad = new Set(guesses.map(({ road }) => road)).size === guesses.length;
  if (!guesses.every(isLikeFirst) || !isOncePerRoad) return undefined;
  const fitting = guesses.filter((guess) => guess.misfit === 0 && fits(guess, scope.moment.fix));
  return bestPlanned(fitting, scope);
}

function bestPlanned(guesses: readonly Hypothesis[], { map, moment: { at } }: Scope) {
  const misfits = guesses.map(({ road, along }) => planMisfit(map, { road, along, at }));
  return guesses[misfits.indexOf(Math.min(...misfits))];
}

/** The bus stands at the end of its run long enough for the next one of its route to begin. */
function turned({ guess }: Run, scope: Scope): Hypothesis | undefined {
  if (!isAtEnd(guess) || scope.moment.standingMs < turnaroundMs) return undefined;
  const { routeId } = guess.road.pattern;
  return beginning(scope, (road) => road !== guess.road || isLoop(road), routeId);
}

/** Nothing speaks for any guess yet, and the bus stands where one pattern of its route begins. */
function waiting(scope: Scope): Hypothesis | undefined {
  return scope.moment.standingMs < waitingMs ? undefined : beginning(scope, () => true);
}

function beginning(
  scope: Scope,
  isWanted: (road: Road) => boolean,
  routeId?: string,
): Hypothesis | undefined {
  const { fix } = scope.moment;
  const roads = scope.map.roads.filter(
    (road) =>
      (routeId === undefined || road.pattern.routeId === routeId) &&
      isWanted(road) &&
      scope.may(road) &&
      beginsAt(road, fix),
  );
  const starts = roads.map((road) =>
    hypothesisAt(road, { along: road.stopAlong[0] ?? 0, distance: 0 }, fix),
  );
  return unanimous(starts, scope);
}

function isLoop({ pattern: { stopIds } }: Road): boolean {
  return stopIds[0] === stopIds.at(-1);
}

/** Whether a guess goes on with a run, rather than beginning another one, be it on the same loop. */
export function goesOn(guess: Hypothesis, before: Run | undefined): before is Run {
  if (before === undefined || before.guess.road !== guess.road) return false;
  return guess.along >= before.guess.along - beginsAnewMetres;
}

/** The run of a guess, with the journey of the run that it goes on with. */
export function runOf(guess: Hypothesis, before: Run | undefined): Run {
  return goesOn(guess, before) ? { ...before, guess } : { guess };
}
