import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { reasons } from '../core/reason.ts';
import { playScenario } from './play-scenario.ts';
import { readBundle } from './read-rules.ts';
import { parseScenario, readScenarios, ScenarioError } from './scenario.ts';
import { outcomeOf } from './scenario-outcome.ts';

const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));

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

    expect(taps.filter(({ route }) => !routes.has(route))).toEqual([]);
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
  ['no key', 'x=1', 'is no key'],
  ['no medium', 'medium=phone', 'is no medium'],
  ['no number', 'medium=card; balance=a lot', 'is no whole number'],
])('says what is wrong with a scenario that has %s', (_, text, message) => {
  expect(() => parseScenario(text)).toThrow(ScenarioError);
  expect(() => parseScenario(text)).toThrow(message);
});

test('says on which line of a table something is wrong', () => {
  const table = 'id,medium\nS1,card\nS2,phone\n';

  expect(() => readScenarios(table)).toThrow('line 3: "phone" is no medium');
});
