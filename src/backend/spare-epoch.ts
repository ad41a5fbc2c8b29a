/** The spare epoch of a device as it goes over the wire: signed by the receipt key. */
import type { Ed25519PrivateKey } from '../core/crypto/ed25519.ts';
import { signEpochGrant } from '../core/ledger/epoch-grant.ts';
import type { BackendStore } from './backend-store.ts';
import type { SpareWanted } from './epoch-grant-scripts.ts';

export interface SpareEpochDeps {
  readonly store: Pick<BackendStore, 'grantEpoch'>;
  readonly receiptKey: Ed25519PrivateKey;
}

/**
 * For a device that says it holds no spare. @param at milliseconds since 1970.
 * @returns COSE_Sign1 in base64; undefined when there is nothing to grant.
 */
export async function spareEpochFor(
  { store, receiptKey }: SpareEpochDeps,
  device: string,
  { at, ...wanted }: SpareWanted & { readonly at: number },
): Promise<string | undefined> {
  const grant = await store.grantEpoch(device, wanted, at);
  return grant && Buffer.from(signEpochGrant(receiptKey, grant)).toString('base64');
}
