/** Entries of a list that does not exist: evenly spread keys in order, the same under one seed. */

import type { ListRecord } from '../../src/store/security-list-format.ts';
import { recordOf } from '../../src/store/security-list-format.ts';
import { createSfc32 } from '../sim-chance.ts';

const listsStream = 0x4c495354;
const keyWords = 8;

/** Most owe money, as on real lists; some are allowed cards with a product. */
const debt = { kind: 'account', effect: 'deny', reason: 'debt' } as const;
const lost = { kind: 'card', effect: 'deny', reason: 'lost' } as const;
const subscriber = {
  kind: 'card',
  effect: 'allow',
  reason: 'other',
  product: 'langganan-6-bulan',
  from: 1_780_000_000_000,
  until: 1_795_000_000_000,
} as const;

/** At most 2^32: the first four bytes count upwards, the other 28 are drawn. */
export function* syntheticRecords(entries: number, seed: number): Generator<ListRecord> {
  const next = createSfc32(seed, listsStream);
  const step = 2 ** 32 / entries;
  for (let index = 0; index < entries; index += 1) {
    const key = Buffer.allocUnsafe(keyWords * 4);
    key.writeUInt32BE(Math.floor(index * step), 0);
    for (let word = 1; word < keyWords; word += 1) key.writeUInt32BE(next(), word * 4);
    yield recordOf(key, listingAt(index));
  }
}

function listingAt(index: number) {
  if (index % 10 === 0) return lost;
  return index % 100 === 1 ? subscriber : debt;
}
