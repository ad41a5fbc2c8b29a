import { expect, test } from 'vitest';
import { aFlatTariff } from '../../../sim/testing/builders.ts';
import { serviceDate as day, moment } from '../../../sim/testing/moments.ts';
import type { Call, Leg } from './leg.ts';
import { legFacts, legMatches } from './leg-match.ts';
import type { FareLegRule, Tariff } from './tariff.ts';

const base = aFlatTariff({
  networkOfRoute: new Map([
    ['koridor-1', 'brt'],
    ['koridor-2', 'brt'],
    ['feeder-1', 'feeder'],
  ]),
  areasOfStop: new Map([
    ['A1', ['a']],
    ['B1', ['b']],
    ['AB', ['a', 'b']],
  ]),
  timeframes: new Map([
    ['peak', [{ start: 5 * 3_600, end: 9 * 3_600, serviceId: 'weekdays' }]],
    [
      'night',
      [
        { start: 22 * 3_600, end: 24 * 3_600, serviceId: 'weekdays' },
        { start: 0, end: 4 * 3_600, serviceId: 'weekdays' },
      ],
    ],
    ['sundays', [{ start: 0, end: 86_400, serviceId: 'sundays' }]],
  ]),
  calendar: new Map([
    ['weekdays', week(0b0011111)],
    ['sundays', week(0b1000000)],
  ]),
});

function week(weekdays: number) {
  const [from, through] = [day('2026-01-01'), day('2026-12-31')];
  return { weekdays, from, through, added: new Set<number>(), removed: new Set<number>() };
}

/** Semarang is seven hours ahead. Monday 2 November 2026, unless told otherwise. */
function call(stopId?: string, local = '2026-11-02T10:00'): Call {
  return { at: moment(`${local}+07:00`), ...(stopId !== undefined && { stopId }) };
}

function rule(product: string, change: Partial<FareLegRule> = {}): FareLegRule {
  return { product, ...change };
}

/** Products of the rules that match, and what they wait for. */
function matched(leg: Leg, legRules: readonly FareLegRule[], tariff: Tariff = base): string[] {
  const matches = legMatches({ ...tariff, legRules }, legFacts(tariff, leg));
  return matches.map(({ rule: { product }, unknown }) => [product, ...unknown].join('?'));
}

// GTFS reference, fare_leg_rules.txt: without rule_priority an empty network_id, from_area_id or
// to_area_id stands for all that are not listed in that column; with it, for any.
const networks = [rule('brt', { network: 'brt' }), rule('rest')];
const prioritised = networks.map((one) => ({ ...one, priority: 0 }));

test.each<[string, Leg, readonly FareLegRule[], readonly string[]]>([
  ['its own network', { routeId: 'koridor-1', boarding: call() }, networks, ['brt']],
  ['a network that no rule names', { routeId: 'feeder-1', boarding: call() }, networks, ['rest']],
  ['a route without a network', { routeId: 'wisata', boarding: call() }, networks, ['rest']],
  ['a route not known', { boarding: call() }, networks, ['brt?network', 'rest?network']],
  [
    'with priorities, any',
    { routeId: 'koridor-1', boarding: call() },
    prioritised,
    ['brt', 'rest'],
  ],
  ['with priorities, not known', { boarding: call() }, prioritised, ['brt?network', 'rest']],
])('matches networks: %s', (_, leg, rules, products) => {
  expect(matched(leg, rules)).toEqual(products);
});

const areas = [
  rule('a-b', { fromArea: 'a', toArea: 'b' }),
  rule('b-a', { fromArea: 'b', toArea: 'a' }),
  rule('a-rest', { fromArea: 'a' }),
  rule('rest'),
];

test.each<[string, Leg, readonly string[]]>([
  ['from and to', { boarding: call('A1'), alighting: call('B1') }, ['a-b']],
  ['the other way', { boarding: call('B1'), alighting: call('A1') }, ['b-a']],
  ['to where no rule names', { boarding: call('A1'), alighting: call('X') }, ['a-rest']],
  ['neither end named', { boarding: call('X'), alighting: call('Y') }, ['rest']],
  ['a stop in two areas', { boarding: call('AB'), alighting: call('AB') }, ['a-b', 'b-a']],
  ['only one end named, by no rule together', { boarding: call('A1'), alighting: call('A1') }, []],
  ['still on board', { boarding: call('A1') }, ['a-b?to-area', 'a-rest?to-area']],
  ['the bus is lost', { boarding: call(), alighting: call('B1') }, ['a-b?from-area']],
])('matches areas: %s', (_, leg, products) => {
  expect(matched(leg, areas)).toEqual(products);
});

// GTFS reference, timeframes.txt: start included, end not; the day is the one on the calendar,
// also for a trip of the service day before; days by service_id.
const times = ['peak', 'night', 'sundays'].map((group) => rule(group, { fromTimeframes: group }));

test.each([
  ['the second before', '2026-11-02T04:59:59', []],
  ['the first second', '2026-11-02T05:00:00', ['peak']],
  ['the last second', '2026-11-02T08:59:59', ['peak']],
  ['the end', '2026-11-02T09:00:00', []],
  ['before midnight', '2026-11-02T23:59:59', ['night']],
  ['after midnight', '2026-11-03T00:00:00', ['night']],
  ['peak hours of a Saturday', '2026-11-07T06:00:00', []],
  ['any time of a Sunday', '2026-11-08T13:00:00', ['sundays']],
  ['Sunday night, a service day that began on Sunday', '2026-11-09T01:00:00', ['night']],
  ['Saturday night, on the calendar a Sunday', '2026-11-08T01:00:00', ['sundays']],
  ['a year for which there is no calendar', '2027-11-08T06:00:00', []],
])('matches timeframes of boarding: %s', (_, local, products) => {
  expect(matched({ boarding: call('A1', local) }, times)).toEqual(products);
});

test('matches timeframes of leaving, when it is known', () => {
  const rules = [rule('early', { toTimeframes: 'peak' }), rule('any')];
  const leg = { boarding: call('A1', '2026-11-02T08:30') };
  const leaving = (local: string) => ({ ...leg, alighting: call('B1', local) });

  expect(matched(leaving('2026-11-02T08:59'), rules)).toEqual(['early', 'any']);
  expect(matched(leaving('2026-11-02T09:01'), rules)).toEqual(['any']);
  expect(matched(leg, rules)).toEqual(['early?to-timeframe', 'any']);
});

test('does not wait for the exit when it boards too late already', () => {
  const rules = [rule('early', { fromTimeframes: 'peak', toTimeframes: 'peak' })];

  expect(matched({ boarding: call('A1', '2026-11-02T12:00') }, rules)).toEqual([]);
});

test('matches nothing in a timeframe that is not there', () => {
  const rules = [rule('never', { fromTimeframes: 'gone' })];

  expect(matched({ boarding: call('A1') }, rules)).toEqual([]);
});
