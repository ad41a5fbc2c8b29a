import { expect, test } from 'vitest';
import { townPoint } from './gnss-town.ts';
import { gnssTrack, type TrackPlan } from './gnss-track.ts';
import { createSimRandom } from './sim-chance.ts';

const aTrack = (change: Partial<TrackPlan> = {}) =>
  gnssTrack({
    at: 1_000_000,
    road: [
      { ...townPoint(0, 0), haltSeconds: 3 },
      { ...townPoint(100, 0), haltSeconds: 2 },
    ],
    random: createSimRandom(1),
    ...change,
  });

test('halts, drives and halts, one measurement a second', () => {
  const track = aTrack();

  expect(track.map(({ speed }) => speed)).toEqual([0, 0, 0, ...Array(10).fill(10), 0, 0]);
  expect(track[3]?.course).toBeCloseTo(90, 1);
  expect(track[0]).not.toHaveProperty('course');
  expect(track.map(({ at }) => at).slice(0, 2)).toEqual([1_000_000, 1_001_000]);
});

test('errs within its limit, and not at all with none', () => {
  const errors = aTrack({ errorMetres: 0 }).map(({ place }, i) => {
    const seen = aTrack({ errorMetres: 5 })[i]?.place;
    return ((seen?.latitude ?? 0) - (place?.latitude ?? 0)) * 111_195;
  });

  expect(Math.max(...errors.map(Math.abs))).toBeLessThanOrEqual(5);
  expect(Math.max(...errors)).toBeGreaterThan(1);
});

test('has no place in the dark, and the same ones after it', () => {
  const [lit, dark] = [aTrack(), aTrack({ darkness: [[4, 6]] })];

  expect(dark.map(({ place }) => place === undefined).indexOf(true)).toBe(4);
  expect(dark[6]).toEqual(lit[6]);
});

test('is the same under the same seed', () => {
  expect(aTrack()).toEqual(aTrack());
  expect(aTrack()).not.toEqual(aTrack({ random: createSimRandom(2) }));
});
