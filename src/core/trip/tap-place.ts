/** What a tap is told of a trip context: where its rider boards, and where one who leaves does. */
import type { Place } from '../rules/rule.ts';
import type { TripContext } from './trip-context.ts';

export interface TapPlaceOptions {
  /** Whether anything tells positions: without it nobody can say how sure a stop is. */
  readonly isTracked: boolean;
  /** Whether the wall clock may choose journeys and service days. */
  readonly isTimed: boolean;
}

export function tapPlaceOf(context: TripContext, options: TapPlaceOptions): Place {
  const { routeId, directionId, tripId, serviceDate, certainty } = context;
  return {
    ...given({ routeId, directionId }),
    ...(options.isTimed ? given({ tripId, serviceDate }) : {}),
    ...stopsOf(context),
    ...(options.isTracked ? { certainty } : {}),
  };
}

/** Whoever boards did so where the bus stands or stood last; whoever leaves, at the next stop. */
function stopsOf(context: TripContext): Partial<Place> {
  const { servedStopId, servedStopSequence, stopId, stopSequence } = context;
  return given({
    ...{ stopId: servedStopId, stopSequence: servedStopSequence },
    ...{ alightingStopId: stopId, alightingStopSequence: stopSequence },
  });
}

function given<T extends object>(facts: T): Partial<T> {
  const entries = Object.entries(facts).filter(([, fact]) => fact !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}
