/**
 * Which journey of the timetable a bus drives, by where it is and what time it is: the one whose
 * plan says that it should be about here by now. Journeys of the day before that go on beyond
 * 24:00 are among them. A bus is rather late than early.
 */
import { serviceTime } from '../time/local-time.ts';
import { runsOn, type ServiceDate } from '../time/service-calendar.ts';
import type { LineMap } from './line-map.ts';
import type { Road } from './road.ts';
import type { StopTime, Trip } from './timetable.ts';

/** A bus that is farther from every plan drives none of them, as far as we know. */
export const lateSecondsMax = 1_800;
export const earlySecondsMax = 900;
const earlyWeight = 2;

export interface ChosenTrip {
  readonly tripId: string;
  readonly serviceDate: ServiceDate;
  readonly blockId?: string;
}

export interface DrivenTrip extends ChosenTrip {
  /** To its last stop; else the bus was lost, or turned on the way. */
  readonly isDone: boolean;
}

export interface Whereabouts {
  readonly road: Road;
  /** Metres along it. */
  readonly along: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface Candidate {
  readonly trip: Trip;
  readonly serviceDate: ServiceDate;
  /** Seconds behind its plan; negative: ahead. */
  readonly late: number;
}

const daySeconds = 24 * 60 * 60;

/**
 * @param before what the bus drove last: it drives none to its end twice, and the next one of the same
 * block rather than another.
 */
export function chooseTrip(
  map: LineMap,
  whereabouts: Whereabouts,
  before?: DrivenTrip,
): ChosenTrip | undefined {
  const trips = map.tripsOfPattern.get(whereabouts.road.pattern.id) ?? [];
  const fitting = candidates(map, trips, whereabouts).filter(
    ({ trip, serviceDate, late }) =>
      late <= lateSecondsMax &&
      late >= -earlySecondsMax &&
      !(
        before?.isDone === true &&
        trip.tripId === before.tripId &&
        serviceDate === before.serviceDate
      ),
  );
  const ofBlock = fitting.filter((candidate) => isOfBlock(candidate, before));
  return nearest(ofBlock.length > 0 ? ofBlock : fitting);
}

/** The day of a journey that somebody assigned, however late it is. */
export function dayOfTrip(map: LineMap, trip: Trip, whereabouts: Whereabouts) {
  return nearest(candidates(map, [trip], whereabouts));
}

/** How badly the best journey of a pattern fits; infinite when none does. */
export function planMisfit(map: LineMap, whereabouts: Whereabouts): number {
  const trips = map.tripsOfPattern.get(whereabouts.road.pattern.id) ?? [];
  return candidates(map, trips, whereabouts).reduce(
    (least, { late }) => Math.min(least, weight(late)),
    Number.POSITIVE_INFINITY,
  );
}

function candidates({ timetable }: LineMap, trips: readonly Trip[], where: Whereabouts) {
  const { date, seconds } = serviceTime(where.at, timetable.time);
  const found: Candidate[] = [];
  const plannedAt = planReader(where);
  for (const trip of trips) {
    const planned = plannedAt(trip.times);
    // A day begins at its own midnight or some hours later: both neighbours can be meant.
    for (const days of [0, -1, 1]) {
      if (!runsOn(timetable.calendar, trip.serviceId, date + days)) continue;
      found.push({ trip, serviceDate: date + days, late: seconds - days * daySeconds - planned });
    }
  }
  return found;
}

/** When a journey should be here, in seconds of its service day. */
function planReader({ road, along }: Whereabouts): (times: readonly StopTime[]) => number {
  const { stopAlong } = road;
  const before = stopAlong.findLastIndex((stop) => stop <= along);
  const start = stopAlong[before] ?? 0;
  const length = (stopAlong[before + 1] ?? start) - start;
  const share = length > 0 ? (along - start) / length : 0;
  return (times) => {
    if (before === -1) return times[0]?.departure ?? 0;
    const left = times[before]?.departure ?? 0;
    const next = times[before + 1]?.arrival ?? times[before]?.arrival ?? left;
    return left + share * (next - left);
  };
}

function nearest(found: readonly Candidate[]): ChosenTrip | undefined {
  let best: Candidate | undefined;
  for (const candidate of found) {
    if (best === undefined || weight(candidate.late) < weight(best.late)) best = candidate;
  }
  if (best === undefined) return undefined;
  const { trip, serviceDate } = best;
  const { tripId, blockId } = trip;
  return { tripId, serviceDate, ...(blockId === undefined ? {} : { blockId }) };
}

function weight(late: number): number {
  return late >= 0 ? late : -late * earlyWeight;
}

function isOfBlock({ trip, serviceDate }: Candidate, before: ChosenTrip | undefined): boolean {
  const { blockId } = trip;
  return blockId !== undefined && blockId === before?.blockId && serviceDate === before.serviceDate;
}
