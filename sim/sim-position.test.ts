import { expect, test } from 'vitest';
import type { Position } from '../device/position-source.ts';
import { positionSourceContract } from './contracts/position-source.ts';
import { createSimClock } from './sim-clock.ts';
import { createSimPositionSource, type SimPoint } from './sim-position.ts';

/** Points on a straight road east from Simpang Lima, Semarang, one a second. */
const aRoad = (count: number): SimPoint[] =>
  Array.from({ length: count }, (_, i) => ({
    at: (i + 1) * 1_000,
    latitude: -6.99,
    longitude: 110.423 + i / 10_000,
  }));

positionSourceContract('the simulated position', () => {
  const clock = createSimClock();
  const source = createSimPositionSource({ clock }, { points: aRoad(20) });
  const { unplug, replug } = source;
  return { source, unplug, replug, elapse: (ms) => clock.advance(ms) };
});

test('follows its points at their times, with the time of the satellites where it has one', async () => {
  const clock = createSimClock();
  const [first, second] = aRoad(2) as [SimPoint, SimPoint];
  const points = [first, { ...second, gnssTime: 1_800_000_000_000 }];
  const seen: Position[] = [];
  const follow = async () => {
    const source = createSimPositionSource({ clock }, { points });
    for await (const position of source.open(new AbortController().signal)) seen.push(position);
  };
  void follow();

  await clock.advance(1_000);
  expect(seen).toEqual([{ latitude: -6.99, longitude: 110.423, receivedAt: 1_000 }]);
  await clock.advance(10_000);

  expect(seen[1]).toMatchObject({ receivedAt: 2_000, gnssTime: 1_800_000_000_000 });
  expect(seen).toHaveLength(2);
});

test('passes over the points that went by while nobody listened', async () => {
  const clock = createSimClock();
  const source = createSimPositionSource({ clock }, { points: aRoad(10) });
  await clock.advance(5_500);

  const next = source.open(new AbortController().signal)[Symbol.asyncIterator]().next();
  await clock.advance(1_000);

  expect((await next).value).toMatchObject({ receivedAt: 6_000 });
});

test('leaves no sleeper when it is aborted after its last point', async () => {
  const clock = createSimClock();
  const abort = new AbortController();
  const source = createSimPositionSource({ clock }, { points: [] });
  const next = source.open(abort.signal)[Symbol.asyncIterator]().next();
  await clock.advance(1);

  abort.abort();

  expect(await next).toEqual({ done: true, value: undefined });
  expect(clock.sleepers).toBe(0);
});
