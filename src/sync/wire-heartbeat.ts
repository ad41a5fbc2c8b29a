/**
 * The wire of the heartbeat: how a device is, once a minute, in CBOR; the backend's time and what it
 * has for the device, in JSON. Fields that a backend does not know it ignores, so that a newer device
 * is heard by an older one.
 */
import { z } from 'zod';
import { nonceBytes } from '../core/ledger/server-time.ts';
import { bytes, count, hash } from './wire.ts';

/** More readers than doors have. */
export const readersReportedMax = 32;
const name = z.string().min(1).max(255);

export const heartbeatRequest = z.object({
  nonce: bytes
    .refine(({ length }) => length === nonceBytes, `a nonce has ${nonceBytes} bytes`)
    .meta({ description: '16 fresh random bytes, signed with the time' }),
  epoch: count.min(1),
  seq: count.meta({ description: 'last row of the ledger; 0 in an empty epoch' }),
  tip: hash.meta({ description: 'its hash, so that a truncated tail shows' }),
  unsent: count.meta({ description: 'rows without a receipt' }),
  oldestUnsentMs: count.optional().meta({ description: 'how long the oldest of them waits' }),
  rulesVersion: name,
  listVersion: count.optional(),
  listAgeMs: count.optional(),
  release: name.meta({ description: 'of the program' }),
  bootId: name,
  monotonicAt: count.meta({ description: 'milliseconds since the boot' }),
  wallAt: z.number().int().meta({ description: "milliseconds since 1970, by the device's clock" }),
  clockQuality: name,
  clockOffsetMs: z.number().int().optional().meta({ description: 'to add to wallAt, as learned' }),
  readers: z
    .array(z.tuple([name, name]).readonly())
    .max(readersReportedMax)
    .readonly()
    .meta({ description: 'name and state: `ok`, or the code of its failure' }),
  storageFreeBytes: count.optional(),
  storageWearPercent: count.optional(),
  temperatureC: z.number().int().optional(),
  hasSpareEpoch: z.boolean().optional().meta({ description: 'false: one is wanted' }),
  epochsUsedThrough: count.optional().meta({ description: 'granted epochs begun or given up' }),
});
export type HeartbeatRequest = z.infer<typeof heartbeatRequest>;

const base64 = z.base64();
const gtfsId = z.string().min(1).max(64);

/** GTFS ids of what a bus is to drive. */
export const tripAssignment = z.object({
  routeId: gtfsId,
  directionId: z.union([z.literal(0), z.literal(1)]).optional(),
  tripId: gtfsId.optional(),
});

/** A dispatcher's word, sent until a later one comes: a device carries it out once by its id. */
export const dispatchOrder = z.object({
  id: gtfsId,
  trip: tripAssignment.optional().meta({ description: 'absent: the assignment is taken back' }),
});

/** 200. */
export const heartbeatAnswer = z.object({
  serverTime: count.meta({ description: 'milliseconds since 1970' }),
  signed: base64.meta({ description: 'COSE_Sign1 of device, nonce and serverTime: docs/sync.md' }),
  epochGrant: base64.optional().meta({ description: 'leave to begin one epoch' }),
  /** One that is not understood must not cost the time and the grant beside it. */
  assignment: dispatchOrder.optional().catch(undefined),
});
export type HeartbeatAnswer = z.infer<typeof heartbeatAnswer>;
