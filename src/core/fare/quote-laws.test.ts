import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aFlatTariff, someNow } from '../../../sim/testing/builders.ts';
import type { CapPolicy } from '../rules/policy.ts';
import type { Leg, PastLeg } from './leg.ts';
import { legFares } from './leg-fare.ts';
import { type QuoteInput, quoteFare, type TraceStep } from './quote.ts';
import type { Tariff } from './tariff.ts';

// Tariffs and journeys of a few names, so that they often meet.
const minute = 60_000;
const idr = (amount: number) => ({ amount, currency: 'IDR' });
const name = (...names: string[]) => fc.constantFrom(...names);
/** Any of the fields may be absent. */
const optional = { requiredKeys: [] as [] };

const someProducts = fc.array(
  fc
    .tuple(
      fc.constantFrom('p', 'q', 'r'),
      fc.integer({ min: 0, max: 9_000 }),
      fc.record(
        {
          riderCategory: name('u', 'l'),
          fareMedia: name('m'),
        },
        optional,
      ),
    )
    .map(([id, amount, rest]) => ({ id, price: idr(amount), ...rest })),
  { minLength: 1, maxLength: 5 },
);
const someLegRules = fc.array(
  fc
    .tuple(
      fc.constantFrom('p', 'q', 'r'),
      fc.record(
        {
          legGroup: name('g', 'h'),
          network: name('n'),
          fromArea: name('a', 'b'),
          toArea: name('a', 'b'),
        },
        optional,
      ),
    )
    .map(([product, rest]) => ({ product, ...rest })),
  { minLength: 1, maxLength: 6 },
);
const someTransferRules = fc.array(
  fc
    .tuple(
      fc.constantFrom('first-and-transfer', 'both-and-transfer', 'transfer-only'),
      fc.record(
        {
          fromLegGroup: name('g', 'h'),
          toLegGroup: name('g', 'h'),
          count: fc.constantFrom(-1, 1, 2),
          product: name('p', 'q', 'discount'),
          duration: fc.record({
            seconds: fc.integer({ min: 1, max: 7_200 }),
            between: fc.constantFrom(
              'departure-to-arrival',
              'departure-to-departure',
              'arrival-to-departure',
              'arrival-to-arrival',
            ),
          }),
        },
        optional,
      ),
    )
    .map(([type, rest]) => ({ type, ...rest })),
  { maxLength: 4 },
);
const someTariff: fc.Arbitrary<Tariff> = fc
  .record({
    products: someProducts,
    legRules: someLegRules,
    transferRules: someTransferRules,
    priorities: fc.option(fc.array(fc.nat(2), { minLength: 6, maxLength: 6 })),
  })
  .map(({ products, legRules, transferRules, priorities }) =>
    aFlatTariff({
      products: [...products, { id: 'discount', price: idr(-2_000) }],
      legRules: legRules.map((rule, index) => ({
        ...rule,
        ...(priorities !== null && { priority: priorities[index] ?? 0 }),
      })),
      transferRules,
      riderCategories: new Map([['u', { name: 'U', isDefault: true }]]),
      areasOfStop: new Map([
        ['A', ['a']],
        ['B', ['b']],
      ]),
      networkOfRoute: new Map([['r1', 'n']]),
    }),
  );
const someCall = fc
  .tuple(fc.integer({ min: 0, max: 12 * 60 }), fc.option(name('A', 'B', 'C')))
  .map(([ago, stopId]) => ({
    at: someNow - ago * minute,
    ...(stopId !== null && { stopId }),
  }));
const someLeg = fc
  .tuple(
    someCall,
    fc.record(
      {
        routeId: name('r1', 'r2'),
        alighting: someCall,
        riderCategory: name('u', 'l'),
        fareMedia: name('m'),
      },
      optional,
    ),
  )
  .map(([boarding, rest]): Leg => ({ boarding, ...rest }));
const somePast = fc.array(
  fc.tuple(someLeg, fc.option(name('g', 'h')), fc.nat(9_000), fc.nat(2)).map(
    ([leg, legGroup, amount, transfersUsed]): PastLeg => ({
      ...{ leg, product: 'p', charged: idr(amount), transfersUsed },
      ...{ source: 'device', rulesVersion: 'test-1' },
      ...(legGroup !== null && { legGroup }),
    }),
  ),
  { maxLength: 5 },
);
const someCaps = fc.array(
  fc.record({
    id: fc.constantFrom('day', 'hours'),
    period: fc.constantFrom<CapPolicy['period']>(
      { kind: 'service-day' },
      { kind: 'window', ms: 180 * minute },
    ),
    amount: fc.nat(12_000).map(idr),
  }),
  { maxLength: 2 },
);
const someInput: fc.Arbitrary<QuoteInput> = fc.record({
  leg: someLeg,
  past: somePast,
  caps: someCaps,
  transferNeedsOtherRoute: fc.boolean(),
});

test('never takes less than nothing, more than the leg on its own, or more than a cap', () => {
  fc.assert(
    fc.property(someTariff, someInput, (tariff, input) => {
      const quoted = quoteFare(tariff, input);
      const [alone] = legFares(tariff, input.leg);

      expect(quoted === undefined).toBe(alone === undefined);
      if (quoted === undefined || alone === undefined) return;
      const tops = [alone.product.price.amount, ...input.caps.map((one) => one.amount.amount)];
      expect(quoted.amount.amount).toBeGreaterThanOrEqual(0);
      expect(quoted.amount.amount).toBeLessThanOrEqual(Math.min(...tops));
      expect(quoted.owedToRider?.amount ?? 1).toBeGreaterThan(0);
    }),
    { numRuns: 1_000 },
  );
});

test('gives the same quote for the same leg, and whether or not anybody asks why', () => {
  fc.assert(
    fc.property(someTariff, someInput, (tariff, input) => {
      const steps: TraceStep[] = [];

      expect(quoteFare(tariff, input)).toEqual(quoteFare(tariff, input, (one) => steps.push(one)));
      expect(steps.length).toBeGreaterThan(0);
    }),
  );
});

test('is not changed by a rule of lower priority than one that surely holds', () => {
  fc.assert(
    fc.property(someTariff, someInput, someLegRules, (tariff, input, more) => {
      const sure = { product: 'p', priority: 5 };
      const products = [...tariff.products, { id: 'p', price: idr(1) }];
      const with5 = { ...tariff, products, legRules: [sure] };
      const lower = more.map((rule) => ({ ...rule, priority: 4 }));

      expect(quoteFare({ ...with5, legRules: [...lower, sure] }, input)).toEqual(
        quoteFare(with5, input),
      );
    }),
  );
});

test('is never raised by one more transfer rule between groups that have one already', () => {
  fc.assert(
    fc.property(someTariff, someInput, fc.nat(), (tariff, input, pick) => {
      const rule = tariff.transferRules[pick % Math.max(1, tariff.transferRules.length)];
      if (rule === undefined) return;
      const free = { ...rule, type: 'first-and-transfer' } as const;
      const { product: _, ...more } = free;
      const richer = { ...tariff, transferRules: [...tariff.transferRules, more] };
      const before = quoteFare(tariff, { ...input, caps: [] });
      const after = quoteFare(richer, { ...input, caps: [] });

      expect(after?.amount.amount ?? 0).toBeLessThanOrEqual(before?.amount.amount ?? 0);
    }),
  );
});
