/**
 * When a pass ends. Pure: of a moment and a length it makes a moment. Days and months are counted by
 * the operator's clock, which keeps one offset from UTC all year.
 */

/** As the rules have it. */
export interface ServiceDay {
  readonly utcOffsetMinutes: number;
  /** Minutes after local midnight: trips before it belong to the day before. */
  readonly beginsAtMinutes: number;
}

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;

/** `count` times 24 hours. @param from milliseconds since 1970, as every moment here. */
export function daysAfter(from: number, count: number): number {
  return from + count * dayMs;
}

/**
 * The same time on the same day `count` months later; where that month is shorter, on its last day:
 * 31 January and one month is the last of February, and two months is 31 March.
 */
export function monthsAfter(
  from: number,
  count: number,
  { utcOffsetMinutes }: Pick<ServiceDay, 'utcOffsetMinutes'>,
): number {
  const offset = utcOffsetMinutes * minuteMs;
  const local = new Date(from + offset);
  const year = local.getUTCFullYear();
  const month = local.getUTCMonth() + count;
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const day = Math.min(local.getUTCDate(), lastDay);
  const timeOfDay = from + offset - Date.UTC(year, local.getUTCMonth(), local.getUTCDate());
  return Date.UTC(year, month, day) + timeOfDay - offset;
}

/** The end of the `count`th service day, counting the one in which `from` lies. */
export function serviceDaysAfter(from: number, count: number, day: ServiceDay): number {
  const shift = (day.utcOffsetMinutes - day.beginsAtMinutes) * minuteMs;
  const current = Math.floor((from + shift) / dayMs);
  return (current + count) * dayMs - shift;
}
