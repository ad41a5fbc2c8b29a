/** GET /v1/devices and /v1/undigested: how the fleet is, and rows that nobody here can read yet. */
import { z } from 'zod';
import { hex } from '../../core/bytes.ts';
import { count } from '../../sync/wire.ts';
import type { BackendStore } from '../backend-store.ts';
import { type Operation, officeOperation } from '../operation.ts';

export interface FleetDeps {
  readonly store: Pick<BackendStore, 'fleet'>;
}

export function fleetOperations(deps: FleetDeps): readonly Operation[] {
  return [devicesOperation(deps), undigestedOperation(deps)];
}

const limit = z.coerce.number().int().min(1).max(500).default(100);
const place = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0);
const after = z.string().max(64).default('').meta({ description: 'id of the last device had' });

const devicesPage = z.object({ limit, after });

const devices = z.object({
  devices: z.array(
    z.object({
      device: z.string(),
      epochs: count,
      rows: count,
      lastSeen: count,
      health: z
        .object({
          receivedAt: count,
          report: z.record(z.string(), z.unknown()).meta({ description: 'its heartbeat' }),
        })
        .nullable(),
      alarms: z.array(
        z.object({
          kind: z.enum(['tail-truncated', 'chain-contradiction']),
          epoch: count,
          seq: count.meta({ description: 'as the device says' }),
          heldSeq: count.meta({ description: 'as it was known before' }),
          firstAt: count,
          lastAt: count,
        }),
      ),
    }),
  ),
});

function devicesOperation({ store }: FleetDeps): Operation {
  return officeOperation(
    {
      operationId: 'listDevices',
      method: 'GET',
      path: '/v1/devices',
      summary: 'The devices that sent rows: how they are, and what contradicts what is held',
      roles: ['clerk', 'inspector'],
      query: devicesPage,
      answers: { 200: { description: 'By id', schema: devices } },
    },
    async ({ query: { limit, after } }) => {
      return { status: 200, json: { devices: await store.fleet.devices(limit, after) } };
    },
  );
}

const undigestedPage = z.object({
  limit,
  afterDevice: after,
  afterEpoch: place,
  afterSeq: place,
});

const undigested = z.object({
  rows: z.array(
    z.object({
      device: z.string(),
      epoch: count,
      seq: count,
      bytes: z.string().meta({ description: 'as they came, in hexadecimal' }),
    }),
  ),
});

function undigestedOperation({ store }: FleetDeps): Operation {
  return officeOperation(
    {
      operationId: 'listUndigested',
      method: 'GET',
      path: '/v1/undigested',
      summary: 'Rows of ledgers that this version cannot read: kept, receipted, in no sum',
      roles: ['inspector'],
      query: undigestedPage,
      answers: { 200: { description: 'By device, epoch and seq', schema: undigested } },
    },
    async ({ query: { limit, afterDevice: device, afterEpoch: epoch, afterSeq: seq } }) => {
      const rows = await store.fleet.undigested(limit, { device, epoch, seq });
      const shown = rows.map(({ payload, ...named }) => ({ ...named, bytes: hex(payload) }));
      return { status: 200, json: { rows: shown } };
    },
  );
}
