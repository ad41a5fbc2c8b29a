import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import {
  aCardToken,
  aFlatTariff,
  aListing,
  aPastTap,
  aQrisToken,
  aRiskPolicy,
  aTicketToken,
  gopay,
  someHistory,
  someNow,
  someRules,
  someSituation,
  strangerKey,
} from '../../sim/testing/builders.ts';
import { clockQualities } from './clock-quality.ts';
import { decideTap } from './decide.ts';
import type { PastTap } from './fare/past-tap.ts';
import type { Tariff } from './fare/tariff.ts';
import { listingReasons } from './lists/security-listing.ts';
import { reasons } from './reason.ts';
import type { Policy } from './rules/policy.ts';
import type { Situation } from './rules/rule.ts';
import type { Rules } from './rules/rules.ts';
import type { Token } from './token/token.ts';

// Any token in any situation, of few names, times and amounts, so that they often meet.
const hour = 3_600_000;
const idr = (amount: number) => ({ amount, currency: 'IDR' });
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });
const products = ['umum-nontunai', 'pass', 'tiket'] as const;

const tickets = [
  aTicketToken(),
  ...(['single', 'pass', 'staff'] as const).map((kind) => aTicketToken({ kind })),
  aTicketToken({ kind: 'carnet', rides: 2, product: 'pass' }),
  aTicketToken({ kind: 'group', riders: 3 }),
  aTicketToken({ key: strangerKey }),
  aTicketToken({ notBefore: 0, expires: 1 }),
  aTicketToken({ weekdays: 1 }),
  aTicketToken({ networks: ['n'] }),
];
const cards = fc
  .record({ balance: fc.constantFrom(0, 1_000, 3_500, 20_000), pass: fc.constantFrom(0, 1, 2) })
  .map(({ balance, pass }) => {
    const until = pass === 1 ? someNow - hour : someNow + hour;
    const held = pass === 0 ? {} : { pass: { product: 'pass', from: 0, until } };
    return aCardToken({ balance: idr(balance), ...held });
  });
const numbers = fc.constant({ ...aCardToken(), proof: { kind: 'identifier' } as const }).map(bare);
const payments = fc.constantFrom(gopay, '93600999', '').map((issuer) => aQrisToken({ issuer }));
const someTokens: fc.Arbitrary<Token> = fc.oneof(
  fc.constantFrom(...tickets),
  cards,
  numbers,
  payments,
);

function bare({ card: _, ...token }: Token): Token {
  return token;
}

const someStops = maybe(fc.constantFrom('A', 'B', 'C'));
const someTimes = fc.integer({ min: -2 * hour, max: 2 * hour }).map((ago) => someNow + ago);
const someTaps: fc.Arbitrary<PastTap> = fc
  .record({
    at: fc.oneof(someTimes, fc.maxSafeInteger()),
    action: fc.constantFrom('single', 'enter', 'exit'),
    isSameToken: fc.boolean(),
    legGroup: maybe(fc.constantFrom('g', 'h')),
    transfersUsed: fc.nat(2),
    charged: fc.constantFrom(0, 1_000, 3_500).map(idr),
    rulesVersion: fc.constantFrom('test-1', 'test-0'),
    routeId: maybe(fc.constantFrom('r1', 'r2')),
    stopId: someStops,
  })
  .map(({ routeId, stopId, legGroup, at, ...tap }) =>
    aPastTap({
      ...{ ...tap, at },
      ...(legGroup !== undefined && { legGroup }),
      leg: {
        ...(routeId !== undefined && { routeId }),
        boarding: { at, ...(stopId !== undefined && { stopId }) },
      },
    }),
  );
const someLimits = fc.record({ taps: fc.nat(3), amount: fc.nat(9_000) });

const someTariffs: fc.Arbitrary<Tariff> = fc
  .record({
    price: fc.constantFrom(0, 1_000, 3_500),
    through: fc.constantFrom(-500, 0, 500),
    type: fc.constantFrom('first-and-transfer', 'both-and-transfer', 'transfer-only'),
    places: fc.boolean(),
    passIsLocal: fc.boolean(),
  })
  .map(({ price, through, type, places, passIsLocal }) =>
    aFlatTariff({
      products: [
        { id: 'umum-nontunai', price: idr(price) },
        { id: 'pass', price: idr(90_000) },
        { id: 'through', price: idr(through) },
      ],
      legRules: [
        { product: 'umum-nontunai', legGroup: 'g', ...(places && { fromArea: 'a' }), priority: 1 },
        { product: 'umum-nontunai', legGroup: 'h', ...(places && { network: 'n' }), priority: 0 },
        ...(passIsLocal ? [{ product: 'pass', network: 'n', priority: 0 }] : []),
      ],
      transferRules: [
        { fromLegGroup: 'g', toLegGroup: 'g', count: 1, type, product: 'through' },
        { fromLegGroup: 'h', toLegGroup: 'g', type },
      ],
      prepaidProducts: new Set(['pass']),
      areasOfStop: new Map([['A', ['a']]]),
      networkOfRoute: new Map([['r1', 'n']]),
    }),
  );
const somePolicies: fc.Arbitrary<Partial<Policy>> = fc.record({
  caps: fc.array(
    fc.record({
      id: fc.constant('cap'),
      period: fc.constantFrom({ kind: 'service-day' as const }, {
        kind: 'window',
        ms: hour,
      } as const),
      amount: fc.constantFrom(0, 2_000, 9_000).map(idr),
    }),
    { maxLength: 2 },
  ),
  tapping: fc.constantFrom(
    [],
    [
      {
        ...({ mode: 'enter-and-exit', sameStopCharge: 'nothing' } as const),
        ...({ forgottenCharge: 'maximum-fare', minimumBalance: 2_000 } as const),
        ...{ sameStopExitMs: hour / 4, forgottenAfterMs: hour },
      },
    ],
  ),
  passback: fc.constantFrom([], [{ groupMs: 20_000, groupRidersMax: 3, blockMs: 300_000 }]),
  risk: fc.boolean().map((acceptsOffline) => aRiskPolicy({ acceptsOffline })),
  onDebt: fc.constantFrom('allowTravel', 'blockPayAsYouGoTravel', 'blockAllTravel'),
  untrustedClock: fc
    .subarray(['tickets', 'passes', 'payments'] as const)
    .map((uses) => new Set(uses)),
  ...{ transferNeedsOtherRoute: fc.boolean(), ticketsTransfer: fc.boolean() },
  ...{ failOpen: fc.boolean(), graceMs: fc.constantFrom(0, hour) },
});
const someRulesOf: fc.Arbitrary<Rules> = fc
  .record({ tariff: someTariffs, policy: somePolicies, effectiveFrom: someTimes })
  .map((change) => someRules(change));
const someListings = fc.array(
  fc
    .record({
      effect: fc.constantFrom('deny', 'allow'),
      reason: fc.constantFrom(...listingReasons),
      product: fc.constantFrom(...products),
    })
    .map((change) => aListing(change)),
  { maxLength: 2 },
);
const someSituations: fc.Arbitrary<Situation> = fc
  .record({
    rules: someRulesOf,
    taps: fc.array(someTaps, { maxLength: 5 }),
    ridesUsed: fc.nat(3),
    atRisk: fc.record({ account: someLimits, device: someLimits }),
    now: fc.oneof(someTimes, fc.maxSafeInteger()),
    clockQuality: fc.constantFrom(...clockQualities),
    place: fc.record({ routeId: maybe(fc.constantFrom('r1', 'r2')), stopId: someStops }),
    listings: someListings,
    listAgeMs: maybe(fc.nat()),
    syncAgeMs: maybe(fc.nat()),
    authorisation: maybe(fc.constantFrom('approved', 'declined', 'no-answer')),
    failOpen: maybe(fc.boolean()),
  })
  .map(({ taps, ridesUsed, atRisk, authorisation, ...rest }) => {
    const history = { ...someHistory({ taps, atRisk }), ridesUsed };
    const { authorisation: _, ...unasked } = someSituation({ history, ...rest });
    return authorisation === undefined ? unasked : { ...unasked, authorisation };
  });

/** Most meetings are rare, and each run checks signatures: a busy machine needs its time. */
const runs = { numRuns: 500 };
vi.setConfig({ testTimeout: 20_000 });

test('decides about every token in every situation, twice the same, for one of its reasons', () => {
  fc.assert(
    fc.property(someTokens, someSituations, (token, situation) => {
      const decided = decideTap(token, situation);

      expect(decideTap(token, situation)).toEqual(decided);
      if ('ask' in decided) {
        expect(situation.authorisation).toBeUndefined();
        return;
      }
      const { code } = reasons[decided.reason];
      expect(decided.outcome).toBe(code < 200 ? 'accepted' : code < 300 ? 'refused' : 'retry');
    }),
    runs,
  );
});

test('charges never less than nothing, and for a ride never above a cap', () => {
  fc.assert(
    fc.property(someTokens, someSituations, (token, situation) => {
      const decided = decideTap(token, { ...situation, authorisation: 'approved' });
      if (decided.outcome !== 'accepted') return;
      const { amount, action } = decided.fare;
      const caps = situation.rules.policy.caps.map((cap) => cap.amount.amount);

      expect(amount.amount).toBeGreaterThanOrEqual(0);
      expect(Number.isSafeInteger(amount.amount)).toBe(true);
      // What was forgotten at an exit is a penalty and no fare.
      if (action !== 'enter') expect(amount.amount).toBeLessThanOrEqual(Math.min(...caps, 9e9));
    }),
    runs,
  );
});

test('asks the backend about what costs something, and about nothing else', () => {
  fc.assert(
    fc.property(payments, someSituations, (token, { authorisation: _, ...situation }) => {
      const decided = decideTap(token, situation);
      if (!('ask' in decided)) return;
      const { fare } = decided;

      expect(fare.amount.amount > 0 || fare.action === 'enter').toBe(true);
      const after = decideTap(token, { ...situation, authorisation: 'approved' });
      expect(after).toMatchObject({ outcome: 'accepted', basis: 'authorised' });
    }),
    runs,
  );
});

test('never lets anybody in for a deny entry', () => {
  fc.assert(
    fc.property(
      someTokens,
      someSituations,
      fc.constantFrom(...listingReasons),
      (token, situation, reason) => {
        const listings = [...situation.listings, aListing({ reason })];
        const before = decideTap(token, situation);
        const after = decideTap(token, { ...situation, listings });

        if ('ask' in after) expect('ask' in before).toBe(true);
        else if (after.outcome === 'accepted') {
          expect('ask' in before || before.outcome === 'accepted').toBe(true);
        }
      },
    ),
    runs,
  );
});

test('debits what the fare says, and only what the purse holds', () => {
  fc.assert(
    fc.property(cards, someSituations, (token, situation) => {
      const decided = decideTap(token, { ...situation, authorisation: 'no-answer' });
      if (decided.outcome !== 'accepted' || decided.instruction?.kind !== 'debit') return;

      expect(decided.instruction.amount.amount).toBe(decided.fare.amount.amount);
      expect(token.card?.balance.amount).toBeGreaterThanOrEqual(decided.fare.amount.amount);
    }),
    runs,
  );
});
