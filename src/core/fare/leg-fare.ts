/**
 * What one leg costs on its own: of the rules that it matches, those of the highest priority; of
 * their products, the cheapest that this rider may use with this medium.
 */
import type { Leg } from './leg.ts';
import { type LegMatch, legMatches, type UnknownFact } from './leg-match.ts';
import type { FareProduct, Tariff } from './tariff.ts';

export interface LegFare {
  readonly product: FareProduct;
  readonly legGroup?: string;
  /** Rules that could not be told apart without it. */
  readonly provisional: readonly UnknownFact[];
}

/** @returns undefined when no rule fits: GTFS then knows no fare. */
export function legFare(tariff: Tariff, leg: Leg): LegFare | undefined {
  return cheapest(legFares(tariff, leg));
}

/** The dearest fare that the leg can still come to, wherever the rider leaves. */
export function maximumFare(tariff: Tariff, leg: Leg): LegFare | undefined {
  const fares = faresOf(tariff, leg, legMatches(tariff, leg));
  return fares.toSorted((a, b) => b.product.price.amount - a.product.price.amount)[0];
}

function legFares(tariff: Tariff, leg: Leg): readonly LegFare[] {
  const matches = legMatches(tariff, leg);
  const sure = matches.filter(({ unknown }) => unknown.length === 0);
  return faresOf(tariff, leg, sure.length > 0 ? foremost(sure) : foremost(matches));
}

function foremost(matches: readonly LegMatch[]): readonly LegMatch[] {
  const highest = Math.max(...matches.map(({ rule }) => rule.priority ?? 0));
  return matches.filter(({ rule }) => (rule.priority ?? 0) === highest);
}

function faresOf(tariff: Tariff, leg: Leg, matches: readonly LegMatch[]): readonly LegFare[] {
  return matches.flatMap(({ rule, unknown }) => {
    const product = productFor(tariff, rule.product, leg);
    if (product === undefined) return [];
    const { legGroup } = rule;
    return [{ product, ...(legGroup !== undefined && { legGroup }), provisional: unknown }];
  });
}

function cheapest(fares: readonly LegFare[]): LegFare | undefined {
  const [first, ...others] = fares;
  return others.reduce(
    (best, next) =>
      best !== undefined && best.product.price.amount <= next.product.price.amount ? best : next,
    first,
  );
}

/** The row of a product that fits the rider best; undefined when the product is not for them. */
export function productFor(tariff: Tariff, id: string, leg: Leg): FareProduct | undefined {
  const riderCategory = leg.riderCategory ?? defaultCategory(tariff);
  const fits = (wanted: string | undefined, has: string | undefined) =>
    wanted === undefined || wanted === has;
  const rows = tariff.products.filter(
    (row) =>
      row.id === id && fits(row.riderCategory, riderCategory) && fits(row.fareMedia, leg.fareMedia),
  );
  return rows.toSorted((a, b) => precision(b) - precision(a) || a.price.amount - b.price.amount)[0];
}

/** A row for this category or medium counts before a row for all. */
function precision({ riderCategory, fareMedia }: FareProduct): number {
  return (riderCategory === undefined ? 0 : 2) + (fareMedia === undefined ? 0 : 1);
}

export function defaultCategory({ riderCategories }: Tariff): string | undefined {
  return [...riderCategories].find(([, { isDefault }]) => isDefault)?.[0];
}
