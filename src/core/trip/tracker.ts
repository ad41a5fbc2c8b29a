/**
 * Follows a bus over the lines of its operator: from positions and assignments to route,
 * direction, journey and stop. Pure: the same observations give the same state. It knows nothing
 * of receivers, fares or taps. How it thinks: docs/trip-tracker.md.
 *
 *   position ─▶ believed? ─▶ every guess follows ─▶ a step? judge, find new guesses
 *            ─▶ choose what the bus drives ─▶ its call and journey ─▶ what is sure
 */
import { assignedTrip, isAllowed, reassigned } from './assignment.ts';
import { type Believed, believe, type Fix } from './believed-fix.ts';
import { fits, followed, type Hypothesis, hypothesisAt, isAtEnd, judged } from './hypothesis.ts';
import type { LineMap } from './line-map.ts';
import type { Observation, PositionObservation } from './observation.ts';
import { placesOnRoad, samePlaceMetres } from './place-on-road.ts';
import { metresBetween } from './plane.ts';
import { chooseGuess, goesOn, type Moment, runOf } from './run-choice.ts';
import { sureOf } from './sure-place.ts';
import type { Run, SurePlace, TrackerState } from './tracker-state.ts';
import { type ChosenTrip, chooseTrip, dayOfTrip } from './trip-choice.ts';

/** Guesses are judged when the bus has driven so far: more than positions of one place differ. */
export const stepMetres = 20;
/** A receiver that says "standing" is believed up to so many metres of drift. */
const driftMetres = 100;
const standingSpeed = 1;
/** A guess that nothing speaks for over so many metres is given up. */
const rivalMisfitMax = 100;

/** Observations come in the order of their monotonic time; older ones change nothing. */
export function advance(state: TrackerState, seen: Observation, map: LineMap): TrackerState {
  if (seen.kind === 'clock-set') return untimed(state);
  if (seen.kind !== 'position') return reassigned(state, seen, map);
  const believed = believe(state.belief, seen, map.plane);
  const next = { ...state, belief: believed.belief };
  if (believed.verdict === 'not-believed' || believed.belief.fix === undefined) return next;
  return moved(next, { fix: believed.belief.fix, seen, verdict: believed.verdict }, map);
}

interface Move {
  readonly fix: Fix;
  readonly seen: PositionObservation;
  readonly verdict: Believed['verdict'];
}

function moved(state: TrackerState, { fix, seen, verdict }: Move, map: LineMap): TrackerState {
  const mark = verdict === 'relocated' ? undefined : state.mark;
  const metres = mark === undefined ? 0 : metresBetween(mark, fix);
  const isStep =
    mark === undefined || metres >= (fix.speed < standingSpeed ? driftMetres : stepMetres);
  const track = (guess: Hypothesis) => {
    const there = followed(guess, fix);
    return isStep ? judged(there, fix, metres) : there;
  };
  const run = state.run === undefined ? undefined : { ...state.run, guess: track(state.run.guess) };
  const rivals = state.rivals.map(track).filter(({ misfit }) => misfit <= rivalMisfitMax);
  const at = isStep ? { x: fix.x, y: fix.y, monotonicAt: fix.monotonicAt } : mark;
  const followedUp = { ...withRun(state, run), rivals, mark: at };
  const guessed = isStep ? withNewGuesses(followedUp, fix, map) : followedUp;
  const standingMs = fix.monotonicAt - at.monotonicAt;
  return decided(guessed, { fix, at: seen.at, standingMs }, map);
}

function withRun(state: TrackerState, run: Run | undefined): TrackerState {
  const { run: _before, ...rest } = state;
  return run === undefined ? rest : { ...rest, run };
}

/** Every place of an allowed road that nobody guesses yet. */
function withNewGuesses(state: TrackerState, fix: Fix, map: LineMap): TrackerState {
  const known = [...state.rivals, ...(state.run === undefined ? [] : [state.run.guess])];
  const found = map.roads
    .filter((road) => isAllowed(road, state.assignment, map))
    .flatMap((road) =>
      placesOnRoad(road, fix)
        .filter((place) => !known.some((guess) => guess.road === road && isNear(guess, place)))
        .map((place) => hypothesisAt(road, place, fix)),
    );
  return { ...state, rivals: [...state.rivals, ...found] };
}

function isNear(guess: Hypothesis, { along }: { readonly along: number }): boolean {
  return Math.abs(guess.along - along) <= samePlaceMetres;
}

/** What the bus drives after this position, and what of it is sure. */
function decided(state: TrackerState, moment: Moment, map: LineMap): TrackerState {
  const { run: before, rivals: all } = state;
  const guess = chooseGuess(state, moment, map);
  const run = guess && runOf(guess, before);
  const hasEnded = before?.trip !== undefined && !(guess && goesOn(guess, before));
  const ended = hasEnded ? { lastTrip: { ...before.trip, isDone: isAtEnd(before.guess) } } : {};
  const rivals = all.filter((rival) => rival !== guess);
  const next = relaxed(withRun({ ...state, ...ended, rivals }, run));
  return sureOf(timed(next, moment, map), moment);
}

/** An assigned direction or journey is driven to its end; then its route alone is left. */
function relaxed(state: TrackerState): TrackerState {
  const { assignment, run } = state;
  if (assignment === undefined || run === undefined || !isAtEnd(run.guess)) return state;
  const isNarrow = assignment.directionId !== undefined || assignment.tripId !== undefined;
  if (!isNarrow || run.guess.call.index < run.guess.road.stopAlong.length - 1) return state;
  return { ...state, assignment: { routeId: assignment.routeId, by: assignment.by } };
}

/** The journey is chosen until the bus has left its first stop, and then kept. */
function timed(state: TrackerState, moment: Moment, map: LineMap): TrackerState {
  const { run } = state;
  if (run === undefined || !fits(run.guess, moment.fix)) return state;
  if (run.trip !== undefined && run.guess.call.index > 0) return state;
  const trip = tripOf(state, run, { at: moment.at, map });
  return { ...state, run: trip === undefined ? withoutTrip(run) : { ...run, trip } };
}

function untimed({ lastTrip: _before, ...state }: TrackerState): TrackerState {
  const { run, sure } = state;
  return {
    ...state,
    ...(run === undefined ? {} : { run: withoutTrip(run) }),
    ...(sure === undefined ? {} : { sure: { ...sure, place: withoutDay(sure.place) } }),
  };
}

function withoutTrip({ guess }: Run): Run {
  return { guess };
}

function withoutDay({ tripId: _trip, serviceDate: _date, ...place }: SurePlace): SurePlace {
  return place;
}

function tripOf(
  { assignment, lastTrip }: TrackerState,
  { guess }: Run,
  { at, map }: { readonly at: number; readonly map: LineMap },
): ChosenTrip | undefined {
  const whereabouts = { road: guess.road, along: guess.along, at };
  const assigned = assignedTrip(assignment, map);
  if (assigned !== undefined) return dayOfTrip(map, assigned, whereabouts);
  return chooseTrip(map, whereabouts, lastTrip);
}
