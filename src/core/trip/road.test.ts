import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeNear, placesOnRoad, placesPerRoadMax } from './place-on-road.ts';
import { metresBetween, type Point, planeAround, pointOn } from './plane.ts';
import { type Road, roadLength, roadOf } from './road.ts';

const at = (x: number, y: number): Point => ({ x, y });
const road = (stops: readonly Point[], shape?: readonly Point[]): Road =>
  roadOf({ id: 'p', routeId: 'r', stopIds: stops.map((_, i) => `${i}`) }, stops, shape);

test('measures a town in metres, also across the 180th meridian', () => {
  const plane = planeAround([{ latitude: 0, longitude: 179.999 }]);
  const [west, east] = [179.999, -179.999].map((longitude) =>
    pointOn(plane, { latitude: 0, longitude }),
  );

  // 0.002° of the equator of a sphere of the mean radius.
  expect(west && east && metresBetween(west, east)).toBeCloseTo(222.39, 1);
});

test('has its stops at their corners where no shape is known', () => {
  expect(road([at(0, 0), at(300, 0), at(300, 400)]).stopAlong).toEqual([0, 300, 700]);
});

test('places stops beside a drawn road where they are nearest', () => {
  const shape = [at(0, 0), at(1_000, 0), at(1_000, 1_000)];

  expect(road([at(100, 10), at(990, -10), at(1_010, 800)], shape).stopAlong).toEqual([
    100, 990, 1_800,
  ]);
});

test('places the one stop at which a loop begins and ends at both its ends', () => {
  const shape = [at(0, 0), at(500, 0), at(500, 500), at(0, 500), at(0, 0)];

  expect(road([at(0, 0), at(500, 250), at(0, 0)], shape).stopAlong).toEqual([0, 750, 2_000]);
});

test('places a stop that is called at twice on the way in and on the way out', () => {
  const shape = [at(0, 0), at(1_000, 0), at(0, 0)];

  expect(
    road([at(0, 5), at(600, 5), at(1_000, 5), at(600, -5), at(0, -5)], shape).stopAlong,
  ).toEqual([0, 600, 1_000, 1_400, 2_000]);
});

test('lets stops close together share the way between them', () => {
  expect(road([at(0, 0), at(20, 0), at(500, 0)]).stopRadius).toEqual([10, 10, 30]);
});

test('finds each pass of a road, and the one that is expected', () => {
  const outAndBack = road([at(0, 0), at(1_000, 0)], [at(0, 0), at(1_000, 0), at(0, 5)]);
  const here = at(300, 2);
  const near = (most: number) =>
    placeNear(outAndBack, here, { from: 0, through: roadLength(outAndBack), most })?.along;

  expect(placesOnRoad(outAndBack, here).map(({ along }) => Math.round(along))).toEqual(
    expect.arrayContaining([300, 1_700]),
  );
  expect(near(310)).toBeCloseTo(300, 0);
  expect(near(1_690)).toBeCloseTo(1_700, 0);
});

test('is not where the road is out of reach: 60 m of a drawn one, more of a guessed one', () => {
  const ends = [at(0, 0), at(400, 0)];

  expect(placesOnRoad(road(ends, ends), at(200, 61))).toEqual([]);
  expect(placesOnRoad(road(ends, ends), at(200, 59))).toHaveLength(1);
  expect(placesOnRoad(road(ends), at(200, 249))).toHaveLength(1);
  expect(placesOnRoad(road(ends), at(200, 251))).toEqual([]);
});

test('keeps its stops in order and on the road, wherever they are', () => {
  const coordinate = fc.integer({ min: -2_000, max: 2_000 });
  const points = fc.array(fc.record({ x: coordinate, y: coordinate }), {
    minLength: 2,
    maxLength: 12,
  });

  fc.assert(
    fc.property(points, fc.option(points, { nil: undefined }), points, (stops, shape, places) => {
      const made = road(stops, shape);

      expect(made.stopAlong).toHaveLength(stops.length);
      expect(made.stopAlong).toEqual(made.stopAlong.toSorted((a, b) => a - b));
      expect(made.stopAlong.at(-1)).toBeLessThanOrEqual(roadLength(made) + 1e-6);
      for (const place of places) {
        expect(placesOnRoad(made, place).length).toBeLessThanOrEqual(placesPerRoadMax);
      }
    }),
  );
});
