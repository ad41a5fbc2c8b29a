/** Who is calling, and whether the operation is for them. */
import type { Clock } from '../../device/clock.ts';
import { type ApiKeys, apiKeyHash, type KeyHolder, type Role } from './api-keys.ts';
import type { BackendRequest, Caller, Operation } from './operation.ts';
import { ServerError } from './server-error.ts';

export interface AdmissionDeps {
  readonly store: { readonly apiKeys: Pick<ApiKeys, 'holderOf'> };
  readonly clock: Clock;
}

/** @throws ServerError 401 when nobody vouches for the caller, 403 when it is not for them. */
export async function admit(
  deps: AdmissionDeps,
  { who, roles = [] }: Pick<Operation, 'who' | 'roles'>,
  { peer, authorization }: Pick<BackendRequest, 'peer' | 'authorization'>,
): Promise<Caller> {
  switch (who) {
    case 'anyone':
      return { kind: 'anyone' };
    case 'device':
      if (peer === undefined) throw unknownDevice('none sent');
      if (peer.trouble !== undefined) throw unknownDevice(peer.trouble);
      return { kind: 'device', device: peer.name };
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

function unknownDevice(why: string): ServerError {
  return new ServerError(401, {
    code: 'sync/unknown-device',
    message: `no valid device certificate (${why})`,
    hint: 'enrol the device: it needs a certificate signed by the device CA of this backend',
  });
}
