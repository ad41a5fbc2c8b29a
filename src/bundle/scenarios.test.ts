import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { reasons } from '../core/reason.ts';
import { checkScenario } from './check-scenario.ts';
import { playScenario } from './play-scenario.ts';
import { readBundle } from './read-rules.ts';
import { parseScenario, readScenarios, ScenarioError } from './scenario.ts';
import { outcomeOf } from './scenario-outcome.ts';

const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));

const sound = 'medium=card; day=2026-11-24';

describe.each(['trans-semarang', 'bahari-metro'])('the scenarios of %s', (operator) => {
  const folder = join(fixtures, operator);
  const { rules, feed } = readBundle(folder);
  const scenarios = readScenarios(readFileSync(join(folder, 'scenarios.csv'), 'utf8'));

  test('are many, each with an id of its own and a reason that there is', () => {
    expect(scenarios.length).toBeGreaterThanOrEqual(operator === 'trans-semarang' ? 150 : 40);
    expect(new Set(scenarios.map(({ id }) => id)).size).toBe(scenarios.length);
    const taps = scenarios.filter(({ expected }) => expected.outcome !== 'cash');
    expect(taps.filter(({ expected }) => !(expected.reason in reasons))).toEqual([]);
  });

  test('take place on routes and at stops that there are', () => {
    const routes = new Set(feed.routes.map(({ route_id }) => route_id));
    const stops = new Set(feed.stops.map(({ stop_id }) => stop_id));
    const taps = scenarios.flatMap(({ scenario }) => scenario.taps);

    expect(taps.filter(({ route }) => route !== undefined && !routes.has(route))).toEqual([]);
    expect(taps.filter(({ stop }) => stop !== undefined && !stops.has(stop))).toEqual([]);
  });

  test.each(scenarios.map((one) => [one.id, one.situation, one] as const))(
    '%s: %s',
    (_, __, { scenario, expected }) => {
      expect(outcomeOf(playScenario(rules, scenario))).toEqual(expected);
    },
  );
});

test.each([
  ['no key', 'x=1', '"x" is no key of a scenario', 'the keys are rider, day'],
  ['a slip in a key', 'raider=x', '"raider" is no key', 'did you mean "rider"?'],
  ['no medium', 'medium=phone', '"phone" is no medium', 'one of qris, card'],
  ['a slip in the medium', 'medium=crad', '"crad" is no medium', 'did you mean "card"?'],
  ['no day', 'medium=card; day=today', 'day "today" is no day', 'a date such as'],
  ['a day that is not', 'medium=card; day=2026-02-30', 'day "2026-02-30"', 'a date such as'],
  ['no tap', 'medium=card; day=2026-11-24', '"" is no tap', 'time, route and stop'],
  ['no time', `${sound}; taps=7 koridor-1`, '"7 koridor-1" is no tap', 'time, route and stop'],
  ['too much of a tap', `${sound}; taps=07:00 a b c`, 'is no tap', 'time, route and stop'],
  ['no number', `${sound}; taps=07:00 a; balance=a lot`, 'balance "a lot"', 'in minor units'],
  ['no ticket', `${sound}; taps=07:00 a; ticket=daily`, '"daily" is no ticket', 'one of single'],
  ['no listing', `${sound}; taps=07:00 a; listed=x`, '"x" is no listed', 'one of debt'],
  ['no answer', `${sound}; taps=07:00 a; answer=yes`, '"yes" is no answer', 'approved, declined'],
])('says what is wrong with a scenario that has %s', (_, text, message, hint) => {
  expect(complaintOf(() => parseScenario(text))).toMatchObject({
    message: expect.stringContaining(message),
    hint: expect.stringContaining(hint),
  });
});

test.each([
  ['rider', 'rider=pelajr; taps=07:00 koridor-1', 'did you mean "pelajar"?'],
  ['route', 'taps=07:00 koridor-11', 'did you mean "koridor-1"?'],
  ['stop', 'taps=07:00 koridor-1 zoo', 'the feed has'],
])('names a %s that the operator does not have', (_, text, hint) => {
  const { feed } = readBundle(join(fixtures, 'trans-semarang'));
  const scenario = parseScenario(`${sound}; ${text}`);

  const { message, hint: told } = complaintOf(() => checkScenario(scenario, feed));

  expect(message).toContain('is not in the feed');
  expect(told).toContain(hint);
});

function complaintOf(run: () => unknown): ScenarioError {
  try {
    run();
  } catch (error) {
    if (error instanceof ScenarioError) return error;
    throw error;
  }
  throw new Error('nothing is wrong with it');
}

test('says on which line of a table something is wrong', () => {
  const rows = ['S1,2026-11-24,07:00 a,card', 'S2,2026-11-24,07:00 a,phone'];
  const table = ['id,day,taps,medium', ...rows, ''].join('\n');

  expect(() => readScenarios(table)).toThrow('line 3: "phone" is no medium');
});
