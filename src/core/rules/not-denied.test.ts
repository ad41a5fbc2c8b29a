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
