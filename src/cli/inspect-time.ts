/** Times as a technician reads them: the date, the operator's clock, and how long ago. */

const units = [
  ['day', 86_400_000, 2],
  ['h', 3_600_000, 2],
  ['min', 60_000, 2],
  ['s', 1_000, 0],
] as const;
const yearMs = 365.25 * 86_400_000;

/** `2026-11-01 23:00:00Z`. @param at milliseconds since 1970. */
export function utcText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

/** `2026-11-02 06:00:00 +07:00`. */
export function localText(at: number, utcOffsetMinutes: number): string {
  const minutes = Math.abs(utcOffsetMinutes);
  const two = (count: number) => String(count).padStart(2, '0');
  const offset = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  const text = utcText(at + utcOffsetMinutes * 60_000).slice(0, -1);
  return `${text} ${utcOffsetMinutes < 0 ? '-' : '+'}${offset}`;
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
