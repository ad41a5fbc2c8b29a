import { expect, test } from 'vitest';
import { aQrisToken, aTicketToken, someRules } from '../../../sim/testing/builders.ts';
import { flatFare } from './flat-fare.ts';

test('takes the flat fare from a payment code', () => {
  expect(flatFare(aQrisToken(), someRules())).toEqual({
    product: 'umum-nontunai',
    amount: { amount: 3_500, currency: 'IDR' },
  });
});

test('takes nothing from a ticket and names its own product', () => {
  expect(flatFare(aTicketToken({ product: 'pelajar' }), someRules())).toEqual({
    product: 'pelajar',
    amount: { amount: 0, currency: 'IDR' },
  });
});
