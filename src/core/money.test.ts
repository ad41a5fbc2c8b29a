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

test('writes another currency with its code and in minor units', () => {
  expect(formatMoney({ amount: 3_500, currency: 'EUR' })).toBe('EUR 3500');
});
