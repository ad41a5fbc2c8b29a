/**
 * What one leg costs on its own: of the rules that it matches and that have a product for this
 * rider, those of the highest priority; of their products, the cheapest; of equal ones, the first
 * in the file. What is sold before the ride is nobody's fare at the door.
 *
 * Rules that wait for an unknown fact count only when no other rule matches. The fare then says
 * what it waits for, and so does a fare that such a rule would have changed.
 */
import { serviceTime } from '../time/local-time.ts';
import type { Leg } from './leg.ts';
import {
  type LegFacts,
  type LegMatch,
  legFacts,
  legMatches,
  timeframesAt,
  type UnknownFact,
} from './leg-match.ts';
import { productsFor } from './product-row.ts';
import type { FareLegRule, FareProduct, Tariff } from './tariff.ts';

export interface LegFare {
  readonly rule: FareLegRule;
  readonly product: FareProduct;
  readonly legGroup?: string;
  /** What the rider might pay otherwise for, if it were known. */
  readonly provisional: readonly UnknownFact[];
}

/** @returns the cheapest fare in each leg group, cheapest first; empty when GTFS knows no fare. */
export function legFares(tariff: Tariff, leg: Leg): readonly LegFare[] {
  return faresOf(tariff, leg, legFacts(tariff, leg));
}

/**
 * The dearest fare that the leg can still come to, wherever the rider leaves and whenever on that
 * day: what a missing tap at the exit costs. At each exit it is the cheapest fare that counts.
 */
export function maximumFare(tariff: Tariff, leg: Leg): LegFare | undefined {
  const facts = legFacts(tariff, leg);
  const exits = leg.alighting === undefined ? possibleExits(tariff, leg, facts) : [facts];
  return exits
    .flatMap((exit) => faresOf(tariff, leg, exit).slice(0, 1))
    .toSorted((a, b) => b.product.price.amount - a.product.price.amount)[0];
}

function possibleExits(tariff: Tariff, { boarding }: Leg, facts: LegFacts): readonly LegFacts[] {
  const places = new Map([...tariff.areasOfStop.values()].map((areas) => [areas.join(), areas]));
  const areas = [[], ...places.values()];
  return momentsAfter(tariff, boarding.at).flatMap((at) => {
    const toTimeframes = timeframesAt(tariff, at);
    return areas.map((toAreas) => ({ ...facts, toAreas, toTimeframes }));
  });
}

/** Now, and each later moment of the day at which a timeframe begins that an exit may fall in. */
function momentsAfter({ legRules, timeframes, time }: Tariff, at: number): readonly number[] {
  const { seconds } = serviceTime(at, { ...time, dayBeginsAtMinutes: 0 });
  const groups = new Set(legRules.flatMap(({ toTimeframes }) => toTimeframes ?? []));
  const starts = [...groups].flatMap((group) => timeframes.get(group) ?? []);
  const later = starts.map(({ start }) => start - seconds).filter((ahead) => ahead > 0);
  return [at, ...new Set(later.map((ahead) => at + ahead * 1_000))];
}

interface Candidate extends LegMatch {
  readonly product: FareProduct;
}

function faresOf(tariff: Tariff, leg: Leg, facts: LegFacts): readonly LegFare[] {
  const candidates = candidatesOf(tariff, leg, facts);
  const sure = candidates.filter(({ unknown }) => unknown.length === 0);
  const eligible = sure.length > 0 ? sure : candidates;
  const highest = priorityOf(eligible[0]);
  const foremost = eligible.filter((one) => priorityOf(one) === highest);
  const groups = Map.groupBy(foremost, ({ rule }) => rule.legGroup);
  return [...groups].flatMap(([legGroup, [first]]) => {
    if (first === undefined) return [];
    const { rule, product } = first;
    const provisional = provisionalOf(first, candidates);
    return [{ rule, product, provisional, ...(legGroup !== undefined && { legGroup }) }];
  });
}

/** Foremost first. */
function candidatesOf(tariff: Tariff, leg: Leg, facts: LegFacts): readonly Candidate[] {
  const matches = legMatches(tariff, facts);
  const ids = matches.map(({ rule }) => rule.product);
  const products = productsFor(tariff, ids, leg);
  return matches
    .flatMap((match) => {
      const { product: id } = match.rule;
      const product = tariff.prepaidProducts.has(id) ? undefined : products.get(id);
      return product === undefined ? [] : [{ ...match, product }];
    })
    .toSorted(
      (a, b) => priorityOf(b) - priorityOf(a) || a.product.price.amount - b.product.price.amount,
    );
}

function priorityOf(match: LegMatch | undefined): number {
  return match?.rule.priority ?? 0;
}

/** Facts on which hangs whether another rule would have come first, and changed something. */
function provisionalOf(
  chosen: Candidate,
  candidates: readonly Candidate[],
): readonly UnknownFact[] {
  const rivals = candidates
    .slice(0, candidates.indexOf(chosen))
    .filter(
      ({ rule, product }) => product !== chosen.product || rule.legGroup !== chosen.rule.legGroup,
    );
  return [...new Set([chosen, ...rivals].flatMap(({ unknown }) => unknown))];
}
