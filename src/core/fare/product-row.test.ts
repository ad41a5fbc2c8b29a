import { expect, test } from 'vitest';
import { aFlatTariff } from '../../../sim/testing/builders.ts';
import type { Leg } from './leg.ts';
import { productFor } from './product-row.ts';
import type { FareProduct } from './tariff.ts';

const categories = new Map([
  ['anak', { name: 'Anak', isDefault: false }],
  ['umum', { name: 'Umum', isDefault: true }],
]);

function row(amount: number, change: Partial<FareProduct> = {}): FareProduct {
  return { id: 'tiket', price: { amount, currency: 'IDR' }, ...change };
}

function priceFor(rider: Partial<Leg>, ...products: FareProduct[]): number | undefined {
  const tariff = aFlatTariff({ products, riderCategories: categories });
  return productFor(tariff, 'tiket', { boarding: { at: 0 }, ...rider })?.price.amount;
}

// GTFS reference, fare_products.txt: an empty rider_category_id is for every category, an empty
// fare_media_id for whatever medium.
test.each<[string, Partial<Leg>, readonly FareProduct[], number | undefined]>([
  ['a row that names nothing is for everybody', {}, [row(3_500)], 3_500],
  ['a rider without a category has the default one', {}, [row(1, { riderCategory: 'umum' })], 1],
  [
    'another category’s row is not for them',
    { riderCategory: 'anak' },
    [row(1, { riderCategory: 'umum' })],
    undefined,
  ],
  [
    'the row of their category counts before the row for all, though dearer',
    { riderCategory: 'anak' },
    [row(1), row(2, { riderCategory: 'anak' })],
    2,
  ],
  [
    'a medium that is not known fits no row that names one',
    {},
    [row(1, { fareMedia: 'qris' })],
    undefined,
  ],
  [
    'the row of their medium counts before the row for all',
    { fareMedia: 'qris' },
    [row(1), row(2, { fareMedia: 'qris' }), row(3, { fareMedia: 'tunai' })],
    2,
  ],
  [
    'the category counts more than the medium',
    { riderCategory: 'anak', fareMedia: 'qris' },
    [row(1, { fareMedia: 'qris' }), row(2, { riderCategory: 'anak' })],
    2,
  ],
  ['of equal rows the cheapest', {}, [row(3), row(2), row(4)], 2],
  ['no row of the product', {}, [row(1, { id: 'other' })], undefined],
])('%s', (_, rider, products, amount) => {
  expect(priceFor(rider, ...products)).toBe(amount);
});
