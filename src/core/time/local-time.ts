/**
 * The operator's local time, without a time zone database on the device: whoever builds the rules
 * lists the offsets from UTC that the agency's zone has over the life of the rules.
 */
import type { ServiceDate } from './service-calendar.ts';

export interface LocalTime {
  /** In order of time, one at least; before the first one its offset holds too. */
  readonly offsets: readonly UtcOffset[];
  /** Minutes after local midnight at which a service day begins; 0 to 1439. */
  readonly dayBeginsAtMinutes: number;
}

export interface UtcOffset {
  /** Milliseconds since 1970, first moment at which it holds. */
  readonly from: number;
  /** Local time is UTC and this much. */
  readonly minutes: number;
}

/** A moment as a timetable says it. */
export interface ServiceTime {
  readonly date: ServiceDate;
  /** After the local midnight with which the date begins: 25:30 is 91,800. */
  readonly seconds: number;
}

const dayMs = 24 * 60 * 60 * 1_000;

/** The service day in which a moment falls, and the time of that day, up to 24 hours and more. */
export function serviceTime(at: number, time: LocalTime): ServiceTime {
  const local = at + offsetAt(at, time) * 60_000;
  const date = Math.floor((local - time.dayBeginsAtMinutes * 60_000) / dayMs);
  return { date, seconds: Math.floor((local - date * dayMs) / 1_000) };
}

/** The moment at which a service day ends and the next one begins, in the offset that holds then. */
export function serviceDayEnd(date: ServiceDate, time: LocalTime): number {
  const local = (date + 1) * dayMs + time.dayBeginsAtMinutes * 60_000;
  const guess = local - offsetAt(local, time) * 60_000;
  return local - offsetAt(guess, time) * 60_000;
}

/** Minutes that local time is ahead of UTC at a moment. */
export function offsetAt(at: number, { offsets }: LocalTime): number {
  const known = offsets.findLast(({ from }) => from <= at) ?? offsets[0];
  return known?.minutes ?? 0;
}
