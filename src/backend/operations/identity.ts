/**
 * POST /v1/enrol and /v1/renew: how a device gets its certificate and the next one. A stranger may
 * ask, and waits until an admin has compared the fingerprint of its key and approved that key.
 */

import { certificateLifeMs } from '../../identity/device-authority.ts';
import { wireError } from '../../sync/wire.ts';
import { certified, enrolRequest, enrolWaiting, renewRequest } from '../../sync/wire-identity.ts';
import { revoked } from '../admission.ts';
import { answerFor, type CertifyingDeps, keyIn, noAuthority } from '../certifying.ts';
import { deviceOperation, type Operation, openOperation } from '../operation.ts';

/** A request and its frame: nobody needs more to say who they are. */
const bodyBytesMax = 2_048;

/** A bus that was away may renew with a certificate that ended up to this long ago. */
export const graceMs = 180 * 24 * 60 * 60 * 1_000;

export function identityOperations(deps: CertifyingDeps): readonly Operation[] {
  return [enrolOperation(deps), renewOperation(deps)];
}

const refusals = {
  429: { description: 'Too many keys wait or are in use', schema: wireError },
  503: { description: 'This backend makes no certificates', schema: wireError },
} as const;

function enrolOperation(deps: CertifyingDeps): Operation {
  const { store, clock, authority } = deps;
  return openOperation(
    {
      operationId: 'enrol',
      method: 'POST',
      path: '/v1/enrol',
      summary: 'Ask to be taken in; asking again with the same key tells how it stands',
      doors: ['device'],
      body: { mediaType: 'application/cbor', schema: enrolRequest, bytesMax: bodyBytesMax },
      answers: {
        200: { description: 'Approved: the certificate', schema: certified },
        202: { description: 'Waiting for approval', schema: enrolWaiting },
        ...refusals,
      },
    },
    async ({ body: { device, csr, note } }) => {
      if (authority === undefined) throw noAuthority();
      const key = await keyIn(csr, device);
      const { fingerprint } = key;
      const found = await store.identities.enrol({ device, fingerprint, note }, clock.wallNow());
      return answerFor(deps, key, found);
    },
  );
}

function renewOperation(deps: CertifyingDeps): Operation {
  const { store, clock, authority } = deps;
  return deviceOperation(
    {
      operationId: 'renew',
      method: 'POST',
      path: '/v1/renew',
      summary: 'The next certificate, for the same key or a new one',
      description: `With the current certificate, also when it ended at most ${graceMs / 86_400_000} days ago.`,
      graceMs,
      body: { mediaType: 'application/cbor', schema: renewRequest, bytesMax: bodyBytesMax },
      answers: {
        200: { description: 'The certificate', schema: certified },
        ...refusals,
      },
    },
    async ({ device, certificate, body: { csr } }) => {
      if (authority === undefined) throw noAuthority();
      const key = await keyIn(csr, device);
      const at = clock.wallNow();
      const found = await store.identities.succeed(
        { device, ...certificate },
        { device, fingerprint: key.fingerprint },
        { at, freshUntil: at + certificateLifeMs / 2 },
      );
      // Between admission and here.
      if (found.state === 'waiting') throw revoked(device);
      return answerFor(deps, key, found);
    },
  );
}
