import { expect, test } from 'vitest';
import { drive } from '../../../sim/gnss-drive.ts';
import { eastward, eight, started, townMap, track, via } from '../../../sim/gnss-journey.ts';
import type { Observation } from './observation.ts';
import { advance } from './tracker.ts';
import { tripContextOf } from './trip-context.ts';

const onMain = started('main');

const driven = drive(onMain, track(eastward.slice(0, 3)), townMap);
const end = driven.said.length * 1_000 + eight;
const here = via(1_000, 10);
const seen = (change: Partial<Extract<Observation, { kind: 'position' }>>): Observation => ({
  ...{ kind: 'position', at: end, monotonicAt: end, ...here, speed: 0, hdop: 1 },
  ...change,
});
const saidAfter = (observations: readonly Observation[], ms: number) => {
  const state = observations.reduce((reached, one) => advance(reached, one, townMap), driven.state);
  return tripContextOf(state, { at: end + ms, monotonicAt: end + ms }, townMap);
};

test.each([
  ['jump faster than a bus', seen(via(4_000, 10))],
  ['have a bad geometry', seen({ ...via(1_500, 10), hdop: 5.1 })],
  ['are reckoned without satellites', seen({ ...via(1_030, 10), quality: 'estimated' })],
  ['are older than the last', seen({ monotonicAt: end - 5_000 })],
  ['are no numbers', seen({ latitude: Number.NaN })],
  ['lie off the earth', seen({ longitude: 181 })],
])('%s: the last sure stop stays', (_name, observation) => {
  const said = saidAfter([observation], 6_000);

  expect(said).toMatchObject({ stopId: 'c-east', certainty: 'last-known', since: end - 1_000 });
});

test('one jump among good positions changes nothing', () => {
  const good = (ms: number) => seen({ at: end + ms, monotonicAt: end + ms });
  const jump = { ...good(1_000), ...via(-3_000, 800) };

  expect(saidAfter([good(0), jump, good(2_000)], 2_000)).toMatchObject({
    ...{ stopId: 'c-east', status: 'STOPPED_AT', certainty: 'sure' },
  });
});

test('a place to which five positions in a row agree is believed', () => {
  const far = Array.from({ length: 5 }, (_, i) =>
    seen({ ...via(0, 5_000), at: end + i * 1_000, monotonicAt: end + i * 1_000 }),
  );
  const before = far.slice(0, 4).reduce((state, one) => advance(state, one, townMap), driven.state);
  const after = far.reduce((state, one) => advance(state, one, townMap), driven.state);

  expect(before.belief.fix).toEqual(driven.state.belief.fix);
  expect(after.belief.fix?.y).toBeCloseTo((before.belief.fix?.y ?? 0) + 4_990, -1);
});
