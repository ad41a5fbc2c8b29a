import { expect, test } from 'vitest';
import {
  aHolderKey,
  aTicket,
  aTicketToken,
  holderKey,
  keyed,
  parsedValue,
  skewOf,
  someFacts,
  someNow,
  someRules,
  strangerKey,
} from '../../../sim/testing/builders.ts';
import {
  answeredChallenge,
  bucketMs,
  presentTicket,
  proofMessage,
} from '../ticket/presentation.ts';
import { parseBareTicket, parseHalteTicket } from '../token/halte-ticket.ts';
import { held } from './held.ts';

const ticket = aTicket({ holder: aHolderKey() });
const bucketStart = someNow - (someNow % bucketMs);

/** The holder's phone shows a code at one time, and the validator reads it at another. */
function judge(shownAt: number, readAt: number, skewMs = 0) {
  const token = parsedValue(parseHalteTicket(presentTicket(ticket, holderKey, shownAt), keyed));
  const rules = someRules({ policy: { clockSkewMs: skewOf(skewMs) } });
  return held(someFacts({ token, now: readAt, rules }));
}

test('says nothing about a ticket that names no holder', () => {
  expect(held(someFacts({ token: aTicketToken() }))).toBeUndefined();
});

test('refuses a ticket that names its holder and comes without a proof', () => {
  const token = parsedValue(parseHalteTicket(ticket, keyed));

  expect(held(someFacts({ token }))).toBe('holder-proof-missing');
});

test.each([
  ['at once', 0, 0, undefined],
  ['at the end of its half minute', 0, bucketMs - 1, undefined],
  ['when the next has begun', 0, bucketMs, 'holder-proof-stale'],
  ['a moment before it was made', 0, -1, 'holder-proof-stale'],
  ['late in its half minute, a second later', bucketMs - 500, bucketMs + 500, 'holder-proof-stale'],
])('judges a code read %s', (_, shown, read, expected) => {
  expect(judge(bucketStart + shown, bucketStart + read)).toBe(expected);
});

test('lets a screenshot die in under a minute where the clock is good', () => {
  const skewMs = someRules().policy.clockSkewMs.ntp;
  const lifetime = [20_000, 25_000, 30_000, 35_000].map((age) =>
    judge(bucketStart, bucketStart + age, 5_000),
  );

  expect(skewMs).toBeGreaterThan(0);
  expect(lifetime).toEqual([undefined, undefined, undefined, 'holder-proof-stale']);
});

test('does not take the proof of another key', () => {
  const forged = presentTicket(ticket, strangerKey, someNow);
  const token = parsedValue(parseHalteTicket(forged, keyed));

  expect(held(someFacts({ token }))).toBe('holder-proof-invalid');
});

test('does not take the proof of another ticket of the same holder', () => {
  const other = aTicket({ holder: aHolderKey(), product: 'bulanan' });
  const proof = answeredChallenge(
    ticket,
    new Uint8Array(16),
    holderKey.sign(proofMessage(other, new Uint8Array(16))),
  );
  const token = parsedValue(parseBareTicket(ticket, keyed, proof));

  expect(held(someFacts({ token }))).toBe('holder-proof-invalid');
});

test('takes a proof for the reader’s challenge at any time', () => {
  const challenge = new Uint8Array(16).fill(5);
  const proof = answeredChallenge(
    ticket,
    challenge,
    holderKey.sign(proofMessage(ticket, challenge)),
  );
  const token = parsedValue(parseBareTicket(ticket, keyed, proof));

  expect(held(someFacts({ token, now: 0 }))).toBeUndefined();
});

test('does not take the answer to yesterday’s challenge', () => {
  const signature = holderKey.sign(proofMessage(ticket, new Uint8Array(16).fill(5)));
  const proof = answeredChallenge(ticket, new Uint8Array(16).fill(6), signature);
  const token = parsedValue(parseBareTicket(ticket, keyed, proof));

  expect(held(someFacts({ token }))).toBe('holder-proof-invalid');
});

test('takes no proof under a key that verifies nothing', () => {
  const weak = aTicket({ holder: { algorithm: 'EdDSA', publicKey: new Uint8Array(32) } });
  const shown = presentTicket(weak, holderKey, someNow);
  const token = parsedValue(parseHalteTicket(shown, keyed));

  expect(held(someFacts({ token }))).toBe('holder-proof-invalid');
});
