import { expect, test } from 'vitest';
import { tapPlaceOf } from './tap-place.ts';
import type { TripContext } from './trip-context.ts';

const driving: TripContext = {
  ...{ routeId: 'main', directionId: 0, tripId: 'east-0800', serviceDate: 20_458 },
  ...{ stopId: 'c-east', stopSequence: 30, status: 'IN_TRANSIT_TO' },
  ...{ servedStopId: 'b-east', servedStopSequence: 20 },
  ...{ certainty: 'sure', assignedBy: 'matched', since: 1 },
};
const all = { isTracked: true, isTimed: true };

test('boards at the stop that was left last, and leaves at the next one', () => {
  expect(tapPlaceOf(driving, all)).toEqual({
    ...{ routeId: 'main', directionId: 0, tripId: 'east-0800', serviceDate: 20_458 },
    ...{ stopId: 'b-east', stopSequence: 20 },
    ...{ alightingStopId: 'c-east', alightingStopSequence: 30 },
    certainty: 'sure',
  });
});

test('has neither journey nor day by a clock that is not trusted, but the stop', () => {
  const place = tapPlaceOf(driving, { ...all, isTimed: false });

  expect(place).toMatchObject({ routeId: 'main', stopId: 'b-east', certainty: 'sure' });
  expect(Object.keys(place)).not.toEqual(expect.arrayContaining(['tripId']));
  expect(Object.keys(place)).not.toEqual(expect.arrayContaining(['serviceDate']));
});

test('says of no certainty where nothing tells positions', () => {
  const { certainty: _certainty, ...rest } = tapPlaceOf(driving, all);

  expect(tapPlaceOf(driving, { ...all, isTracked: false })).toEqual(rest);
});

test('has no stop to board at before the first one', () => {
  const { servedStopId: _stop, servedStopSequence: _sequence, ...before } = driving;

  expect(tapPlaceOf(before, all)).not.toHaveProperty('stopId');
});
