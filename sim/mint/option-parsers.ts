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

/** What an id of GTFS or of an issuer is: as long as a ticket can hold. */
const textMax = 32;
const textsMax = 8;

export function shortText(text: string): string {
  if (text.length >= 1 && text.length <= textMax) return text;
  throw new InvalidArgumentError(`It is 1 to ${textMax} characters.`);
}

/** One of several. @param before those that were typed before it. */
export function shortTexts(text: string, before: readonly string[] = []): readonly string[] {
  const texts = [...before, shortText(text)];
  if (texts.length <= textsMax) return texts;
  throw new InvalidArgumentError(
    `There are 1 to ${textsMax} of them, of 1 to ${textMax} characters.`,
  );
}

/** ASCII, as a card holds it. */
export function shortAscii(text: string): string {
  if (/^[\x20-\x7e]{1,32}$/.test(text)) return text;
  throw new InvalidArgumentError(`It is 1 to ${textMax} characters of ASCII.`);
}

/** As {@link wholeNumber}, left as it was typed. */
export function wholeNumberText(min: number, max: number): (text: string) => string {
  const parse = wholeNumber(min, max);
  return (text) => String(parse(text));
}

/** Files of the folder that are no device's. */
const otherFiles = ['ca', 'backend', 'receipt', 'sealing'];

/** Names files, so it has no folder in it. @param before those that were typed before it. */
export function deviceIds(text: string, before: readonly string[] = []): readonly string[] {
  if (/^[A-Za-z0-9][\w.-]{0,63}$/.test(text) && !otherFiles.includes(text))
    return [...before, text];
  throw new InvalidArgumentError(
    `It is 1 to 64 letters, digits, and . - _ within, and none of ${otherFiles.join(', ')}.`,
  );
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
