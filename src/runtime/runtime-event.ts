/** What the runtime reports of itself, as data: whoever runs it decides how it is written down. */
import type { EpochMs } from '../../device/clock.ts';
import type { Place } from '../core/rules/rule.ts';
import type { TripContext } from '../core/trip/trip-context.ts';
import type { Rescue } from '../store/ledger-rescue.ts';
import type { Versions } from '../targets/targets-client.ts';

export type RuntimeEvent =
  | {
      readonly event: 'ready';
      readonly device: string;
      readonly epoch: number;
      readonly seq: number;
    }
  /** A damaged ledger: the device goes on with a new one, and somebody should look. */
  | ({ readonly event: 'ledger-set-aside' } & Rescue)
  | ({ readonly event: 'reader-failed'; readonly reader: string } & Failure)
  | { readonly event: 'synced'; readonly throughSeq: number; readonly unsent: number }
  | ({ readonly event: 'sync-failed'; readonly unsent: number } & Failure)
  | { readonly event: 'fork'; readonly epoch: number; readonly newEpoch: number }
  /** The backend asked for rows that are deleted here after their receipt: it lost them. */
  | {
      readonly event: 'gap-told';
      readonly epoch: number;
      readonly fromSeq: number;
      readonly throughSeq: number;
    }
  /** Cards are refused for want of a key, or because the key store fails. */
  | { readonly event: 'card-key-missing'; readonly detail: string }
  | { readonly event: 'certificate-renewed'; readonly notAfter: EpochMs }
  /** The certificate in use still counts, until it ends; it is tried again. */
  | ({ readonly event: 'renewal-failed' } & Failure)
  /** Nobody answered several payments in a row: the next are judged without asking. */
  | ({ readonly event: 'payments-unanswered' } & Failure)
  | { readonly event: 'payments-answered' }
  /** What was assigned holds, but not over a restart. */
  | ({ readonly event: 'assignment-not-kept' } & Failure)
  /** A dispatcher's order cannot be carried out: the trip stays as it is. */
  | ({ readonly event: 'order-refused' } & Failure)
  /** Where the bus is by now: it reached a stop, changed its journey, or became less or more sure. */
  | ({ readonly event: 'whereabouts' } & SeenPlace)
  /** A jump of days in the backend's signed time: believed when the next answer says it too. */
  | { readonly event: 'server-time-doubted'; readonly jumpMs: number }
  /** What the device took for the backend's time was wrong by this much. */
  | { readonly event: 'server-time-jumped'; readonly jumpMs: number }
  /** The backend answers, and does not take heartbeats: taps go on. */
  | ({ readonly event: 'heartbeat-refused' } & Failure)
  | { readonly event: 'clock-step'; readonly stepMs: number }
  | {
      readonly event: 'rules-in-force';
      readonly version: string;
      readonly effectiveFrom: EpochMs;
      /** false: those that the device was built with. */
      readonly isPublished: boolean;
    }
  /** Read and sound, and waiting for their day. */
  | { readonly event: 'rules-held'; readonly version: string; readonly effectiveFrom: EpochMs }
  /** The active bundle cannot be read any more. */
  | ({ readonly event: 'rules-unreadable' } & Failure)
  | {
      readonly event: 'targets-refreshed';
      readonly versions: Versions;
      /** Names of targets that are to be fetched. */
      readonly waiting: readonly string[];
      readonly trustedUntil?: EpochMs;
    }
  | ({
      readonly event: 'targets-failed';
      readonly source: 'backend' | 'stick' | 'device';
    } & Failure)
  | {
      readonly event: 'list-installed';
      readonly listId: string;
      readonly version: number;
      readonly entries: number;
      readonly madeAt: EpochMs;
    }
  | ({ readonly event: 'list-failed' } & Failure)
  | ({ readonly event: 'out-of-service' } & Failure)
  /** Out of service it was, and goes on by itself. */
  | { readonly event: 'in-service' };

/** `stopId` is where the bus stands or stood last. */
export type SeenPlace = Pick<Place, 'routeId' | 'directionId' | 'tripId' | 'stopId'> &
  Pick<TripContext, 'certainty' | 'assignedBy' | 'since'>;

/** A code for programs, a sentence for people and what to do next. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export type Report = (event: RuntimeEvent) => void;

/** Names a failure of the world; what has no code is our own bug and must not be named away. */
export function asFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, hint } = error as { code?: unknown; hint?: unknown };
  if (typeof code !== 'string' || typeof hint !== 'string') return undefined;
  return { code, message: error.message, hint };
}
