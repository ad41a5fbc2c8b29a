/** Transit cards for the canary test: their numbers and keys are canaries as well. */
import { readFileSync } from 'node:fs';
import type { Entropy } from '../../device/clock.ts';
import { createFileKeyStore } from '../../src/config/key-file.ts';
import { writeTestKeys } from '../card-keys.ts';
import { issueTransitCard } from '../card-office.ts';
import type { DesfireCard } from '../cards/desfire/desfire-card.ts';
import { bytesOf } from '../testing/builders.ts';
import type { Canary } from './disguises.ts';

export interface CanaryCardOffice {
  /** Its master keys. */
  readonly canaries: readonly Canary[];
  /** @param uid 7 bytes. @returns a card with Rp 20.000 on it. */
  make(uid: Uint8Array): Promise<DesfireCard>;
}

/** @param file of the keys, which must not be there yet. */
export function createCanaryCardOffice(file: string, entropy: Entropy): CanaryCardOffice {
  writeTestKeys(file, entropy);
  const { keys } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly keys: readonly { readonly name: string; readonly key: string }[];
  };
  const keyStore = createFileKeyStore(file);
  return {
    canaries: keys.map(({ name, key }) => ({ name: `key ${name}`, secret: bytesOf(key) })),
    make: (uid) => issueTransitCard({ uid, openingBalance: 20_000 }, { keyStore, entropy }),
  };
}
