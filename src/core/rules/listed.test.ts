import { expect, test } from 'vitest';
import {
  aQrisToken,
  aTicketToken,
  someFacts,
  someNow,
  someRules,
} from '../../../sim/testing/builders.ts';
import { hex } from '../bytes.ts';
import { listed } from './listed.ts';
import type { ListedCard } from './rules.ts';

const token = aQrisToken({ format: 'uid-card', proof: { kind: 'identifier' } });

function judge(entry: ListedCard) {
  const listedCards = new Map([[hex(token.tokenKey), entry]]);
  return listed(someFacts({ token, rules: someRules({ listedCards }) }));
}

test('takes a card that is listed', () => {
  expect(judge({ product: 'pelajar' })).toBeUndefined();
});

test('refuses a card that is not', () => {
  expect(listed(someFacts({ token }))).toBe('card-not-listed');
});

test.each([
  [someNow + 1, undefined],
  [someNow, 'token-expired'],
])('judges a card that is listed until %i: %s', (until, expected) => {
  expect(judge({ product: 'pelajar', until })).toBe(expected);
});

test('says nothing about a token that can be proved', () => {
  expect(listed(someFacts({ token: aTicketToken() }))).toBeUndefined();
});
