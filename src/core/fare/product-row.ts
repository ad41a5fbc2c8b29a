/**
 * Which row of `fare_products.txt` is for a rider: one that names their category and what they pay
 * with, or leaves it open. Of several rows of one product, one that names it counts before one that
 * leaves it open, and of those that say equally much, the cheapest.
 */
import type { Leg } from './leg.ts';
import type { FareProduct, Tariff } from './tariff.ts';

/** The row of a product that fits the rider best; undefined when the product is not for them. */
export function productFor(tariff: Tariff, id: string, leg: Leg): FareProduct | undefined {
  return productsFor(tariff, [id], leg).get(id);
}

/** The same for several products at once, by their ids. */
export function productsFor(
  tariff: Tariff,
  ids: readonly string[],
  leg: Leg,
): ReadonlyMap<string, FareProduct> {
  const riderCategory = leg.riderCategory ?? defaultCategory(tariff);
  const wanted = new Set(ids);
  const best = new Map<string, FareProduct>();
  for (const row of tariff.products) {
    if (!wanted.has(row.id)) continue;
    const fits =
      (row.riderCategory ?? riderCategory) === riderCategory &&
      (row.fareMedia ?? leg.fareMedia) === leg.fareMedia;
    const known = best.get(row.id);
    if (fits && (known === undefined || isBetter(row, known))) best.set(row.id, row);
  }
  return best;
}

function isBetter(row: FareProduct, known: FareProduct): boolean {
  const gain = precision(row) - precision(known);
  return gain > 0 || (gain === 0 && row.price.amount < known.price.amount);
}

function precision({ riderCategory, fareMedia }: FareProduct): number {
  return (riderCategory === undefined ? 0 : 2) + (fareMedia === undefined ? 0 : 1);
}

/** The category of a rider who shows none. */
export function defaultCategory({ riderCategories }: Tariff): string | undefined {
  return [...riderCategories].find(([, { isDefault }]) => isDefault)?.[0];
}
