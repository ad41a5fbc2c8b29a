/** Who is calling, and whether the operation is for them. */
import type { BackendRequest, Caller, Operation } from './operation.ts';
import { ServerError } from './server-error.ts';

/** @throws ServerError 401 when nobody vouches for the caller. */
export async function admit(
  { who }: Pick<Operation, 'who'>,
  { peer }: Pick<BackendRequest, 'peer'>,
): Promise<Caller> {
  switch (who) {
    case 'anyone':
      return { kind: 'anyone' };
    case 'device':
      if (peer === undefined) throw unknownDevice('none sent');
      if (peer.trouble !== undefined) throw unknownDevice(peer.trouble);
      return { kind: 'device', device: peer.name };
  }
}

function unknownDevice(why: string): ServerError {
  return new ServerError(401, {
    code: 'sync/unknown-device',
    message: `no valid device certificate (${why})`,
    hint: 'enrol the device: it needs a certificate signed by the device CA of this backend',
  });
}
