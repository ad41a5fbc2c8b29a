import { expect, test } from 'vitest';
import {
  aHolderKey,
  aTicket,
  aTicketToken,
  holderKey,
  keyed,
  parsedValue,
  someFacts,
  someNow,
  someRules,
} from '../../../sim/testing/builders.ts';
import { readAcceptance } from '../../bundle/read-acceptance.ts';
import { presentTicket } from '../ticket/presentation.ts';
import { parseHalteTicket } from '../token/halte-ticket.ts';
import type { Token } from '../token/token.ts';
import { clockTrusted } from './clock-trusted.ts';

const screenshot = parsedValue(
  parseHalteTicket(
    presentTicket(aTicket({ holder: aHolderKey() }), holderKey, someNow - 9 * 60_000),
    keyed,
  ),
);

/** What acceptance.json says when it says nothing of clocks. */
const byDefault = new Set(
  readAcceptance(new Map([['acceptance.json', new TextEncoder().encode('{"version":"1"}')]]))
    .acceptance?.untrustedClock,
);

function judge(token: Token, untrustedClock: ReadonlySet<string> = byDefault) {
  const rules = someRules({ policy: { untrustedClock: untrustedClock as typeof byDefault } });
  return clockTrusted(someFacts({ token, rules, clockQuality: 'untrusted' }));
}

test('lets no screenshot live on while nobody vouches for the clock', () => {
  expect(judge(screenshot)).toBe('clock-untrusted');
  expect(judge(screenshot, new Set(['tickets']))).toBe('clock-untrusted');
});

test('takes tickets that prove nothing of a moment by any clock', () => {
  expect(judge(aTicketToken())).toBeUndefined();
});

test('takes codes of a moment all the same where the operator wants it', () => {
  expect(judge(screenshot, new Set(['timed-tickets']))).toBeUndefined();
});

test('asks nothing of a clock that somebody vouches for', () => {
  const rules = someRules({ policy: { untrustedClock: new Set() } });

  expect(
    clockTrusted(someFacts({ token: screenshot, rules, clockQuality: 'rtc' })),
  ).toBeUndefined();
});
