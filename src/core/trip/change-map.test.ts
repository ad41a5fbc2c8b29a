import { expect, test } from 'vitest';
import { drive } from '../../../sim/gnss-drive.ts';
import { at, eastward, eight, started, townMap, track } from '../../../sim/gnss-journey.ts';
import { town, townPoint } from '../../../sim/gnss-town.ts';
import { onOtherMap } from './change-map.ts';
import { type LineMap, lineMapOf } from './line-map.ts';
import type { Timetable } from './timetable.ts';
import { advance } from './tracker.ts';
import type { TrackerState } from './tracker-state.ts';
import { tripContextOf } from './trip-context.ts';

/** The town's stops lie around another middle, and its patterns have other numbers. */
const renumbered: Timetable = {
  ...town,
  stops: new Map([
    ...town.stops,
    ['far', { id: 'far', name: 'far', ...townPoint(40_000, 40_000) }],
  ]),
  patterns: town.patterns.map((pattern) => ({ ...pattern, id: `new ${pattern.id}` })),
  trips: town.trips.map((trip) => ({ ...trip, patternId: `new ${trip.patternId}` })),
};
const without = (routeId: string): Timetable => ({
  ...town,
  routes: new Map([...town.routes].filter(([id]) => id !== routeId)),
  patterns: town.patterns.filter((pattern) => pattern.routeId !== routeId),
});

const road = track(eastward);
const half = road.slice(0, 150);
const drivenHalf = drive(started(), half, townMap).state;

const changed = (state: TrackerState, timetable: Timetable, from: LineMap = townMap) => {
  const to = lineMapOf(timetable);
  return { state: onOtherMap(state, { from, to }, eight), to };
};
const said = ({ state, to }: ReturnType<typeof changed>, second = 150) => {
  const now = eight + second * 1_000;
  return tripContextOf(state, { at: now, monotonicAt: now }, to);
};

test.each([
  ['before it is clear which line is driven', undefined],
  ['on a line', 'main'],
])('goes on as if nothing had changed where roads are the same, %s', (_when, routeId) => {
  const before = drive(started(routeId), half, townMap).state;
  const { state, to } = changed(before, renumbered);

  const [after, unbroken] = [
    drive(state, road.slice(150), to).said,
    drive(before, road.slice(150), townMap).said,
  ];

  expect(after).toEqual(unbroken);
  expect(after.at(-1)).toMatchObject({ stopId: 'f-east', tripId: 'east-0800' });
});

test('says the same at once, before the next position', () => {
  const before = tripContextOf(drivenHalf, { at: eight, monotonicAt: eight + 150_000 }, townMap);

  expect(said(changed(drivenHalf, renumbered))).toEqual(before);
});

test('begins anew where its route is gone, and finds what else drives there', () => {
  const driven = drive(started(), road, townMap).state;
  const change = changed(driven, without('main'));

  expect(said(change, road.length)).toMatchObject({ certainty: 'unknown', since: eight });
  expect(said(change, road.length)).not.toHaveProperty('stopId');
  const branch = track([at('a-east'), at('b-east'), at('d-east'), at('g')]).map((one) => ({
    ...one,
    at: one.at + 600_000,
  }));
  expect(drive(change.state, branch, change.to).said.at(-1)).toMatchObject({ routeId: 'branch' });
});

test('chooses a journey anew that is no longer in the timetable', () => {
  const trips = town.trips.map((trip) =>
    trip.tripId === 'east-0800' ? { ...trip, tripId: 'other' } : trip,
  );
  const { state, to } = changed(drivenHalf, { ...town, trips });

  expect(drive(state, road.slice(150), to).said.at(-1)).toMatchObject({ tripId: 'other' });
});

test.each([
  ['keeps an assignment while its route is there', 'loop', 'driver'],
  ['takes an assignment back with its route, for the configured one', 'branch', 'configured'],
])('%s', (_what, gone, assignedBy) => {
  const assignment = { routeId: 'branch' };
  const seen = { kind: 'assigned', at: eight, monotonicAt: eight, by: 'driver' } as const;
  const assigned = advance(started('main'), { ...seen, assignment }, townMap);

  expect(said(changed(assigned, without(gone)))).toMatchObject({ assignedBy });
});

test('leaves the bus to the guesses when its assignment is gone and nothing was configured', () => {
  const assignment = { routeId: 'branch' };
  const seen = { kind: 'assigned', at: eight, monotonicAt: eight, by: 'driver' } as const;
  const assigned = advance(started(), { ...seen, assignment }, townMap);

  expect(said(changed(assigned, without('branch')))).toMatchObject({ assignedBy: 'matched' });
});
