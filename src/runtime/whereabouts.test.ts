import { expect, onTestFinished, test } from 'vitest';
import type { Position, PositionSource } from '../../device/position-source.ts';
import { at, eastward, track } from '../../sim/gnss-journey.ts';
import { town, townMonday, townTime } from '../../sim/gnss-town.ts';
import { createSimClock } from '../../sim/sim-clock.ts';
import { createSimPositionSource, pointsOf } from '../../sim/sim-position.ts';
import type { Timetable } from '../core/trip/timetable.ts';
import type { Assigned, AssignmentMemory } from './assignment-memory.ts';
import type { RuntimeEvent } from './runtime-event.ts';
import { createStamper } from './stamp.ts';
import { createWhereabouts, placeLookMs } from './whereabouts.ts';

interface Plan {
  readonly road?: Parameters<typeof track>[0];
  readonly darkness?: readonly (readonly [number, number])[];
  readonly routeId?: string;
  readonly isBlind?: boolean;
  /** Hours by which the wall clock is behind. */
  readonly slow?: number;
  readonly memory?: AssignmentMemory;
}

/** Of a day after the first release, so that the clock is believed: a Monday a year later. */
const laterDays = 364;
const laterMs = laterDays * 86_400_000;
const services = [...town.calendar].map(
  ([id, service]) => [id, { ...service, through: service.through + laterDays }] as const,
);
const later: Timetable = { ...town, calendar: new Map(services) };

function aBus({
  road = eastward,
  darkness = [],
  routeId,
  isBlind = false,
  slow = 0,
  memory,
}: Plan = {}) {
  const clock = createSimClock({ wall: townTime(8, 0) + laterMs - slow * 3_600_000 });
  const points = pointsOf(track(road, { darkness }), 0);
  const source = createSimPositionSource({ clock }, { points });
  const position: PositionSource | undefined = isBlind ? undefined : source;
  const events: RuntimeEvent[] = [];
  const inForce: { timetable: Timetable } = { timetable: later };
  const whereabouts = createWhereabouts(
    {
      ...{ clock, inForce, position, random: { next: () => 0.5 } },
      ...{ stamper: createStamper(clock, 'boot'), assignments: memory },
      report: (event) => events.push(event),
    },
    { routeId },
  );
  const stop = new AbortController();
  const running = whereabouts.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  const seen = () =>
    events.map((event) =>
      event.event === 'whereabouts'
        ? [event.tripId ?? event.routeId ?? '-', event.stopId ?? '-', event.certainty].join(' ')
        : event.event,
    );
  return { clock, source, inForce, whereabouts, events, seen };
}

test('tells a tap its route, direction, journey, day and stops', async () => {
  const { clock, whereabouts } = aBus({ routeId: 'main' });

  await clock.advance(100_000);

  expect(whereabouts.place).toEqual({
    ...{ routeId: 'main', directionId: 0, tripId: 'east-0800', certainty: 'sure' },
    ...{ serviceDate: townMonday + laterDays, stopId: 'b-east', stopSequence: 20 },
    ...{ alightingStopId: 'c-east', alightingStopSequence: 30 },
  });
});

test('reports a line for each stop and each loss, and none while nothing changes', async () => {
  const { clock, seen } = aBus({ routeId: 'main', darkness: [[160, 230]] });

  await clock.advance(900_000);

  expect(seen()).toEqual([
    'east-0800 a-east sure',
    'east-0800 b-east sure',
    'east-0800 c-east sure',
    'east-0800 c-east last-known',
    'east-0800 d-east sure',
    'east-0800 e-east sure',
    'east-0800 f-east sure',
    'east-0800 f-east last-known',
  ]);
});

test('has one line in a while at most, however the receiver flickers', async () => {
  const darkness = Array.from({ length: 50 }, (_, i) => [i * 8, i * 8 + 6.5] as const);
  const { clock, events } = aBus({ routeId: 'main', darkness });

  await clock.advance(400_000);

  expect(events.length).toBeLessThanOrEqual(400_000 / placeLookMs);
});

test('goes from the last stop it knew to none when the receiver is gone', async () => {
  const { clock, source, whereabouts, seen } = aBus({ routeId: 'main' });
  await clock.advance(100_000);
  source.unplug();

  await clock.advance(10_000);
  const soon = whereabouts.place;
  await clock.advance(3_600_000);

  expect(soon).toMatchObject({ stopId: 'b-east', certainty: 'last-known' });
  expect(whereabouts.place).toMatchObject({ routeId: 'main', certainty: 'unknown' });
  expect(whereabouts.place).not.toHaveProperty('stopId');
  expect(seen()).toContain('reader-failed');
  expect(seen().at(-1)).toBe('main - unknown');
});

test('has the configured route and the day, and says of no certainty, without a receiver', async () => {
  const { clock, whereabouts, events } = aBus({ isBlind: true, routeId: 'main' });

  await clock.advance(60_000);

  expect(whereabouts.place).toEqual({ routeId: 'main', serviceDate: townMonday + laterDays });
  expect(events).toEqual([]);
});

test('takes the word of a driver, and the configured route again after it', async () => {
  const { clock, whereabouts, seen } = aBus({ isBlind: true, routeId: 'main' });

  whereabouts.assign({ routeId: 'branch', directionId: 0, tripId: 'branch-0800' }, 'driver');
  await clock.advance(placeLookMs);
  const assigned = whereabouts.place;
  whereabouts.release();
  await clock.advance(placeLookMs);

  expect(assigned).toMatchObject({ routeId: 'branch', directionId: 0, tripId: 'branch-0800' });
  expect(whereabouts.place).toMatchObject({ routeId: 'main' });
  expect(seen()).toEqual(['branch-0800 - unknown', 'main - unknown']);
});

test('knows the stop but no journey before the clock was set, and both after it', async () => {
  const years = 24 * 365 * 10;
  const { clock, whereabouts } = aBus({ routeId: 'main', slow: years });
  await clock.advance(100_000);
  const before = whereabouts.place;

  clock.stepWall(years * 3_600_000);
  await clock.advance(2_000);

  expect(before).toMatchObject({ stopId: 'b-east', certainty: 'sure' });
  expect(before).not.toHaveProperty('tripId');
  expect(before).not.toHaveProperty('serviceDate');
  expect(whereabouts.place).toMatchObject({
    ...{ stopId: 'b-east', tripId: 'east-0800' },
    serviceDate: townMonday + laterDays,
  });
});

test('chooses the journey anew after an hour that was wrong', async () => {
  const { clock, whereabouts } = aBus({ routeId: 'main', slow: -0.33 });
  await clock.advance(100_000);
  const before = whereabouts.place.tripId;

  clock.stepWall(-0.33 * 3_600_000);
  await clock.advance(2_000);

  expect([before, whereabouts.place.tripId]).toEqual(['east-0820', 'east-0800']);
});

test('goes on under a new timetable from one tap to the next', async () => {
  const { clock, inForce, whereabouts } = aBus({ routeId: 'main' });
  await clock.advance(100_000);

  const trips = later.trips.map((trip) => ({ ...trip, tripId: `${trip.tripId}-new` }));
  inForce.timetable = { ...later, trips };
  const atOnce = whereabouts.place;
  await clock.advance(2_000);

  expect(atOnce).toMatchObject({ routeId: 'main', stopId: 'b-east', certainty: 'sure' });
  expect(whereabouts.place).toMatchObject({ stopId: 'b-east', tripId: 'east-0800-new' });
});

test('keeps the newest position for a while only', async () => {
  const { clock, whereabouts } = aBus({ road: [at('a-east', 3)] });
  await clock.advance(2_000);
  const near: Position | undefined = whereabouts.position;

  await clock.advance(20_000);

  expect(near?.latitude).toBeCloseTo(-6.99, 2);
  expect(whereabouts.position).toBeUndefined();
});

/** A memory that outlives its bus, and can be made to fail. */
function aMemory() {
  let kept: Assigned = {};
  let failing: Error | undefined;
  const memory: AssignmentMemory = {
    recall: () => kept,
    keep(assigned) {
      if (failing !== undefined) throw failing;
      kept = assigned;
    },
  };
  const fail = () => {
    failing = Object.assign(new Error('full'), { code: 'assignment/cannot-keep', hint: 'look' });
  };
  return { memory, fail, kept: () => kept.given };
}

test('is on the assigned line again after a restart, within its service day', async () => {
  const { memory } = aMemory();
  aBus({ memory }).whereabouts.assign({ routeId: 'branch', directionId: 0 }, 'driver');

  const [again, nextDay, released] = [
    aBus({ memory }),
    aBus({ memory, slow: -16 }),
    aBus({ memory }),
  ];
  const context = again.whereabouts.context;
  const ofNextDay = nextDay.whereabouts.context;
  released.whereabouts.release();

  expect(context).toMatchObject({ routeId: 'branch', directionId: 0, assignedBy: 'driver' });
  expect(ofNextDay).toMatchObject({ assignedBy: 'matched' });
  expect(aBus({ memory }).whereabouts.context).toMatchObject({ assignedBy: 'matched' });
});

test('takes back nothing by a clock that is not trusted', async () => {
  const { memory } = aMemory();
  aBus({ memory }).whereabouts.assign({ routeId: 'branch' }, 'driver');

  const untrusted = aBus({ memory, slow: 24 * 365 * 10 });

  expect(untrusted.whereabouts.context).toMatchObject({ assignedBy: 'matched' });
});

test('keeps the route alone when the assigned journey is at its end', async () => {
  const { memory, kept } = aMemory();
  const { clock, whereabouts } = aBus({ memory });
  whereabouts.assign({ routeId: 'main', tripId: 'east-0800' }, 'dispatcher');

  await clock.advance(600_000);

  expect(kept()).toMatchObject({ assignment: { routeId: 'main' }, by: 'dispatcher' });
  expect(kept()?.assignment).not.toHaveProperty('tripId');
});

test('goes on with an assignment that cannot be kept, and says so', async () => {
  const { memory, fail } = aMemory();
  const { whereabouts, events } = aBus({ memory });
  fail();

  whereabouts.assign({ routeId: 'branch' }, 'driver');

  expect(whereabouts.place).toMatchObject({ routeId: 'branch' });
  expect(events).toEqual([
    expect.objectContaining({ event: 'assignment-not-kept', code: 'assignment/cannot-keep' }),
  ]);
});
