/** What can be said for sure after a position: of the run, or what all guesses agree on. */
import { servedIndex } from './call.ts';
import { fits, type Hypothesis } from './hypothesis.ts';
import { contenders, type Moment, sureMetres } from './run-choice.ts';
import type { Pattern } from './timetable.ts';
import type { Sure, SurePlace, TrackerState } from './tracker-state.ts';

/** A fix is followed by the next within this, or it is lost; milliseconds. */
export const fixAgeMaxMs = 5_000;
/** Metres driven against a run, though on its road: it goes back, or is another one. */
const doubtMetres = 100;

export function sureOf(state: TrackerState, moment: Moment): TrackerState {
  const place = surePlace(state, moment);
  if (place === undefined) return isLost(state) ? forgotten(state, moment.at) : state;
  const { at, fix } = moment;
  const before = state.sure;
  const isUnbroken = before !== undefined && !isOld(before, fix.monotonicAt);
  const since = isUnbroken ? before.since : at;
  return { ...state, sure: { place, since, lastAt: at, lastMonotonicAt: fix.monotonicAt } };
}

/** Whether so much time has passed that what was sure is only the last that is known. */
export function isOld({ lastMonotonicAt }: Sure, monotonicAt: number): boolean {
  return !(monotonicAt - lastMonotonicAt <= fixAgeMaxMs);
}

function surePlace({ run, rivals }: TrackerState, moment: Moment): SurePlace | undefined {
  if (run !== undefined) {
    const { guess, trip } = run;
    if (!fits(guess, moment.fix) || guess.misfit >= doubtMetres) return undefined;
    const place = placeOf(guess);
    return trip === undefined
      ? place
      : { ...place, tripId: trip.tripId, serviceDate: trip.serviceDate };
  }
  const [first, ...others] = contenders(rivals, sureMetres).map(placeOf);
  return first && others.reduce(agreement, first);
}

function placeOf({ road: { pattern }, call }: Hypothesis): SurePlace {
  const { routeId, directionId, stopIds } = pattern;
  const stopId = stopIds[call.index];
  const stopSequence = sequenceOf(pattern, call.index);
  const served = servedIndex(call);
  const servedStopId = served === undefined ? undefined : stopIds[served];
  return {
    ...{ routeId, status: call.status, stopSequence },
    ...(stopId === undefined ? {} : { stopId }),
    ...(directionId === undefined ? {} : { directionId }),
    ...(served === undefined || servedStopId === undefined
      ? {}
      : { servedStopId, servedStopSequence: sequenceOf(pattern, served) }),
  };
}

function sequenceOf({ stopSequences }: Pattern, index: number): number {
  return stopSequences?.[index] ?? index + 1;
}

/** What two places have in common; a sequence means nothing without its route, nor beside it. */
function agreement(a: SurePlace, b: SurePlace): SurePlace {
  const isOneLine = a.routeId === b.routeId && a.directionId === b.directionId;
  const isOneStop = a.stopId === b.stopId;
  const dropped = new Set<string>([
    ...(isOneLine && isOneStop ? [] : ['stopSequence', 'servedStopSequence']),
    ...(isOneStop ? [] : ['status']),
  ]);
  const common = Object.entries(a).filter(
    ([fact, value]) => b[fact as keyof SurePlace] === value && !dropped.has(fact),
  );
  return Object.fromEntries(common);
}

/** Nothing is driven, and no guess has grown strong enough to be named. */
function isLost({ run, rivals, sure }: TrackerState): boolean {
  const isStrong = ({ support }: Hypothesis) => support >= sureMetres;
  return sure !== undefined && run === undefined && !rivals.some(isStrong);
}

function forgotten(state: TrackerState, at: number): TrackerState {
  const { sure: _sure, ...rest } = state;
  return { ...rest, unknownSince: at };
}
