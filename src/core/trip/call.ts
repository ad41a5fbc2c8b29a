/**
 * Which stop a bus on a known road is at or goes to, as GTFS-realtime says it (VehiclePosition:
 * current_stop_sequence, current_status; https://gtfs.org/documentation/realtime/reference/).
 */
import type { Road } from './road.ts';

export type VehicleStopStatus = 'INCOMING_AT' | 'STOPPED_AT' | 'IN_TRANSIT_TO';

export interface Call {
  /** Of the stop in the pattern, from 0. */
  readonly index: number;
  readonly status: VehicleStopStatus;
}

/** Metres before a stop at which a bus is about to arrive. */
const incomingMetres = 100;
/** Once said, it is not taken back by an error of position. */
const incomingAgainMetres = 130;
/** Metres a second. Between the two, a bus does what it did. */
const standingSpeed = 1;
const drivingSpeed = 3;
/** A bus that seems this far before a stop it has left went back, or was never there. */
const goneBackMetres = 100;

/** @param before of the same road, if the bus was on it. */
export function callOn(
  road: Road,
  { along, speed }: { readonly along: number; readonly speed: number },
  before?: Call,
): Call {
  const index = callIndex(road, along, before);
  const ahead = (road.stopAlong[index] ?? 0) - along;
  const was = before?.index === index ? before.status : undefined;
  const isNear = Math.abs(ahead) <= (road.stopRadius[index] ?? 0);
  if (was === 'STOPPED_AT' && isNear) {
    // Pulling up to the platform is no departure.
    const isLeaving = speed >= drivingSpeed && ahead <= 0 && index < road.stopAlong.length - 1;
    return isLeaving ? nextCall(road, along, index + 1) : { index, status: 'STOPPED_AT' };
  }
  if (isNear && speed < standingSpeed) return { index, status: 'STOPPED_AT' };
  return { index, status: statusBefore(ahead, was) };
}

function nextCall({ stopAlong }: Road, along: number, index: number): Call {
  return { index, status: statusBefore((stopAlong[index] ?? 0) - along) };
}

function statusBefore(ahead: number, was?: VehicleStopStatus): VehicleStopStatus {
  const limit = was === 'INCOMING_AT' ? incomingAgainMetres : incomingMetres;
  return ahead <= limit ? 'INCOMING_AT' : 'IN_TRANSIT_TO';
}

/** The first stop that is not behind the bus; from the one before on, so that it never goes back. */
function callIndex({ stopAlong, stopRadius }: Road, along: number, before?: Call): number {
  const left = before === undefined ? 0 : (stopAlong[before.index - 1] ?? 0);
  let index = before === undefined || along < left - goneBackMetres ? 0 : before.index;
  const isBehind = () => along > (stopAlong[index] ?? 0) + (stopRadius[index] ?? 0);
  while (index < stopAlong.length - 1 && isBehind()) index += 1;
  return index;
}

/** The stop whose riders are on board: where the bus stands, or the last that it left. */
export function servedIndex({ index, status }: Call): number | undefined {
  if (status === 'STOPPED_AT') return index;
  return index === 0 ? undefined : index - 1;
}
