import { expect, test } from 'vitest';
import { aFlatTariff, aTicketToken, someFacts, someRules } from '../../../sim/testing/builders.ts';
import type { Token } from '../token/token.ts';
import { validHere } from './valid-here.ts';

const networkOfRoute = new Map([
  ['koridor-1', 'brt'],
  ['koridor-2', 'brt'],
]);

function judge(token: Token, routeId: string | undefined) {
  const rules = someRules({ tariff: aFlatTariff({ networkOfRoute }) });
  return validHere(someFacts({ token, place: { routeId }, rules }));
}

test.each([
  ['everywhere', {}, undefined],
  ['on this route', { routes: ['koridor-9', 'koridor-1'] }, undefined],
  ['on another route', { routes: ['koridor-9'] }, 'not-valid-here'],
  ['in this network', { networks: ['brt'] }, undefined],
  ['in a network that the rules do not know', { networks: ['feeder'] }, 'not-valid-here'],
  ['on another route and in this network', { routes: ['x'], networks: ['brt'] }, undefined],
])('judges a ticket that is valid %s', (_, claims, expected) => {
  expect(judge(aTicketToken(claims), 'koridor-1')).toBe(expected);
});

test('refuses a ticket of the network on a route outside of it', () => {
  expect(judge(aTicketToken({ networks: ['brt'] }), 'koridor-3')).toBe('not-valid-here');
});

test('has nothing to say on a bus that does not know its route', () => {
  expect(judge(aTicketToken({ routes: ['koridor-9'] }), undefined)).toBeUndefined();
});
