/** A moment as people read it, in the operator's local time: `07:15`, or `23/11 07:15`. */
import { type LocalTime, offsetAt } from './local-time.ts';

const dayMs = 24 * 60 * 60 * 1_000;

/** @param now of another local day, the day and month are said too. */
export function clockFace(at: number, now: number, time: LocalTime): string {
  const local = at + offsetAt(at, time) * 60_000;
  const today = Math.floor((now + offsetAt(now, time) * 60_000) / dayMs);
  const days = Math.floor(local / dayMs);
  const minutes = Math.floor((local - days * dayMs) / 60_000);
  const face = `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
  return days === today ? face : `${dayAndMonth(days)} ${face}`;
}

/** 400 years of the Gregorian calendar. */
const cycleDays = 146_097;

/**
 * Counted from 1 March of year 0 in years that end with February, so that the leap day is the last
 * one; 153 days are each five months from March on.
 */
function dayAndMonth(days: number): string {
  const sinceMarch = days + 719_468;
  const day = sinceMarch - Math.floor(sinceMarch / cycleDays) * cycleDays;
  const leaps = Math.floor(day / 1_460) - Math.floor(day / 36_524) + Math.floor(day / 146_096);
  const year = Math.floor((day - leaps) / 365);
  const ofYear = day - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const month = Math.floor((5 * ofYear + 2) / 153);
  const ofMonth = ofYear - Math.floor((153 * month + 2) / 5) + 1;
  return `${twoDigits(ofMonth)}/${twoDigits(month < 10 ? month + 3 : month - 9)}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
