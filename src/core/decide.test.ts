import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  aQrisToken,
  aTicketToken,
  someClaims,
  someHistory,
  someNow,
  someRules,
  someSituation,
  strangerKey,
  type TicketChange,
} from '../../sim/testing/builders.ts';
import { hex, utf8 } from './bytes.ts';
import { decideTap } from './decide.ts';
import type { Reason } from './reason.ts';
import { reasons } from './reason.ts';
import type { TapHistory } from './rules/rule.ts';
import type { Rules } from './rules/rules.ts';
import type { Token } from './token/token.ts';

const denyAll: Rules['denyList'] = new Set([
  hex(aTicketToken().tokenKey),
  hex(aQrisToken().tokenKey),
]);
const justNow = someHistory({ lastAcceptedAt: someNow - 1 });
const expired = { expires: someNow / 1_000 - 60 };

test('accepts a genuine ticket as verified, at no charge', () => {
  expect(decideTap(aTicketToken(), someSituation())).toEqual({
    outcome: 'accepted',
    basis: 'verified',
    reason: 'ticket-valid',
    fare: { product: 'harian', amount: { amount: 0, currency: 'IDR' } },
  });
});

test('accepts a payment code at risk, for the flat fare', () => {
  expect(decideTap(aQrisToken(), someSituation())).toEqual({
    outcome: 'accepted',
    basis: 'risk-accepted',
    reason: 'risk-within-limits',
    fare: { product: 'umum-nontunai', amount: { amount: 3_500, currency: 'IDR' } },
  });
});

interface TapChange {
  readonly ticket?: TicketChange;
  readonly history?: TapHistory;
  readonly rules?: Partial<Rules>;
}

/** What stands first is what the rider hears of: each row adds a fault that comes later. */
test.each<[Reason, TapChange]>([
  ['unknown-key', { ticket: { kid: utf8('none') } }],
  ['unknown-key', { ticket: { issuer: 'other' } }],
  ['signature-invalid', { ticket: { key: strangerKey } }],
  ['signature-invalid', { ticket: { key: strangerKey, ...expired }, rules: { denyList: denyAll } }],
  ['token-denied', { rules: { denyList: denyAll } }],
  ['token-denied', { ticket: expired, rules: { denyList: denyAll }, history: justNow }],
  ['token-expired', { ticket: expired }],
  ['token-expired', { ticket: expired, history: justNow }],
  ['token-not-yet-valid', { ticket: { notBefore: someNow / 1_000 + 61 } }],
  ['already-tapped', { history: justNow }],
  ['already-tapped', { ticket: { kind: 'single' }, history: someHistory({ lastAcceptedAt: 0 }) }],
])('refuses a ticket: %s', (reason, { ticket, history = someHistory(), rules }) => {
  const decision = decideTap(
    aTicketToken(ticket),
    someSituation({ history, rules: someRules(rules) }),
  );

  expect(decision).toEqual({ outcome: 'refused', reason });
});

test.each<[Reason, TapChange]>([
  ['token-denied', { rules: { denyList: denyAll, acceptedIssuers: new Set() }, history: justNow }],
  ['already-tapped', { rules: { acceptedIssuers: new Set() }, history: justNow }],
  ['issuer-not-accepted', { rules: { acceptedIssuers: new Set() } }],
  ['risk-count-exceeded', { history: someHistory({ riskTapsToday: 100 }) }],
  [
    'risk-amount-exceeded',
    { rules: { risk: { amountPerTapMax: { amount: 3_499, currency: 'IDR' }, tapsPerDayMax: 9 } } },
  ],
])('refuses a payment code: %s', (reason, { history = someHistory(), rules }) => {
  const decision = decideTap(aQrisToken(), someSituation({ history, rules: someRules(rules) }));

  expect(decision).toEqual({ outcome: 'refused', reason });
});

const someTickets = [
  aTicketToken(),
  aTicketToken({ kind: 'single' }),
  aTicketToken({ key: strangerKey }),
  aTicketToken({ notBefore: 0, expires: 1 }),
  aTicketToken({ notBefore: 0, expires: 253_402_300_799 }),
];
const someTokens: fc.Arbitrary<Token> = fc.oneof(
  fc.constantFrom(...someTickets),
  fc
    .record({
      issuer: fc.stringMatching(/^9360\d{4}$/),
      tokenKey: fc.uint8Array({ size: 'small' }),
    })
    .map(aQrisToken),
);
const someTimes = fc.maxSafeInteger();
const someHistories: fc.Arbitrary<TapHistory> = fc.record({
  lastAcceptedAt: fc.option(someTimes, { nil: undefined }),
  timesAccepted: fc.nat(20),
  riskTapsToday: fc.nat(200),
});

test('decides about every token at every time, and twice the same', () => {
  fc.assert(
    fc.property(someTokens, someHistories, someTimes, (token, history, now) => {
      const decision = decideTap(token, someSituation({ history, now }));

      expect(decideTap(token, someSituation({ history, now }))).toEqual(decision);
      expect(reasons[decision.reason].code < 200).toBe(decision.outcome === 'accepted');
    }),
  );
});

test('never accepts later what it once refused as expired', () => {
  const { expires } = someClaims();
  const around = fc.integer({ min: (expires - 100) * 1_000, max: (expires + 100) * 1_000 });

  fc.assert(
    fc.property(around, fc.nat(), (now, laterMs) => {
      const decide = (at: number) => decideTap(aTicketToken(), someSituation({ now: at })).reason;
      const isExpired = decide(now) === 'token-expired';

      expect(!isExpired || decide(now + laterMs) === 'token-expired').toBe(true);
    }),
  );
});
