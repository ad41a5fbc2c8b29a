/**
 * On which days a service runs: GTFS `calendar.txt` and `calendar_dates.txt` together. Days are
 * service days: a trip at 25:30 belongs to the day on which it began.
 */

/** Days since 1970-01-01, as the operator counts them. */
export type ServiceDate = number;

export interface Service {
  /** Bit 0 Monday to bit 6 Sunday. */
  readonly weekdays: number;
  /** Both inclusive; a service of exceptions alone has `from` after `through`. */
  readonly from: ServiceDate;
  readonly through: ServiceDate;
  readonly added: ReadonlySet<ServiceDate>;
  readonly removed: ReadonlySet<ServiceDate>;
}

/** By GTFS service_id. */
export type ServiceCalendar = ReadonlyMap<string, Service>;

/** 1970-01-01 was a Thursday, three days after Monday. */
const epochWeekday = 3;

/** 0 Monday to 6 Sunday. */
export function weekdayOf(date: ServiceDate): number {
  return (((date + epochWeekday) % 7) + 7) % 7;
}

/** A service that is not in the calendar never runs. */
export function runsOn(calendar: ServiceCalendar, serviceId: string, date: ServiceDate): boolean {
  const service = calendar.get(serviceId);
  if (service === undefined || service.removed.has(date)) return false;
  if (service.added.has(date)) return true;
  const isInRange = date >= service.from && date <= service.through;
  return isInRange && ((service.weekdays >> weekdayOf(date)) & 1) === 1;
}
