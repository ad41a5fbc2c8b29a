import { expect, test } from 'vitest';
import { aQrisToken, aTicketToken, someFacts, someRules } from '../../../sim/testing/builders.ts';
import { hex } from '../bytes.ts';
import { notDenied } from './not-denied.ts';

test.each([
  ['a ticket', aTicketToken()],
  ['a payment code', aQrisToken()],
])('objects to %s on the deny list and to no other', (_, token) => {
  const listed = someRules({ denyList: new Set(['00', hex(token.tokenKey)]) });
  const unlisted = someRules({ denyList: new Set(['00', hex(token.tokenKey).slice(2)]) });

  expect(notDenied(someFacts({ token, rules: listed }))).toBe('token-denied');
  expect(notDenied(someFacts({ token, rules: unlisted }))).toBeUndefined();
});

test('objects to every code of an account that is denied', () => {
  const accountKey = new Uint8Array(32).fill(4);
  const rules = someRules({ denyList: new Set([hex(accountKey)]) });

  expect(notDenied(someFacts({ token: aQrisToken({ accountKey }), rules }))).toBe('token-denied');
  expect(notDenied(someFacts({ token: aQrisToken(), rules }))).toBeUndefined();
});

test.each([
  ['revoked', 'ticket-revoked'],
  ['blocked', 'ticket-blocked'],
])('tells a ticket that is %s from one that is denied', (list, reason) => {
  const token = aTicketToken();
  const rules = someRules({ [list]: new Set([hex(token.tokenKey)]) });

  expect(notDenied(someFacts({ token, rules }))).toBe(reason);
});
