import fc from 'fast-check';
import { expect, test } from 'vitest';
import { minorUnits } from './minor-units.ts';

test.each([
  ['3500', 'IDR', 3_500],
  ['3500.00', 'IDR', 3_500],
  ['3500.50', 'IDR', undefined],
  ['2.5', 'EUR', 250],
  ['-0.50', 'EUR', -50],
  ['0', 'EUR', 0],
  ['-0', 'EUR', 0],
  ['120', 'JPY', 120],
  ['1.234', 'BHD', 1_234],
  ['0.1', 'USD', 10],
  ['1.10', 'USD', 110],
])('counts %s %s in minor units', (amount, currency, expected) => {
  expect(minorUnits(amount, currency)).toBe(expected);
});

test('counts every amount of cents without losing one', () => {
  const cents = fc.integer({ min: -99_999_999, max: 99_999_999 });
  fc.assert(
    fc.property(cents, (units) => {
      const text = `${units < 0 ? '-' : ''}${String(Math.abs(units)).padStart(3, '0')}`;
      const amount = `${text.slice(0, -2)}.${text.slice(-2)}`;

      expect(minorUnits(amount, 'EUR')).toBe(units);
    }),
  );
});
