/** Who is calling, and whether the operation is for them. */
import type { Clock } from '../../device/clock.ts';
import { type ApiKeys, apiKeyHash, type KeyHolder, type Role } from './api-keys.ts';
import type { DeviceIdentities } from './identities.ts';
import type { BackendRequest, Caller, Operation, Peer } from './operation.ts';
import { ServerError } from './server-error.ts';

export interface AdmissionDeps {
  readonly store: {
    readonly apiKeys: Pick<ApiKeys, 'holderOf'>;
    readonly identities: Pick<DeviceIdentities, 'isRevoked'>;
  };
  readonly clock: Clock;
}

/** @throws ServerError 401 when nobody vouches for the caller, 403 when it is not for them. */
export async function admit(
  deps: AdmissionDeps,
  { who, graceMs, roles = [] }: Pick<Operation, 'who' | 'graceMs' | 'roles'>,
  { peer, authorization }: Pick<BackendRequest, 'peer' | 'authorization'>,
): Promise<Caller> {
  switch (who) {
    case 'anyone':
      return { kind: 'anyone' };
    case 'device':
      return admitDevice(deps, peer, graceMs);
    case 'office':
      return { kind: 'office', holder: await holderFor(roles, deps, authorization) };
  }
}

const bearer = /^Bearer (\S{1,100})$/;

async function holderFor(
  roles: readonly Role[],
  { store, clock }: AdmissionDeps,
  authorization = '',
): Promise<KeyHolder> {
  const hash = apiKeyHash(bearer.exec(authorization)?.[1] ?? '');
  const holder = hash && (await store.apiKeys.holderOf(hash, clock.wallNow()));
  if (holder === undefined) throw noKey();
  if (holder.role !== 'admin' && !roles.includes(holder.role)) throw otherRole(holder.role, roles);
  return holder;
}

function noKey(): ServerError {
  return new ServerError(401, {
    code: 'office/no-key',
    message: 'no key of this backend was shown',
    hint: 'send "Authorization: Bearer halte_…"; "halte keys add" makes a key',
  });
}

function otherRole(role: Role, roles: readonly Role[]): ServerError {
  return new ServerError(403, {
    code: 'office/other-role',
    message: `the key is of a ${role}; this is for ${['admin', ...roles].join(', ')}`,
    hint: 'ask an admin, or use a key of that role',
  });
}

async function admitDevice(
  { store, clock }: AdmissionDeps,
  peer: Peer | undefined,
  graceMs = 0,
): Promise<Caller> {
  if (peer === undefined) throw unknownDevice('none sent');
  const trouble = troubleOf(peer, clock.wallNow(), graceMs);
  if (trouble !== undefined) throw unknownDevice(trouble);
  const { name: device, certificate } = peer;
  if (await store.identities.isRevoked({ device, ...certificate })) throw revoked(device);
  return { kind: 'device', device, certificate };
}

const expired = 'CERT_HAS_EXPIRED';

/**
 * TLS says of a certificate that has expired nothing else: not whether its chain holds. Whom grace
 * would let in, our own CA must have signed.
 */
function troubleOf({ trouble, certificate }: Peer, now: number, graceMs: number) {
  if (trouble !== undefined && trouble !== expired) return trouble;
  const { notAfter, isOurs } = certificate;
  if (trouble === undefined && now <= notAfter) return undefined;
  return graceMs > 0 && isOurs && now <= notAfter + graceMs ? undefined : expired;
}

function unknownDevice(why: string): ServerError {
  return new ServerError(401, {
    code: 'sync/unknown-device',
    message: `no valid device certificate (${why})`,
    hint: 'enrol the device: it needs a certificate signed by the device CA of this backend',
  });
}

export function revoked(device: string): ServerError {
  return new ServerError(403, {
    code: 'sync/revoked',
    message: `the certificate of ${device} was revoked`,
    hint: 'its taps stay in its ledger; "halte provision" asks the office to take it in again',
  });
}
