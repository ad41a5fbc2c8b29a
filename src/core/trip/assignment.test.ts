import { expect, test } from 'vitest';
import { drive } from '../../../sim/gnss-drive.ts';
import {
  at,
  eastward,
  eight,
  lastSaid,
  started,
  townMap,
  track,
  westward,
} from '../../../sim/gnss-journey.ts';
import { townMonday, townTime } from '../../../sim/gnss-town.ts';
import type { Observation } from './observation.ts';
import { advance } from './tracker.ts';
import { tripContextOf } from './trip-context.ts';

const onMain = started('main');

const assigned = (by: 'driver' | 'dispatcher', rest: object): Observation => ({
  ...{ kind: 'assigned', at: eight, monotonicAt: eight, by },
  assignment: { routeId: 'branch', ...rest },
});

test('wins over the guess on a shared street, and is named', () => {
  const state = advance(started(), assigned('driver', {}), townMap);
  const { said } = drive(state, track(eastward.slice(0, 3)), townMap);

  expect(said.at(-1)).toMatchObject({
    ...{ routeId: 'branch', stopId: 'c-east', stopSequence: 3, tripId: 'branch-0800' },
    ...{ assignedBy: 'driver', certainty: 'sure' },
  });
});

test('wins even where the bus drives elsewhere: then no stop is sure', () => {
  const state = advance(started(), assigned('dispatcher', { directionId: 0 }), townMap);
  const { said } = drive(state, track([at('p'), at('q'), at('r')]), townMap);

  expect(said.at(-1)).toMatchObject({
    ...{ routeId: 'branch', directionId: 0, certainty: 'unknown', assignedBy: 'dispatcher' },
  });
  expect(said.at(-1)).not.toHaveProperty('stopId');
});

test('of a journey names it before any position, however late it is', () => {
  const observation = { ...assigned('dispatcher', { routeId: 'main', tripId: 'east-0820' }) };
  const state = advance(started(), { ...observation, kind: 'assigned' } as Observation, townMap);
  const said = tripContextOf(state, { at: townTime(9, 50), monotonicAt: eight }, townMap);

  expect(said).toMatchObject({ tripId: 'east-0820', directionId: 0, serviceDate: townMonday });
});

test('of a journey is driven to its end; then the route is left', () => {
  const journey = assigned('dispatcher', { routeId: 'main', tripId: 'east-0820' });
  const state = advance(started(), journey, townMap);
  const { said } = drive(state, track([...eastward, ...westward.slice(1)]), townMap);

  expect(said.find(({ stopId }) => stopId === 'f-east')).toMatchObject({ tripId: 'east-0820' });
  expect(said.at(-1)).toMatchObject({
    ...{ routeId: 'main', directionId: 1, stopId: 'a-west', assignedBy: 'dispatcher' },
  });
});

test('of a journey that is not of the route, or of no timetable, leaves the route', () => {
  for (const tripId of ['east-0800', 'nonsense']) {
    const state = advance(started(), assigned('driver', { tripId }), townMap);
    const said = lastSaid(eastward.slice(0, 3), {}, state);

    expect(said).toMatchObject({ routeId: 'branch', tripId: 'branch-0800' });
  }
});

test('of a route without a timetable is said, and nothing else', () => {
  const state = advance(started(), assigned('driver', { routeId: 'charter' }), townMap);

  expect(lastSaid(eastward, {}, state)).toEqual({
    ...{ routeId: 'charter', serviceDate: townMonday, certainty: 'unknown' },
    ...{ assignedBy: 'driver', since: eight },
  });
});

test('that changes the line takes back the stop of the line before', () => {
  const { state } = drive(onMain, track([...eastward.slice(0, 5)]), townMap);
  const after = advance(state, assigned('driver', {}), townMap);
  const said = tripContextOf(after, { at: townTime(8, 5), monotonicAt: townTime(8, 5) }, townMap);

  expect(said).toMatchObject({ routeId: 'branch', certainty: 'unknown', since: eight });
  expect(said).not.toHaveProperty('stopId');
});

test('that confirms what is driven loses nothing', () => {
  const { state, said } = drive(onMain, track(eastward.slice(0, 3)), townMap);
  const after = advance(state, assigned('driver', { routeId: 'main' }), townMap);
  const now = { at: eight + said.length * 1_000, monotonicAt: eight + said.length * 1_000 };

  expect(tripContextOf(after, now, townMap)).toMatchObject({
    stopId: 'c-east',
    assignedBy: 'driver',
  });
});

test('is released to the configured route', () => {
  const state = advance(started('main'), assigned('driver', {}), townMap);
  const released = advance(state, { kind: 'released', at: eight, monotonicAt: eight }, townMap);

  expect(tripContextOf(released, { at: eight, monotonicAt: eight }, townMap)).toMatchObject({
    ...{ routeId: 'main', assignedBy: 'configured' },
  });
});
