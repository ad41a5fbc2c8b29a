/** POST /v1/devices/{device}/assignment: a dispatcher says what a bus drives. */
import { z } from 'zod';
import type { Clock } from '../../../device/clock.ts';
import { wireError } from '../../sync/wire.ts';
import { tripAssignment } from '../../sync/wire-heartbeat.ts';
import type { BackendStore } from '../backend-store.ts';
import { type Operation, officeOperation } from '../operation.ts';
import { ServerError } from '../server-error.ts';

export interface DispatchDeps {
  readonly store: Pick<BackendStore, 'orders'>;
  readonly clock: Clock;
}

const bodyBytesMax = 2_048;

const order = z.strictObject({
  trip: tripAssignment
    .nullable()
    .meta({ description: 'GTFS ids; null: the assignment is taken back' }),
});

export function dispatchOperation({ store, clock }: DispatchDeps): Operation {
  return officeOperation(
    {
      operationId: 'assignTrip',
      method: 'POST',
      path: '/v1/devices/{device}/assignment',
      summary: 'Say what a bus drives; it hears of it with its next heartbeat',
      description:
        'The device checks it by its own timetable; of it and the driver the later holds.',
      roles: ['clerk'],
      body: { mediaType: 'application/json', schema: order, bytesMax: bodyBytesMax },
      answers: {
        200: {
          description: 'It is on its way, and in the audit',
          schema: z.object({ id: z.string().meta({ description: 'names the order' }) }),
        },
        404: { description: 'No such device', schema: wireError },
      },
    },
    async ({ params: { device = '' }, body: { trip }, holder }) => {
      const by = { by: `key:${holder.name}`, at: clock.wallNow() };
      const id = await store.orders.give(device, trip ?? undefined, by);
      if (id === undefined) throw noSuchDevice();
      return { status: 200, json: { id } };
    },
  );
}

function noSuchDevice(): ServerError {
  return new ServerError(404, {
    code: 'office/no-such-device',
    message: 'no device of this id has spoken to this backend yet',
    hint: 'check the id; a new device is known from its first heartbeat on',
  });
}
