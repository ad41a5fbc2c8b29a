/** Dates and times of tests as people write them; core has neither a clock nor a calendar of its own. */

/** @param iso with its zone, such as `2026-11-02T07:00+07:00`. @returns milliseconds since 1970. */
export function moment(iso: string): number {
  return Date.parse(iso);
}

/** @param iso such as `2026-11-02`. @returns days since 1970-01-01. */
export function serviceDate(iso: string): number {
  return Date.parse(`${iso}T00:00Z`) / 86_400_000;
}

/** @returns 0 Monday to 6 Sunday, by the calendar of JavaScript. */
export function weekdayByCalendar(date: number): number {
  return (new Date(date * 86_400_000).getUTCDay() + 6) % 7;
}
