import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { aLedger } from '../../sim/testing/ledger-builders.ts';
import { aTapRow } from '../../sim/testing/row-builders.ts';
import { decideTap } from '../core/decide.ts';
import type { TapLedger } from '../store/tap-ledger.ts';
import { playScenario } from './play-scenario.ts';
import { readRules } from './read-rules.ts';
import { type ExpectedScenario, parseScenario, type Scenario } from './scenario.ts';
import { momentOf } from './scenario-moment.ts';
import { outcomeOf } from './scenario-outcome.ts';
import { type HeldMedium, tokenOf, withScenarioKey } from './scenario-token.ts';

vi.setConfig({ testTimeout: 60_000 });

const rules = withScenarioKey(readRules(join(import.meta.dirname, '../../fixtures/bahari-metro')));

type Expected = ExpectedScenario['expected'];

const stops = ['harbour', 'market', 'gardens', 'airport'];
const someTap = fc.record({
  after: fc.integer({ min: 1, max: 90 }),
  route: fc.constantFrom('rapid-1', 'rapid-2', 'local-3', 'local-4'),
  stop: fc.constantFrom(...stops),
});
const media = [
  'card',
  'ticket; ticket=carnet; product=local; count=3',
  'ticket; ticket=pass; product=day-pass',
];
/** A rider's day: taps in the order of their times. */
const someRider = fc
  .tuple(fc.constantFrom(...media), fc.array(someTap, { minLength: 1, maxLength: 6 }))
  .map(([medium, taps]) => {
    let minutes = 7 * 60;
    const said = taps.map(({ after, route, stop }) => {
      minutes += after;
      const time = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
      return `${time} ${route} ${stop}`;
    });
    return parseScenario(`day=2026-11-24; medium=${medium}; taps=${said.join(' > ')}`);
  });

/** What came of each rider's last tap, when the taps of all reach one device in this order. */
function arrive(riders: readonly Scenario[], order: readonly number[]) {
  const ledger = aLedger();
  const outcomes = riders.map((): Expected[] => []);
  for (const who of order) {
    const [rider, before] = [riders[who], outcomes[who]];
    const tap = rider?.taps[before?.length ?? 0];
    if (rider !== undefined && tap !== undefined) {
      before?.push(tapped(ledger, { rider, tap, tokenKey: new Uint8Array(32).fill(who + 1) }));
    }
  }
  return outcomes.map((each) => each.at(-1));
}

interface Arrival {
  readonly rider: Scenario;
  readonly tap: Scenario['taps'][number];
  readonly tokenKey: Uint8Array;
}

function tapped(ledger: TapLedger, { rider, tap, tokenKey }: Arrival): Expected {
  const now = momentOf(rider.day, tap.time, rules);
  const token = { ...tokenOf(rider.medium as HeldMedium, rider, rules), tokenKey };
  const decision = decideTap(token, {
    ...({ rules, now, clockQuality: 'gnss', listings: [], authorisation: 'no-answer' } as const),
    place: { routeId: tap.route, stopId: tap.stop, alightingStopId: tap.stop },
    history: ledger.recall(token, now),
  });
  if (decision.outcome !== 'accepted')
    return { outcome: decision.outcome, reason: decision.reason };
  const { fare, reason } = decision;
  const forgetAt = now + 7 * 24 * 3_600_000;
  ledger.appendTogether([aTapRow({ tokenKey })], {
    ...{ tokenKey, acceptedAt: now, forgetAt, atRisk: false, fare },
    rulesVersion: rules.version,
  });
  return { outcome: 'accepted', reason, fare: fare.amount.amount, product: fare.product };
}

/** Each rider as often as they tap, in an order of its own. */
function someOrder(riders: readonly Scenario[]): fc.Arbitrary<readonly number[]> {
  const turns = riders.flatMap(({ taps }, who) => taps.map(() => who));
  return fc.shuffledSubarray(turns, { minLength: turns.length });
}

test('charges every rider what they would pay alone, in whatever order the taps of all arrive', () => {
  const someArrivals = fc
    .array(someRider, { minLength: 2, maxLength: 3 })
    .chain((riders) => fc.tuple(fc.constant(riders), someOrder(riders)));

  fc.assert(
    fc.property(someArrivals, ([riders, order]) => {
      const alone = riders.map((rider) => outcomeOf(playScenario(rules, rider)));

      expect(arrive(riders, order)).toEqual(alone);
    }),
    { numRuns: 40 },
  );
});
