/** Whether a scenario speaks of riders, routes and stops that the operator has. */
import { slipOf } from '../config/suggestion.ts';
import type { Feed } from './gtfs/tables.ts';
import { type Scenario, ScenarioError } from './scenario.ts';

/** @throws ScenarioError naming the key, and the id that may have been meant. */
export function checkScenario({ rider, taps }: Scenario, feed: Feed): void {
  const riders = feed.rider_categories.map((row) => row.rider_category_id);
  if (rider !== '') check('rider', rider, riders);
  const routes = feed.routes.map((row) => row.route_id);
  const stops = feed.stops.map((row) => row.stop_id);
  for (const { route, stop } of taps) {
    if (route !== undefined) check('taps: route', route, routes);
    if (stop !== undefined) check('taps: stop', stop, stops);
  }
}

/** So many ids are named when none is like it. */
const namedMax = 8;

function check(key: string, id: string, known: readonly string[]): void {
  if (known.includes(id)) return;
  const first = known.slice(0, namedMax).join(', ');
  const all = known.length > namedMax ? `${first}, …` : first;
  const hint = slipOf(id, known) ?? `the feed has ${all === '' ? 'none' : all}`;
  throw new ScenarioError(`${key} "${id}" is not in the feed`, hint);
}
