import { describe, expect, test } from 'vitest';
import { drive, observationOf, storyOf } from '../../../sim/gnss-drive.ts';
import {
  at,
  eastward,
  eight,
  lastSaid,
  started,
  townMap,
  track,
  via,
  westward,
} from '../../../sim/gnss-journey.ts';
import { town, townMonday, townTime } from '../../../sim/gnss-town.ts';
import type { TrackPlan } from '../../../sim/gnss-track.ts';
import { createSimRandom } from '../../../sim/sim-chance.ts';
import { lineMapOf } from './line-map.ts';
import type { TrackerState } from './tracker-state.ts';
import { tripContextOf } from './trip-context.ts';

const onMain = started('main');

/** Stops at which the bus was said to stand, in order. */
function halts(road: TrackPlan['road'], state: TrackerState = started()): (string | undefined)[] {
  const { said } = drive(state, track(road), townMap);
  const stops = said.filter(({ status }) => status === 'STOPPED_AT').map(({ stopId }) => stopId);
  return stops.filter((stop, i) => stop !== stops[i - 1]);
}

test('tells each stop as the bus comes, stands and goes, by the sequence of the timetable', () => {
  const { said } = drive(onMain, track(eastward.slice(0, 3)), townMap);

  expect(storyOf(said)).toEqual([
    'main/- - - unknown',
    'main/0 20 IN_TRANSIT_TO sure',
    'main/0 20 INCOMING_AT sure',
    'main/0 20 STOPPED_AT sure',
    'main/0 30 IN_TRANSIT_TO sure',
    'main/0 30 INCOMING_AT sure',
    'main/0 30 STOPPED_AT sure',
  ]);
});

test('says where riders boarded: at the stop where the bus stands, then at the one it left', () => {
  const { said } = drive(onMain, track(eastward.slice(0, 3)), townMap);

  const standing = said.find(
    ({ stopId, status }) => stopId === 'b-east' && status === 'STOPPED_AT',
  );
  const leaving = said.find(({ stopId }) => stopId === 'c-east');
  expect(standing).toMatchObject({ servedStopId: 'b-east', servedStopSequence: 20 });
  expect(leaving).toMatchObject({ servedStopId: 'b-east', servedStopSequence: 20 });
});

describe('a street that several lines share', () => {
  test('is told by its stops alone, until the lines part', () => {
    const { said } = drive(started(), track([...eastward.slice(0, 4), at('g'), at('h')]), townMap);

    const shared = said.find(({ stopId }) => stopId === 'c-east');
    expect(shared).toMatchObject({ stopId: 'c-east', directionId: 0, certainty: 'sure' });
    expect(shared).not.toHaveProperty('routeId');
    expect(shared).not.toHaveProperty('stopSequence');
    expect(said.at(-1)).toMatchObject({ routeId: 'branch', stopId: 'h', tripId: 'branch-0800' });
  });

  test('does not change the line of a bus that came into it from elsewhere', () => {
    const road = [at('h'), via(1_500, 10), ...westward.slice(3)];
    const backwards = drive(onMain, track(eastward), townMap).state;
    const { said } = drive(backwards, track(road, { at: townTime(8, 10) }), townMap);

    expect(new Set(said.map(({ routeId }) => routeId))).toEqual(new Set(['main']));
  });
});

test.each([
  ['east', eastward, 0, ['b-east', 'c-east', 'd-east', 'e-east', 'f-east']],
  ['west', westward, 1, ['e-west', 'd-west', 'c-west', 'b-west', 'a-west']],
] as const)('tells driving %s by platforms 20 m apart', (_name, road, directionId, stops) => {
  expect(halts(road, onMain)).toEqual(stops);
  expect(lastSaid(road, {}, onMain)).toMatchObject({
    routeId: 'main',
    directionId,
    certainty: 'sure',
  });
});

test.each([1, 2, 3, 4, 5])('tells driving east by positions that err by 15 m, seed %i', (seed) => {
  const plan = { errorMetres: 15, random: createSimRandom(seed) };
  const { said } = drive(onMain, track(eastward, plan), townMap);

  const directions = said.map(({ directionId }) => directionId).filter((id) => id !== undefined);
  const sequences = said.map(({ stopSequence = 0 }) => stopSequence);
  expect(new Set(directions)).toEqual(new Set([0]));
  expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
});

describe('at the terminus', () => {
  const turning = [...eastward.slice(0, 5), at('f-east', 150), ...westward];

  test('begins the way back once the bus has stood for two minutes', () => {
    const { said } = drive(onMain, track(turning), townMap);

    const arrived = said.findIndex(
      ({ stopId, status }) => stopId === 'f-east' && status === 'STOPPED_AT',
    );
    expect(said[arrived + 110]).toMatchObject({ directionId: 0, stopId: 'f-east' });
    expect(said[arrived + 130]).toMatchObject({
      ...{ directionId: 1, stopId: 'f-west', status: 'STOPPED_AT', tripId: 'west-0810' },
    });
    expect(said.at(-1)).toMatchObject({ directionId: 1, stopId: 'a-west', tripId: 'west-0810' });
  });

  test('drives the next journey of its block, though another one is nearer in the plan', () => {
    const late = [...eastward.slice(0, 5), at('f-east', 200), ...westward];

    expect(lastSaid(late, {}, onMain)).toMatchObject({ tripId: 'west-0810' });
    expect(lastSaid(westward, { at: townTime(8, 8) }, onMain)).toMatchObject({
      tripId: 'west-0808',
    });
  });

  test('turns at once when the bus drives back without a rest', () => {
    const { said } = drive(onMain, track([...eastward, ...westward.slice(1)]), townMap);

    expect(said.at(-1)).toMatchObject({ directionId: 1, stopId: 'a-west', certainty: 'sure' });
  });

  test('waits for the one line that begins where the bus stands', () => {
    const state = started('main');
    const { said } = drive(state, track([at('a-east', 25)]), townMap);

    expect(said[10]).toMatchObject({ certainty: 'unknown', routeId: 'main' });
    expect(said.at(-1)).toMatchObject({
      ...{ directionId: 0, stopId: 'a-east', stopSequence: 10, status: 'STOPPED_AT' },
      ...{ tripId: 'east-0800', certainty: 'sure' },
    });
  });

  test('does not choose between lines that begin at one place', () => {
    expect(lastSaid([at('a-east', 60)])).toMatchObject({ certainty: 'unknown' });
  });
});

test('turns in the middle of a line after some hundred metres', () => {
  const { said } = drive(onMain, track([...eastward.slice(0, 4), ...westward.slice(3)]), townMap);

  expect(said.at(-1)).toMatchObject({ directionId: 1, stopId: 'a-west', certainty: 'sure' });
});

describe('loops', () => {
  const round = ['p', 'q', 'r', 's', 'p', 'q', 'r', 's', 'p'].map((id) => at(id));

  test('are driven round and round, each time with its journey', () => {
    const { said } = drive(started(), track(round, { at: eight }), townMap);
    const trips = said.map(({ tripId }) => tripId).filter((id) => id !== undefined);

    expect(halts(round)).toEqual(['q', 'r', 's', 'p', 'q', 'r', 's', 'p']);
    expect(trips.filter((id, i) => id !== trips[i - 1])).toEqual(['loop-0800', 'loop-0810']);
  });

  test('tell the last call at their first stop from the first', () => {
    expect(lastSaid(round.slice(0, 5))).toMatchObject({ stopId: 'p', stopSequence: 5 });
  });

  test('begin anew at the stop after a rest', () => {
    const road = [...round.slice(0, 4), at('p', 150)];

    expect(lastSaid(road)).toMatchObject({ stopId: 'p', stopSequence: 1, status: 'STOPPED_AT' });
  });

  test('that go in and out by one street have each of its stops twice', () => {
    const road = ['k', 'l', 'm', 'l', 'k'].map((id) => at(id));
    const { said } = drive(started(), track(road), townMap);

    const calls = said.filter(({ status }) => status === 'STOPPED_AT');
    expect(new Set(calls.map(({ stopId, stopSequence }) => `${stopId} ${stopSequence}`))).toEqual(
      new Set(['l 2', 'm 3', 'l 4', 'k 5']),
    );
  });
});

test('says the last sure stop in a tunnel, since when, and goes on after it', () => {
  const tunnel: Partial<TrackPlan> = { darkness: [[150, 260]] };
  const { said } = drive(onMain, track(eastward, tunnel), townMap);

  expect(said[200]).toMatchObject({
    ...{ stopId: 'd-east', stopSequence: 40, servedStopId: 'c-east' },
    ...{ certainty: 'last-known', since: eight + 149_000 },
  });
  expect(said[200]).not.toHaveProperty('status');
  expect(said[154]).toMatchObject({ certainty: 'sure' });
  expect(said[155]).toMatchObject({ certainty: 'last-known' });
  expect(said[260]).toMatchObject({ stopId: 'e-east', certainty: 'sure', since: eight + 260_000 });
});

test('says nothing of an hour ago', () => {
  const { state } = drive(onMain, track(eastward.slice(0, 3)), townMap);
  const later = (ms: number) =>
    tripContextOf(state, { at: eight + ms, monotonicAt: eight + ms }, townMap);

  expect(later(3_600_000)).toMatchObject({ certainty: 'last-known', stopId: 'c-east' });
  expect(later(4_000_000)).toMatchObject({ certainty: 'unknown', routeId: 'main' });
  expect(later(4_000_000)).not.toHaveProperty('stopId');
});

describe('a detour', () => {
  const detour = [via(700, 10), via(700, 300), via(1_700, 300), via(1_700, 10)];
  const road = [...eastward.slice(0, 2), ...detour, ...eastward.slice(4)];

  test('leaves the last sure stop, and comes back to the line behind the stops it missed', () => {
    const { said } = drive(onMain, track(road), townMap);

    expect(storyOf(said)).toContain('main/0 30 - last-known');
    expect(said.at(-1)).toMatchObject({ stopId: 'f-east', tripId: 'east-0800', certainty: 'sure' });
    expect(
      said.filter(({ stopId, status }) => stopId === 'd-east' && status === 'STOPPED_AT'),
    ).toEqual([]);
  });

  test('so long that the line is given up for a while is the same journey after it', () => {
    const far = [via(700, 10), via(700, 900), via(1_700, 900), via(1_700, 10)];
    const { said } = drive(
      onMain,
      track([...eastward.slice(0, 2), ...far, ...eastward.slice(4)]),
      townMap,
    );

    expect(storyOf(said)).toContain('main/- - - unknown');
    expect(said.at(-1)).toMatchObject({ stopId: 'f-east', tripId: 'east-0800', certainty: 'sure' });
  });

  test('over the street of another line does not make the bus that line', () => {
    const known = drive(started(), track(eastward), townMap).state;
    expect(known.run?.guess.road.pattern.id).toBe('main/east');
    const back = drive(known, track(westward.slice(0, 3), { at: townTime(8, 10) }), townMap).state;
    const road = [at('d-west'), via(1_500, 400), via(1_400, 400), via(1_400, -10), at('c-west')];
    const { said } = drive(back, track(road, { at: townTime(8, 14) }), townMap);

    expect(new Set(said.map(({ routeId }) => routeId))).toEqual(new Set(['main']));
    expect(said.at(-1)).toMatchObject({ directionId: 1, stopId: 'c-west', certainty: 'sure' });
  });
});

test('knows nothing in a depot far from every line, and finds the line when the bus leaves it', () => {
  const depot = { ...via(600, -3_000), haltSeconds: 120 };
  const { state, said } = drive(
    onMain,
    track([...eastward.slice(0, 2), via(600, 10), depot]),
    townMap,
  );

  expect(said.at(-1)).toMatchObject({ certainty: 'unknown', routeId: 'main' });
  expect(said.at(-1)).not.toHaveProperty('stopId');
  expect(state.rivals).toEqual([]);
  const out = track([depot, via(600, 10), ...eastward.slice(2)], { at: townTime(8, 20) });
  expect(drive(state, out, townMap).said.at(-1)).toMatchObject({
    stopId: 'f-east',
    certainty: 'sure',
  });
});

describe('midnight', () => {
  test.each([
    ['23:51', townTime(23, 51), 'night-2350', townMonday],
    ['00:31 of the next day', townTime(24, 31), 'night-2430', townMonday],
    ['01:32 of the next day', townTime(25, 32), 'night-2530', townMonday],
    ['00:31 before the calendar', townTime(0, 31), undefined, townMonday],
  ])('finds the journey of the service day at %s', (_name, time, tripId, serviceDate) => {
    const said = lastSaid(eastward.slice(0, 3), { at: time }, onMain);

    expect(said?.tripId).toBe(tripId);
    expect(said?.serviceDate).toBe(serviceDate);
  });

  test('passes under a journey without changing it', () => {
    const { said } = drive(onMain, track(eastward, { at: townTime(23, 57) }), townMap);

    expect(said.at(-1)).toMatchObject({ tripId: 'night-2350', serviceDate: townMonday });
  });

  test('finds it also where service days begin at four in the morning', () => {
    const time = { ...town.time, dayBeginsAtMinutes: 240 };
    const night = lineMapOf({ ...town, time });
    const { said } = drive(onMain, track(eastward.slice(0, 3), { at: townTime(25, 32) }), night);

    expect(said.at(-1)).toMatchObject({ tripId: 'night-2530', serviceDate: townMonday });
  });
});

test('a measurement without a fix is no observation', () => {
  const [first] = track(eastward, { darkness: [[0, 1]] });
  expect(first && observationOf(first)).toBeUndefined();
});
