import { expect, test } from 'vitest';
import { cardRideOf, markOf, rideMarks, transfersMax } from './ride-marks.ts';

/** By Python’s hashlib: SHA-256 of the length, four bytes, and the id. */
test('marks an id by the beginning of its hash', () => {
  expect(markOf('stop', 'simpang-lima')).toBe(0x492bf5);
  expect(markOf('product', 'umum')).toBe(0x2f);
});

/** The hash of this id begins with a zero byte, by Python’s hashlib. */
test('never marks an id as none', () => {
  expect(markOf('product', 'produk-415')).toBe(1);
});

const fare = {
  ...{ product: 'umum', amount: { amount: 0, currency: 'IDR' }, legGroup: 'biasa' },
  leg: { routeId: 'K1', boarding: { at: 0, stopId: 'a' }, alighting: { at: 1, stopId: 'b' } },
};

test.each([
  ['single', 'a'],
  ['enter', 'a'],
  ['exit', 'b'],
] as const)('keeps of a tap "%s" the stop %s', (action, stopId) => {
  expect(cardRideOf({ ...fare, action })).toMatchObject({ action, stopId, routeId: 'K1' });
});

test('says nothing of what is not known, and counts no further than a card can', () => {
  expect(rideMarks({ action: 'single', product: 'umum', transfers: 99 })).toEqual({
    ...{ action: 'single', transfers: transfersMax, product: markOf('product', 'umum') },
  });
});
