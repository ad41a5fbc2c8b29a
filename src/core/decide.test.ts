import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  aCardToken,
  aFare,
  aFlatTariff,
  aListing,
  aPastTap,
  aQrisToken,
  aRiskPolicy,
  aTicketToken,
  type RulesChange,
  someClaims,
  someHistory,
  someNow,
  someRules,
  someSituation,
  strangerKey,
  type TicketChange,
} from '../../sim/testing/builders.ts';
import { utf8 } from './bytes.ts';
import { decideTap } from './decide.ts';
import type { PastTap } from './fare/past-tap.ts';
import type { SecurityListing } from './lists/security-listing.ts';
import type { Reason } from './reason.ts';
import { reasons } from './reason.ts';
import type { Situation, TapHistory } from './rules/rule.ts';
import type { Token } from './token/token.ts';

const denied = [aListing()];
const justNow = someHistory({ taps: [aPastTap({ at: someNow - 1 })] });
const longAgo = someHistory({ taps: [aPastTap({ at: 0 })] });
const expired = { expires: someNow / 1_000 - 60 };

test('accepts a genuine ticket as verified, at no charge', () => {
  expect(decideTap(aTicketToken(), someSituation())).toEqual({
    outcome: 'accepted',
    basis: 'verified',
    reason: 'ticket-valid',
    fare: {
      ...{ product: 'harian', amount: { amount: 0, currency: 'IDR' } },
      ...{ action: 'single', leg: { boarding: { at: someNow } } },
    },
  });
});

test('accepts a payment code at risk, for the flat fare', () => {
  expect(decideTap(aQrisToken(), someSituation())).toEqual({
    outcome: 'accepted',
    basis: 'risk-accepted',
    reason: 'risk-within-limits',
    fare: aFare({ isCapped: false }),
  });
});

interface TapChange {
  readonly ticket?: TicketChange;
  readonly history?: TapHistory;
  readonly rules?: RulesChange;
  readonly listings?: readonly SecurityListing[];
}

/** What stands first is what the rider hears of: each row adds a fault that comes later. */
test.each<[Reason, TapChange]>([
  ['unknown-key', { ticket: { kid: utf8('none') } }],
  ['unknown-key', { ticket: { issuer: 'other' } }],
  ['signature-invalid', { ticket: { key: strangerKey } }],
  ['signature-invalid', { ticket: { key: strangerKey, ...expired }, listings: denied }],
  ['token-denied', { listings: denied }],
  ['token-denied', { ticket: expired, listings: denied, history: justNow }],
  ['token-expired', { ticket: expired }],
  ['token-expired', { ticket: expired, history: justNow }],
  ['token-not-yet-valid', { ticket: { notBefore: someNow / 1_000 + 61 } }],
  ['already-tapped', { history: justNow }],
  ['already-tapped', { ticket: { kind: 'single' }, history: longAgo }],
])('refuses a ticket: %s', (reason, { ticket, rules, ...change }) => {
  const situation = someSituation({ ...change, rules: someRules(rules) });

  const decision = decideTap(aTicketToken(ticket), situation);

  expect(decision).toMatchObject({ outcome: 'refused', reason });
});

const noWallet = { policy: { issuers: { allow: new Set<string>(), deny: new Set<string>() } } };
const none = { taps: 0, amount: 0 };
const hundredTaps = { account: none, device: { taps: 100, amount: 350_000 } };

test.each<[Reason, TapChange]>([
  ['token-denied', { listings: denied, rules: noWallet, history: justNow }],
  ['already-tapped', { rules: noWallet, history: justNow }],
  ['issuer-not-accepted', { rules: noWallet }],
  ['risk-count-exceeded', { history: someHistory({ atRisk: hundredTaps }) }],
  [
    'risk-amount-exceeded',
    { rules: { policy: { risk: aRiskPolicy({ amountPerTapMax: 3_499 }) } } },
  ],
])('refuses a payment code: %s', (reason, { rules, ...change }) => {
  const situation = someSituation({ ...change, rules: someRules(rules) });

  const decision = decideTap(aQrisToken(), situation);

  expect(decision).toMatchObject({ outcome: 'refused', reason });
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
const someLimits = fc.record({ taps: fc.nat(200), amount: fc.nat(2_000_000) });
const someHistories: fc.Arbitrary<TapHistory> = fc.record({
  ridesUsed: fc.nat(20),
  taps: fc.array(
    fc.record({ at: someTimes, isSameToken: fc.boolean() }).map((change) => aPastTap(change)),
    { maxLength: 5 },
  ),
  atRisk: fc.record({ account: someLimits, device: someLimits }),
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

test('asks before it decides about a payment, when a yes would let the rider in', () => {
  const { authorisation: _, ...unasked } = someSituation();

  expect(decideTap(aQrisToken(), unasked)).toMatchObject({
    ask: 'authorisation',
    fare: { product: 'umum-nontunai', amount: { amount: 3_500, currency: 'IDR' } },
    deadlineMs: 1_500,
  });
  expect(decideTap(aQrisToken(), { ...unasked, listings: denied })).toMatchObject({
    outcome: 'refused',
    reason: 'token-denied',
  });
  expect(decideTap(aTicketToken(), unasked)).toMatchObject({ outcome: 'accepted' });
});

test.each([
  ['approved', { outcome: 'accepted', basis: 'authorised', reason: 'payment-authorised' }],
  ['declined', { outcome: 'refused', reason: 'payment-declined' }],
  ['no-answer', { outcome: 'refused', reason: 'payment-needs-link' }],
] as const)('decides about a payment that was %s', (authorisation, expected) => {
  const rules = someRules({ policy: { risk: aRiskPolicy({ acceptsOffline: false }) } });

  const decision = decideTap(aQrisToken(), someSituation({ rules, authorisation }));

  expect(decision).toMatchObject(expected);
});

const used = (minutesAgo: number, change: Partial<PastTap> = {}) =>
  aPastTap({ at: someNow - minutesAgo * 60_000, ...change });
const otherCode = { isSameToken: false };
const otherBus = { source: 'card', leg: { routeId: '5', boarding: { at: someNow } } } as const;

test.each<[string, Token, readonly PastTap[], number]>([
  ['a ticket', aTicketToken({ kind: 'single' }), [used(3)], 3],
  ['a code whose account used another since', aQrisToken(), [used(30), used(2, otherCode)], 30],
  [
    'a pass whose entry was reset since',
    aTicketToken(),
    [used(3), used(1, { action: 'reset' })],
    3,
  ],
  ['a pass that was on another bus since', aTicketToken(), [used(3), used(1, otherBus)], 3],
])('says of %s when it was used', (_what, token, taps, minutesAgo) => {
  const ridesUsed = taps.filter(({ isSameToken }) => isSameToken).length;
  const situation = someSituation({
    history: someHistory({ ridesUsed, taps }),
    place: { routeId: '1' },
  });

  expect(decideTap(token, situation)).toEqual({
    ...{ outcome: 'refused', reason: 'already-tapped' },
    tappedAt: someNow - minutesAgo * 60_000,
  });
});

test('says no time where the use is not remembered any more', () => {
  const history = someHistory({ ridesUsed: 1, taps: [used(2, otherCode)] });

  expect(decideTap(aTicketToken({ kind: 'single' }), someSituation({ history }))).toEqual({
    ...{ outcome: 'refused', reason: 'already-tapped' },
  });
});

test('never accepts with a deny entry what it refused without', () => {
  fc.assert(
    fc.property(someTokens, someHistories, someTimes, (token, history, now) => {
      const free = decideTap(token, someSituation({ history, now }));
      const listed = decideTap(token, someSituation({ history, now, listings: denied }));

      expect(listed.outcome === 'accepted' && free.outcome !== 'accepted').toBe(false);
    }),
  );
});

test.each([
  [true, { outcome: 'accepted', basis: 'fail-open', reason: 'fail-open' }],
  [false, { outcome: 'retry', reason: 'clock-untrusted' }],
])('lets riders board while the clock is untrusted, if the switch is %s', (failOpen, expected) => {
  const rules = someRules({ policy: { untrustedClock: new Set() } });
  const situation = someSituation({ rules, clockQuality: 'untrusted', failOpen });

  expect(decideTap(aTicketToken(), situation)).toMatchObject(expected);
});

const freeTransfers = aFlatTariff({
  legRules: [{ product: 'umum-nontunai', legGroup: 'g' }],
  transferRules: [{ fromLegGroup: 'g', toLegGroup: 'g', count: 1, type: 'first-and-transfer' }],
});
const halfAnHourAgo = someNow - 1_800_000;
const paidLeg = aPastTap({
  ...{ at: halfAnHourAgo, legGroup: 'g', isSameToken: false },
  leg: { routeId: 'r1', boarding: { at: halfAnHourAgo } },
});
const noOffline = {
  tariff: freeTransfers,
  policy: { risk: aRiskPolicy({ acceptsOffline: false }) },
};

test('takes a free transfer of a payment without asking anybody, after a leg that was paid for', () => {
  const { authorisation: _, ...unasked } = someSituation({
    rules: someRules(noOffline),
    place: { routeId: 'r2' },
  });
  const afterPaid = { ...unasked, history: someHistory({ taps: [paidLeg] }) };

  expect(decideTap(aQrisToken(), afterPaid)).toMatchObject({
    ...{ outcome: 'accepted', basis: 'risk-accepted', reason: 'transfer-applied' },
    fare: { amount: { amount: 0 }, transfersUsed: 1 },
  });
  expect(decideTap(aQrisToken(), unasked)).toMatchObject({ ask: 'authorisation' });
});

test.each<[Reason, Partial<Situation>]>([
  ['token-denied', { listings: denied }],
  ['debt-open', { listings: [aListing({ reason: 'debt' })] }],
  ['already-tapped', { history: { ...someHistory({ taps: [paidLeg] }), ridesUsed: 1 } }],
])('refuses a free transfer of a payment: %s', (reason, change) => {
  const rules = someRules(noOffline);
  const history = someHistory({ taps: [paidLeg] });

  const decision = decideTap(aQrisToken(), {
    ...someSituation({ rules, history, place: { routeId: 'r2' } }),
    ...change,
  });

  expect(decision).toMatchObject({ outcome: 'refused', reason });
});

test.each<[Reason, RulesChange, readonly PastTap[]]>([
  ['transfer-applied', { tariff: freeTransfers }, [paidLeg]],
  ['cap-reached', { policy: { caps: [aDayCap(3_500)] } }, [aPastTap({ at: halfAnHourAgo })]],
  ['free-ride', { tariff: freeTariff() }, []],
])('tells a card why it pays nothing: %s', (reason, rules, taps) => {
  const situation = someSituation({
    ...{ rules: someRules(rules), history: someHistory({ taps }), place: { routeId: 'r2' } },
  });

  const decision = decideTap(aCardToken(), situation);

  expect(decision).toMatchObject({ outcome: 'accepted', basis: 'verified', reason });
  expect(decision).toMatchObject({ instruction: { amount: { amount: 0 } } });
});

function aDayCap(amount: number) {
  const money = { amount, currency: 'IDR' };
  return { id: 'day', period: { kind: 'service-day' }, amount: money } as const;
}

function freeTariff() {
  return aFlatTariff({
    products: [{ id: 'umum-nontunai', price: { amount: 0, currency: 'IDR' } }],
  });
}
