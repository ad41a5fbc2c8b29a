/**
 * Where the bus is: its newest position, and the place that follows from it, for the next tap. It
 * reports what changes, so that the log tells where the bus thinks it is.
 */
import type { Position, PositionSource } from '../../device/position-source.ts';
import type { Place } from '../core/rules/rule.ts';
import type { Assignment, AssignmentObservation } from '../core/trip/observation.ts';
import { tapPlaceOf } from '../core/trip/tap-place.ts';
import type { TripContext } from '../core/trip/trip-context.ts';
import type { Assigned, AssignmentMemory } from './assignment-memory.ts';
import { type ReaderSupervisorDeps, superviseReader } from './reader-supervisor.ts';
import { asFailure, type SeenPlace } from './runtime-event.ts';
import type { Stamper } from './stamp.ts';
import { createTripWatch, type TripWatchDeps } from './trip-watch.ts';

export interface WhereaboutsDeps
  extends Omit<ReaderSupervisorDeps<Position>, 'handle'>,
    Omit<TripWatchDeps, 'onAssigned'> {
  readonly stamper: Pick<Stamper, 'stamp'>;
  /** Without one, the bus is on its configured or assigned route, and nobody knows where. */
  readonly position?: PositionSource | undefined;
  /** Without one, an assignment is forgotten with a restart. */
  readonly assignments?: AssignmentMemory | undefined;
}

export interface Whereabouts {
  /** For a tap that happens now. */
  readonly place: Place;
  /** Undefined when it is too old to say where this tap was. */
  readonly position: Position | undefined;
  /** All that the tracker says now, for whoever looks at it. */
  readonly context: TripContext;
  /** What somebody says that the bus drives; wins over the configured route and every guess. */
  assign(assignment: Assignment, by: AssignmentObservation['by']): void;
  /** Takes the assignment back. */
  release(): void;
  /** A dispatcher's assignment, or with none its end; and the name of the order, which is kept. */
  dispatch(order: string, assignment: Assignment | undefined): void;
  /** Of the order that was carried out last, also before a restart. */
  readonly lastOrder: string | undefined;
  /** Runs until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/** An older position says nothing about where this tap was. */
const positionAgeMaxMs = 10_000;

/** So often at most the log has a line, however a receiver flickers; a halt takes longer. */
export const placeLookMs = 10_000;

export function createWhereabouts(
  deps: WhereaboutsDeps,
  options: { readonly routeId?: string | undefined },
): Whereabouts {
  const { clock, stamper, assignments } = deps;
  const watch = createTripWatch({ ...deps, onAssigned: (given) => keep({ given }) }, options);
  let newest: Position | undefined;
  const handle = async (found: Position) => {
    newest = found;
    watch.see(found);
  };
  const isTimed = () => stamper.stamp().clockQuality !== 'untrusted';
  const currentPlace = () =>
    tapPlaceOf(watch.context, { isTracked: deps.position !== undefined, isTimed: isTimed() });
  const { given, order } = assignments?.recall() ?? {};
  let assigned: Assigned = { order };
  if (given !== undefined && isTimed() && clock.wallNow() < given.until)
    watch.assign(given.assignment, given.by);

  function keep(change: Assigned): void {
    assigned = { ...assigned, ...change };
    try {
      assignments?.keep(assigned);
    } catch (error) {
      const failure = asFailure(error);
      if (failure === undefined) throw error;
      deps.report({ event: 'assignment-not-kept', ...failure });
    }
  }

  async function reportChanges(signal: AbortSignal): Promise<void> {
    let reported = factsOf(seenPlace());
    while (!signal.aborted) {
      await clock.sleep(placeLookMs, signal);
      const seen = seenPlace();
      const facts = factsOf(seen);
      if (facts !== reported && !signal.aborted) deps.report({ event: 'whereabouts', ...seen });
      reported = facts;
    }
  }

  function seenPlace(): SeenPlace {
    const { routeId, directionId, tripId, stopId } = currentPlace();
    const { certainty, assignedBy, since } = watch.context;
    return { routeId, directionId, tripId, stopId, certainty, assignedBy, since };
  }

  return {
    get place() {
      return currentPlace();
    },
    get position() {
      const age = newest && clock.monotonicNow() - newest.receivedAt;
      return age !== undefined && age <= positionAgeMaxMs ? newest : undefined;
    },
    get context() {
      return watch.context;
    },
    assign: watch.assign,
    release: watch.release,
    dispatch(name, assignment) {
      if (assignment === undefined) watch.release();
      else watch.assign(assignment, 'dispatcher');
      keep({ order: name });
    },
    get lastOrder() {
      return assigned.order;
    },
    async run(signal) {
      await Promise.all([
        reportChanges(signal),
        ...(deps.position === undefined
          ? []
          : [superviseReader(deps.position, { ...deps, handle }, signal)]),
      ]);
    },
  };
}

/** A new `since` alone is no news. */
function factsOf({ since: _since, ...facts }: SeenPlace): string {
  return JSON.stringify(facts);
}
