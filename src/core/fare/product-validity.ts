/**
 * Where and when a product counts that was bought before the ride: wherever a rule of
 * `fare_leg_rules.txt` that names it matches the leg. A product that no rule names counts
 * everywhere. What is not known (the stop of a lost bus, the exit to come) is no objection.
 */
import type { Leg } from './leg.ts';
import { legFacts, legMatches } from './leg-match.ts';
import type { Tariff } from './tariff.ts';

export function productObjection(
  tariff: Tariff,
  product: string,
  leg: Leg,
): 'not-valid-here' | 'not-valid-today' | undefined {
  if (!tariff.legRules.some((rule) => rule.product === product)) return undefined;
  const facts = legFacts(tariff, leg);
  const always: ReadonlySet<string> = new Set(tariff.timeframes.keys());
  const counts = (change: Partial<typeof facts>) =>
    legMatches(tariff, { ...facts, ...change }).some(({ rule }) => rule.product === product);
  if (counts({})) return undefined;
  const isInPlace = counts({ fromTimeframes: always, toTimeframes: always });
  return isInPlace ? 'not-valid-today' : 'not-valid-here';
}
