import { expect, test } from 'vitest';
import { town, townTime } from '../../sim/gnss-town.ts';
import { createSimClock } from '../../sim/sim-clock.ts';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { createAssignmentFile } from '../config/assignment-file.ts';
import type { RuntimeEvent } from './runtime-event.ts';
import { createStamper } from './stamp.ts';
import { createTripDesk } from './trip-desk.ts';
import { createWhereabouts } from './whereabouts.ts';

/** The clock is believed: a year after the town's Monday. */
const morning = townTime(8, 0) + 364 * 86_400_000;

/** A bus that keeps what is assigned in a folder: the same folder again is a restart. */
function aDesk(folder = aFolder(), timetable = town) {
  const clock = createSimClock({ wall: morning });
  const events: RuntimeEvent[] = [];
  const parts = {
    ...{ clock, inForce: { timetable }, random: { next: () => 0.5 } },
    report: (event: RuntimeEvent) => void events.push(event),
  };
  const whereabouts = createWhereabouts(
    {
      ...{ ...parts, stamper: createStamper(clock, 'boot') },
      assignments: createAssignmentFile(folder),
    },
    {},
  );
  const now = () => {
    const { routeId, assignedBy } = whereabouts.context;
    return `${routeId ?? '-'} ${assignedBy}`;
  };
  return { ...createTripDesk({ ...parts, whereabouts }), folder, events, now };
}

const toMain = { id: 'order 1', trip: { routeId: 'main' } };
const toBranch = { id: 'order 2', trip: { routeId: 'branch' } };

test('drives what the driver or a dispatcher said last', () => {
  const { assign, dispatch, now } = aDesk();
  const said: string[] = [];

  for (const say of [
    () => assign({ routeId: 'branch' }),
    () => dispatch(toMain),
    () => assign({ routeId: 'branch' }),
    () => dispatch({ id: 'order 3' }),
  ]) {
    expect(say()).toMatchObject({ ok: true });
    said.push(now());
  }

  expect(said).toEqual(['branch driver', 'main dispatcher', 'branch driver', '- matched']);
});

test('carries an order out once, however often it comes, and over a restart', () => {
  const before = aDesk();
  before.dispatch(toMain);
  before.assign({ routeId: 'branch' });

  expect(before.dispatch(toMain)).toMatchObject({ ok: true });
  expect(before.now()).toBe('branch driver');
  const { dispatch, assign, now, folder } = aDesk(before.folder);
  dispatch(toMain);
  expect(now()).toBe('branch driver');
  assign(undefined);
  const released = aDesk(folder);
  released.dispatch(toMain);

  expect(released.now()).toBe('- matched');
  released.dispatch(toBranch);
  expect(released.now()).toBe('branch dispatcher');
});

test('drives on what a dispatcher said after a restart', () => {
  const { dispatch, folder } = aDesk();
  dispatch(toMain);

  expect(aDesk(folder).now()).toBe('main dispatcher');
});

test.each([
  ['an unknown route', { ...toMain, trip: { routeId: 'nowhere' } }, 'driver/unknown-route'],
  ['a hidden sign', { ...toMain, trip: { routeId: 'main\n' } }, 'driver/bad-request'],
  ['no name', { ...toMain, id: '' }, 'driver/bad-request'],
  ['a name too long', { ...toMain, id: 'x'.repeat(65) }, 'driver/bad-request'],
])('refuses an order with %s, says so once, and takes it when it is right', (_, order, code) => {
  const { assign, dispatch, now, events } = aDesk();
  assign({ routeId: 'branch' });

  expect(dispatch(order)).toMatchObject({ ok: false, code });
  expect(dispatch(order)).toMatchObject({ ok: false, code });

  expect(events).toEqual([expect.objectContaining({ event: 'order-refused', code })]);
  expect(now()).toBe('branch driver');
  expect(dispatch(toMain)).toMatchObject({ ok: true });
  expect(now()).toBe('main dispatcher');
});

test('refuses a driver who names an unknown route', () => {
  const { assign, now } = aDesk();

  expect(assign({ routeId: 'nowhere' })).toMatchObject({ code: 'driver/unknown-route' });
  expect(now()).toBe('- matched');
});

test.each([
  ['a direction that the route has not', { routeId: 'branch', directionId: 1 }, 'direction'],
  ['a trip that there is not', { routeId: 'main', tripId: 'nobody' }, 'trip'],
  ['a trip of another route', { routeId: 'branch', tripId: 'east-0800' }, 'trip'],
  ['a trip the other way', { routeId: 'main', directionId: 1, tripId: 'east-0800' }, 'trip'],
] as const)('refuses %s, of the driver and of a dispatcher', (_, trip, what) => {
  const { assign, dispatch, now } = aDesk();
  const code = `driver/unknown-${what}`;

  expect(assign(trip)).toMatchObject({ ok: false, code });
  expect(dispatch({ id: 'order 1', trip })).toMatchObject({ ok: false });
  expect(now()).toBe('- matched');
});

test('takes a trip of its route and direction, and any where nobody knows what is driven', () => {
  const ofMain = { routeId: 'main', directionId: 0, tripId: 'east-0800' } as const;

  expect(aDesk().assign(ofMain)).toMatchObject({ ok: true });
  const unknown = { routeId: 'main', directionId: 1, tripId: 'nobody' } as const;
  const fares = { ...town, patterns: [], trips: [] };
  expect(aDesk(aFolder(), fares).assign(unknown)).toMatchObject({ ok: true });
});
