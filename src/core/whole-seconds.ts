/**
 * Times as tickets and passes on cards state them: whole seconds since 1970. Knows no clock, and not
 * what a time is the beginning or end of.
 */

/** 9999-12-31T23:59:59Z: later is a mistake, and past what dates and databases hold. */
const secondsMax = 253_402_300_799;

export function isWholeSeconds(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= secondsMax;
}
