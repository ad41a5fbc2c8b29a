/** What the office does about devices: who asks to be taken in, approval, revocation. */
import { z } from 'zod';
import type { Clock } from '../../../device/clock.ts';
import { readFingerprint } from '../../identity/key-fingerprint.ts';
import { count, deviceId, wireError } from '../../sync/wire.ts';
import type { BackendStore } from '../backend-store.ts';
import { type Operation, officeOperation } from '../operation.ts';
import { ServerError } from '../server-error.ts';

export interface DevicesDeps {
  readonly store: BackendStore;
  readonly clock: Clock;
}

export function devicesOperations(deps: DevicesDeps): readonly Operation[] {
  return [listOperation(deps), approveOperation(deps), revokeOperation(deps)];
}

const deviceKeys = z.object({
  keys: z.array(
    z.object({
      device: z.string(),
      fingerprint: z.string().meta({ description: 'of the key, to be compared' }),
      state: z.enum(['waiting', 'approved', 'issued', 'revoked']),
      note: z.string().meta({ description: "the installer's" }),
      askedAt: count,
      approvedBy: z.string().nullable(),
      serial: z.string().nullable().meta({ description: 'of the newest certificate' }),
      notAfter: count.nullable().meta({ description: 'of the newest certificate' }),
    }),
  ),
});

function listOperation({ store }: DevicesDeps): Operation {
  return officeOperation(
    {
      operationId: 'listDeviceKeys',
      method: 'GET',
      path: '/v1/device-keys',
      summary: 'The keys of devices: those that wait first',
      roles: ['inspector'],
      answers: { 200: { description: 'By device', schema: deviceKeys } },
    },
    async () => ({ status: 200, json: { keys: await store.identities.list() } }),
  );
}

const fingerprint = z
  .string()
  .max(64)
  .transform((typed, context) => {
    const read = readFingerprint(typed);
    if (read !== undefined) return read;
    context.addIssue({ code: 'custom', message: 'a fingerprint has five groups of four' });
    return z.NEVER;
  });

const approval = z.strictObject({
  device: deviceId,
  fingerprint,
  ahead: z.boolean().default(false).meta({ description: 'also a key that has not asked yet' }),
});

const done = z.object({ device: z.string(), state: z.enum(['approved', 'revoked']) });

function approveOperation({ store, clock }: DevicesDeps): Operation {
  return officeOperation(
    {
      operationId: 'approveDeviceKey',
      method: 'POST',
      path: '/v1/device-keys/approve',
      summary: 'Take a device in by the key whose fingerprint was compared',
      roles: [],
      body: { mediaType: 'application/json', schema: approval },
      answers: {
        200: { description: 'It gets its certificate when it asks next', schema: done },
        404: { description: 'No such key has asked', schema: wireError },
      },
    },
    async ({ holder, body: { ahead, device, fingerprint: named } }) => {
      const by = { by: `key:${holder.name}`, at: clock.wallNow() };
      const key = { device, fingerprint: named };
      if (!(await store.identities.approve(key, by, { ahead }))) throw noSuchKey(device);
      return { status: 200, json: { device, state: 'approved' } };
    },
  );
}

const revocation = z.strictObject({
  device: deviceId,
  serial: z
    .string()
    .regex(/^[0-9a-f]{2,40}$/, 'lower-case hexadecimal')
    .optional()
    .meta({ description: 'of one certificate; absent: the whole device' }),
});

function revokeOperation({ store, clock }: DevicesDeps): Operation {
  return officeOperation(
    {
      operationId: 'revokeDevice',
      method: 'POST',
      path: '/v1/device-keys/revoke',
      summary: 'Turn a device, or one certificate of it, away from now on',
      roles: [],
      body: { mediaType: 'application/json', schema: revocation },
      answers: { 200: { description: 'Revoked; its ledger stays', schema: done } },
    },
    async ({ holder, body: { device, serial } }) => {
      const by = { by: `key:${holder.name}`, at: clock.wallNow() };
      await store.identities.revoke({ device, serial }, by);
      return { status: 200, json: { device, state: 'revoked' } };
    },
  );
}

function noSuchKey(device: string): ServerError {
  return new ServerError(404, {
    code: 'devices/no-such-key',
    message: `no key of ${device} with that fingerprint has asked`,
    hint: 'look at /v1/device-keys, and compare it again with what the device shows',
  });
}
