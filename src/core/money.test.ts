import { expect, test } from 'vitest';
import { formatMoney } from './money.ts';

test.each([
  [0, 'Rp 0'],
  [500, 'Rp 500'],
  [3_500, 'Rp 3.500'],
  [12_500, 'Rp 12.500'],
  [100_000, 'Rp 100.000'],
  [1_000_000, 'Rp 1.000.000'],
  [-3_500, 'Rp -3.500'],
  [-500, 'Rp -500'],
])('writes %i rupiah as riders do: %s', (amount, text) => {
  expect(formatMoney({ amount, currency: 'IDR' })).toBe(text);
});

test.each([
  [350, 'EUR', 'EUR 3.50'],
  [5, 'AUD', 'AUD 0.05'],
  [-80, 'AUD', 'AUD -0.80'],
  [350, 'JPY', 'JPY 350'],
  [1_250, 'KWD', 'KWD 1.250'],
])('writes %i minor units of %s with its code and decimals: %s', (amount, currency, text) => {
  expect(formatMoney({ amount, currency })).toBe(text);
});
