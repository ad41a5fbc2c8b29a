/**
 * What enrolment and renewal have in common: a device's request is read strictly, and a key that the
 * store says is approved gets one certificate.
 */
import type { Clock } from '../../device/clock.ts';
import { readRequest } from '../identity/certificate-request.ts';
import type { DeviceAuthority } from '../identity/device-authority.ts';
import { keyFingerprint } from '../identity/key-fingerprint.ts';
import type { BackendStore } from './backend-store.ts';
import type { EnrolmentState } from './identities.ts';
import type { BackendResponse } from './operation.ts';
import { ServerError } from './server-error.ts';

export interface CertifyingDeps {
  readonly store: Pick<BackendStore, 'identities'>;
  readonly clock: Clock;
  /** Absent: nothing is certified here. */
  readonly authority?: DeviceAuthority | undefined;
}

export interface KeyInQuestion {
  readonly device: string;
  readonly fingerprint: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
}

/** @throws ServerError 400 */
export async function keyIn(csr: Uint8Array, device: string): Promise<KeyInQuestion> {
  const request = await readRequest(csr, device);
  if (request.ok) {
    const { publicKey } = request;
    return { device, publicKey, fingerprint: keyFingerprint(publicKey) };
  }
  throw new ServerError(400, {
    code: 'enrol/bad-request',
    message: `csr: ${request.why}`,
    hint: '"halte provision" makes one that is right',
  });
}

/** @throws ServerError 429, 503 */
export async function answerFor(
  { store, clock, authority }: CertifyingDeps,
  key: KeyInQuestion,
  found: EnrolmentState,
): Promise<BackendResponse> {
  const { device, fingerprint, publicKey } = key;
  switch (found.state) {
    case 'full':
      throw tooMany();
    case 'waiting':
      return { status: 202, json: { state: 'waiting', fingerprint } };
    case 'issued':
      return issued(fingerprint, found);
    case 'approved': {
      if (authority === undefined) throw noAuthority();
      const made = await authority.issue({ device, publicKey }, clock.wallNow());
      return issued(fingerprint, await store.identities.keep({ device, fingerprint }, made));
    }
  }
}

function issued(
  fingerprint: string,
  { pem, notAfter }: { readonly pem: string; readonly notAfter: number },
): BackendResponse {
  return { status: 200, json: { state: 'issued', fingerprint, certificate: pem, notAfter } };
}

function tooMany(): ServerError {
  return new ServerError(429, {
    code: 'enrol/too-many',
    message: 'too many keys wait for approval or are in use',
    hint: 'at the office: "halte devices list", and approve or revoke what is there',
  });
}

export function noAuthority(): ServerError {
  return new ServerError(503, {
    code: 'enrol/no-authority',
    message: 'this backend makes no certificates',
    hint: 'start it with --device-ca-key, or have the certificate made elsewhere',
  });
}
