/** The moment of a local day and time, as scenarios write them. */
import type { Rules } from '../core/rules/rules.ts';
import { offsetAt } from '../core/time/local-time.ts';
import { ScenarioError } from './scenario.ts';

/** @throws ScenarioError for a time that is none. */
export function momentOf(day: string, time: string, { tariff }: Rules): number {
  const [, hours, minutes, seconds = '0'] = /^(\d{1,2}):([0-5]\d)(?::([0-5]\d))?$/.exec(time) ?? [];
  const midnight = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (hours === undefined || Number.isNaN(midnight)) {
    const hint = 'a day such as 2026-11-24 and a time such as 07:15, or 24:30 after midnight';
    throw new ScenarioError(`"${day} ${time}" is no moment`, hint);
  }
  const local = midnight + (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
  // At a change of the clocks the offset at the guess is not yet that of the moment.
  const near = local - offsetAt(local, tariff.time) * 60_000;
  return local - offsetAt(near, tariff.time) * 60_000;
}
