/** Where the bus is: its newest position, and the place that follows from it, for the next tap. */
import type { Position, PositionSource } from '../../device/position-source.ts';
import type { Place } from '../core/rules/rule.ts';
import { type ReaderSupervisorDeps, superviseReader } from './reader-supervisor.ts';

export interface WhereaboutsDeps extends Omit<ReaderSupervisorDeps<Position>, 'handle'> {
  /** Without one, the bus is on its configured route, and nobody knows where. */
  readonly position?: PositionSource | undefined;
}

export interface Whereabouts {
  readonly place: Place;
  /** Undefined when it is too old to say where this tap was. */
  readonly position: Position | undefined;
  /** Runs until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/** An older position says nothing about where this tap was. */
const positionAgeMaxMs = 10_000;

export function createWhereabouts(
  deps: WhereaboutsDeps,
  { routeId }: { readonly routeId?: string | undefined },
): Whereabouts {
  const { clock } = deps;
  let newest: Position | undefined;
  const handle = async (found: Position) => {
    newest = found;
  };
  return {
    place: { routeId },
    get position() {
      const age = newest && clock.monotonicNow() - newest.receivedAt;
      return age !== undefined && age <= positionAgeMaxMs ? newest : undefined;
    },
    async run(signal) {
      if (deps.position === undefined) return;
      await superviseReader(deps.position, { ...deps, handle }, signal);
    },
  };
}
