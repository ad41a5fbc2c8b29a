/** Times as a technician reads them: the date, the operator's clock, and how long ago. */

const units = [
  ['day', 86_400_000, 2],
  ['h', 3_600_000, 2],
  ['min', 60_000, 2],
  ['s', 1_000, 0],
] as const;
const yearMs = 365.25 * 86_400_000;

/** The last moment that a date can say, ECMA-262 §21.4.1.1: what lies there or beyond has no date. */
const endOfDates = 8.64e15;

export function hasDate(at: number): boolean {
  return Math.abs(at) < endOfDates;
}

/** `2026-11-01 23:00:00Z`. @param at milliseconds since 1970. */
export function utcText(at: number): string {
  return hasDate(at) ? `${dateText(at)}Z` : 'no date';
}

/** `2026-11-02 06:00:00 +07:00`. */
export function localText(at: number, utcOffsetMinutes: number): string {
  const local = at + utcOffsetMinutes * 60_000;
  const minutes = Math.abs(utcOffsetMinutes);
  const two = (count: number) => String(count).padStart(2, '0');
  const sign = utcOffsetMinutes < 0 ? '-' : '+';
  const offset = `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return hasDate(local) ? `${dateText(local)} ${offset}` : 'no date';
}

/** `2026-11-02`. @param day days since 1970-01-01. */
export function serviceDayText(day: number): string {
  const at = day * 86_400_000;
  return hasDate(at) ? dateText(at).replace(/ .*/, '') : 'no date';
}

function dateText(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').replace(/\..*/, '');
}

/** `3 h ago`, `in 23 h`, `now` within a second. */
export function relativeText(at: number, now: number): string {
  const ms = Math.abs(at - now);
  if (ms < 1_000) return 'now';
  return at < now ? `${amountText(ms)} ago` : `in ${amountText(ms)}`;
}

function amountText(ms: number): string {
  if (ms >= 2 * yearMs) return `${Math.floor(ms / yearMs)} years`;
  const [name, unit] = units.find(([, size, least]) => ms >= size * least) ?? ['s', 1_000];
  const count = Math.floor(ms / unit);
  return `${count} ${name}${name === 'day' && count !== 1 ? 's' : ''}`;
}
