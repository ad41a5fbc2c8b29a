import fc from 'fast-check';
import { expect, test } from 'vitest';
import { driverActionOf, idCharactersMax, ridersAtOnceMax } from './driver-request.ts';

test.each([
  [{ action: 'cash-fare', riders: 1 }],
  [{ action: 'cash-fare', riders: ridersAtOnceMax, riderCategory: 'pelajar' }],
  [{ action: 'count', riders: 2, riderCategory: 'x'.repeat(idCharactersMax) }],
  [{ action: 'void-last' }],
  [{ action: 'assign-trip', routeId: 'koridor-1' }],
  [{ action: 'assign-trip', routeId: 'koridor-1', directionId: 0, tripId: 'k1-0600' }],
  [{ action: 'release-trip' }],
  [{ action: 'inspect', on: true }],
  [{ action: 'fail-open', on: false }],
  [{ action: 'fare-code' }],
  [{ action: 'reset-entry' }],
])('takes %j', (request) => {
  expect(driverActionOf(request)).toEqual(request);
});

test.each([
  [undefined, 'a JSON object'],
  [null, 'a JSON object'],
  [[], 'a JSON object'],
  ['void-last', 'a JSON object'],
  [{}, '"action" is one of cash-fare, count'],
  [{ action: 'refund' }, '"action" is one of'],
  [{ action: 'toString' }, '"action" is one of'],
  [{ action: 1 }, '"action" is one of'],
  [{ action: 'cash-fare' }, '"riders" is a whole number from 1 to 50'],
  [{ action: 'cash-fare', riders: 0 }, '"riders"'],
  [{ action: 'cash-fare', riders: ridersAtOnceMax + 1 }, '"riders"'],
  [{ action: 'cash-fare', riders: 1.5 }, '"riders"'],
  [{ action: 'cash-fare', riders: '1' }, '"riders"'],
  [{ action: 'cash-fare', riders: 1, riderCategory: '' }, '"riderCategory" is a text of 1 to 64'],
  [{ action: 'cash-fare', riders: 1, riderCategory: 'a\u001b[2J' }, '"riderCategory"'],
  [{ action: 'cash-fare', riders: 1, riderCategory: 'x'.repeat(65) }, '"riderCategory"'],
  [{ action: 'cash-fare', riders: 1, amount: 1 }, 'this action takes riderCategory, riders'],
  [{ action: 'count', riders: 1 }, '"riderCategory"'],
  [{ action: 'void-last', seq: 7 }, 'this action takes none'],
  [{ action: 'inspect', on: 1 }, '"on" is true or false'],
  [{ action: 'assign-trip' }, '"routeId"'],
  [{ action: 'assign-trip', routeId: '1', directionId: 2 }, '"directionId" is 0 or 1'],
])('names what is wrong with %j', (request, what) => {
  expect(driverActionOf(request)).toMatchObject({
    ...{ ok: false, code: 'driver/bad-request', hint: expect.any(String) },
    text: { en: expect.stringContaining(what), id: expect.stringContaining(what) },
  });
});

test('takes any JSON for an action or names a mistake, and repeats nothing of it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      const answer = driverActionOf(json);
      expect('ok' in answer && answer.code).toBe('driver/bad-request');
    }),
  );
});
