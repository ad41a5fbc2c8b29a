/**
 * The offsets from UTC that a time zone has over a span of days, found with the time zone database
 * of the machine that builds the rules: the device then needs none.
 */
import type { UtcOffset } from '../core/time/local-time.ts';
import type { ServiceDate } from '../core/time/service-calendar.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** Rules are used a while before and after their calendar, and buses stay away. */
const marginDays = 400;

/** The shortest time between two changes is the month of Ramadan in Morocco. */
const stepMs = 7 * dayMs;

export function offsetsOf(
  timezone: string,
  { from, through }: { readonly from: ServiceDate; readonly through: ServiceDate },
): readonly UtcOffset[] {
  const minutesAt = createOffsetReader(timezone);
  const start = (from - marginDays) * dayMs;
  const found: UtcOffset[] = [{ from: start, minutes: minutesAt(start) }];
  for (let at = start; at < (through + marginDays) * dayMs; at += stepMs) {
    const [before, after] = [found.at(-1)?.minutes, minutesAt(at + stepMs)];
    if (after === before) continue;
    const change = firstMinuteOf(at, at + stepMs, (moment) => minutesAt(moment) !== before);
    found.push({ from: change, minutes: minutesAt(change) });
  }
  return found;
}

/** Zones change on whole minutes. */
function firstMinuteOf(from: number, until: number, isAfter: (at: number) => boolean): number {
  let [low, high] = [from, until];
  while (high - low > minuteMs) {
    const middle = low + Math.floor((high - low) / (2 * minuteMs)) * minuteMs;
    if (isAfter(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function createOffsetReader(timezone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone: timezone, hourCycle: 'h23', year: 'numeric', month: 'numeric' },
    ...{ day: 'numeric', hour: 'numeric', minute: 'numeric' },
  });
  return (at) => {
    const parts = format.formatToParts(at);
    const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
    const local = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
    );
    return Math.round((local - at) / minuteMs);
  };
}
