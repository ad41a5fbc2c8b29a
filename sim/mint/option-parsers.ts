/** What stands behind an option, as a value: whatever cannot be is wrong usage, and says what can. */
import { InvalidArgumentError } from 'commander';
import { weekdayNames } from './ticket-wish.ts';

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,15}$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`);
  };
}

/** @returns a bit for each day, bit 0 Monday. */
export function weekdays(text: string): number {
  const numbers = text
    .toLowerCase()
    .split(',')
    .map((day) => weekdayNames.indexOf(day.trim()));
  if (!numbers.includes(-1)) return numbers.reduce((bits, number) => bits | (1 << number), 0);
  throw new InvalidArgumentError(`It is some of ${weekdayNames.join(',')}.`);
}

/** @returns minutes east of Greenwich, of such as `+07:00`. */
export function utcOffset(text: string): number {
  const [, sign, hours, minutes] = /^([+-])(0\d|1[0-4]):([0-5]\d)$/.exec(text) ?? [];
  const offset = Number(hours) * 60 + Number(minutes);
  if (offset <= 840) return sign === '-' ? -offset : offset;
  throw new InvalidArgumentError('It is a time east of Greenwich, such as +07:00.');
}

/** @returns minutes after midnight, of such as `03:00`. */
export function timeOfDay(text: string): number {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hours !== undefined) return Number(hours) * 60 + Number(minutes);
  throw new InvalidArgumentError('It is a time of day, such as 03:00.');
}
