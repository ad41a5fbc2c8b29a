/**
 * Which trip the bus is told to run, by its driver or by a dispatcher: the later word holds, whoever's
 * it is. Both are checked alike. How a dispatcher's word comes to the bus is not known here.
 */
import type { DriverAnswer, DriverText, TripAssignment } from '../../device/driver-console.ts';
import type { Timetable } from '../core/trip/timetable.ts';
import { refusal } from './driver-answers.ts';
import { driverActionOf, isId } from './driver-request.ts';
import type { RulesInForce } from './rules-in-force.ts';
import type { Report } from './runtime-event.ts';
import type { Whereabouts } from './whereabouts.ts';

/** What a dispatcher wants. */
export interface DispatchOrder {
  /**
   * 1 to 64 characters that name the order: under the same name it is carried out once, also over a
   * restart, so that it may be sent again and again without undoing what the driver said since.
   */
  readonly id: string;
  /** Absent: the assignment is taken back, the driver's too. */
  readonly trip?: TripAssignment | undefined;
}

export interface TripDesk {
  /** @param trip undefined: the assignment is taken back. */
  assign(trip: TripAssignment | undefined): DriverAnswer;
  /** An order that is refused changes nothing and may be sent again. Never throws for what is in it. */
  dispatch(order: DispatchOrder): DriverAnswer;
}

export interface TripDeskDeps {
  readonly whereabouts: Pick<Whereabouts, 'assign' | 'release' | 'dispatch' | 'lastOrder'>;
  readonly inForce: Pick<RulesInForce, 'timetable'>;
  readonly report: Report;
}

export function createTripDesk({ whereabouts, inForce, report }: TripDeskDeps): TripDesk {
  let lastRefused: string | undefined;

  function objectionTo(trip: TripAssignment | undefined) {
    const { timetable } = inForce;
    const { routes, patterns } = timetable;
    if (trip === undefined) return undefined;
    if (routes.size > 0 && !routes.has(trip.routeId)) return refusal('unknown-route', trip.routeId);
    return patterns.length === 0 ? undefined : objectionToRun(timetable, trip);
  }

  function objectionToOrder({ id, trip }: DispatchOrder) {
    if (!isId(id)) return refusal('bad-request', '"id" names the order');
    const shaped = trip && driverActionOf({ ...trip, action: 'assign-trip' });
    return shaped !== undefined && 'ok' in shaped ? shaped : objectionTo(trip);
  }

  return {
    assign(trip) {
      const objection = objectionTo(trip);
      if (objection !== undefined) return objection;
      if (trip === undefined) whereabouts.release();
      else whereabouts.assign(trip, 'driver');
      return done(trip);
    },
    dispatch(order) {
      const { id, trip } = order;
      if (whereabouts.lastOrder === id) return done(trip);
      const objection = objectionToOrder(order);
      if (objection === undefined) {
        whereabouts.dispatch(id, trip);
        return done(trip);
      }
      // It comes again and again; the log hears of it once.
      const { code, text, hint } = objection;
      if (lastRefused !== id) report({ event: 'order-refused', code, message: text.en, hint });
      lastRefused = id;
      return objection;
    },
  };
}

/** Direction and trip, of whoever's timetable says what the route drives. */
function objectionToRun({ patterns, trips }: Timetable, assigned: TripAssignment) {
  const { routeId, directionId, tripId } = assigned;
  const ofRoute = patterns.filter((pattern) => pattern.routeId === routeId);
  const ofDirection = ofRoute.filter(
    (pattern) => (pattern.directionId ?? directionId) === directionId,
  );
  if (directionId !== undefined && ofDirection.length === 0) {
    return refusal('unknown-direction', `${routeId} ${directionId}`);
  }
  if (tripId === undefined) return undefined;
  const driven = new Set((directionId === undefined ? ofRoute : ofDirection).map(({ id }) => id));
  const isKnown = trips.some((trip) => trip.tripId === tripId && driven.has(trip.patternId));
  return isKnown ? undefined : refusal('unknown-trip', tripId);
}

function done(trip: TripAssignment | undefined): DriverAnswer {
  return { ok: true, text: trip === undefined ? texts.released : texts.assigned, fields: {} };
}

const texts = {
  assigned: { id: 'Perjalanan diatur', en: 'The trip is set' },
  released: { id: 'Perjalanan dilepas', en: 'The trip is released' },
} as const satisfies Record<string, DriverText>;
