import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { syntheticRecords } from '../../sim/bench/lists-entries.ts';
import { aListing, someNow } from '../../sim/testing/builders.ts';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { hex, utf8 } from '../core/bytes.ts';
import { writeListFile } from './security-list-file.ts';
import {
  compareRecords,
  type ListHeader,
  type ListRecord,
  listingOf,
  recordOf,
} from './security-list-format.ts';
import { installSecurityList } from './security-list-install.ts';
import { type ListPlace, openSecurityLists } from './security-list-store.ts';

function aPlace(): ListPlace {
  return { folder: join(aFolder(), 'lists'), keyVersion: 1 };
}

async function install(
  place: ListPlace,
  records: readonly ListRecord[],
  change: Partial<ListHeader> = {},
) {
  const path = join(aFolder(), 'list');
  const entries = records.length;
  const header = {
    ...{ listId: 'test', version: 1, keyVersion: 1, madeAt: someNow, entries },
    ...change,
  };
  await writeListFile(path, { header, records: records.toSorted(compareRecords) });
  return installSecurityList(path, place);
}

function open(place: ListPlace) {
  const lists = openSecurityLists(place);
  onTestFinished(() => lists.close());
  return lists;
}

const key = (filler: number) => new Uint8Array(32).fill(filler);

test('answers nothing while nothing is installed, and turns to what comes', async () => {
  const place = aPlace();
  const lists = open(place);

  expect(lists.state()).toBeUndefined();
  expect(lists.lookup({ tokenKey: key(1) }, someNow)).toEqual([]);

  await install(place, [recordOf(key(1), aListing())]);
  expect(lists.lookup({ tokenKey: key(1) }, someNow)).toEqual([]);
  lists.reload();

  expect(lists.lookup({ tokenKey: key(1) }, someNow)).toEqual([aListing()]);
  expect(lists.state()).toMatchObject({ listId: 'test', version: 1, madeAt: someNow, entries: 1 });
});

test('finds what is listed of token, account and issuer range, as far as it is in force', async () => {
  const place = aPlace();
  const [debt, lost] = [aListing({ reason: 'debt' }), aListing({ reason: 'lost' })];
  const allowed = aListing({ effect: 'allow', kind: 'card', product: 'langganan' });
  const range = aListing({ kind: 'issuer-range', reason: 'blocked' });
  await install(place, [
    ...[debt, lost, allowed].map((listing) => recordOf(key(1), listing)),
    recordOf(key(2), aListing({ kind: 'account', until: someNow })),
    recordOf(key(3), aListing({ kind: 'account', from: someNow })),
    recordOf(utf8('936009'), range),
  ]);
  const lists = open(place);

  const ofToken = lists.lookup({ tokenKey: key(1) }, someNow);
  expect(ofToken).toHaveLength(3);
  expect(ofToken).toEqual(expect.arrayContaining([debt, lost, allowed]));
  expect(lists.lookup({ tokenKey: key(9), accountKey: key(2) }, someNow)).toEqual([]);
  expect(lists.lookup({ tokenKey: key(9), accountKey: key(3) }, someNow)).toHaveLength(1);
  expect(lists.lookup({ tokenKey: key(9), issuer: '93600914' }, someNow)).toEqual([range]);
  expect(lists.lookup({ tokenKey: key(9), issuer: '93600814' }, someNow)).toEqual([]);
  expect(lists.entriesOf(key(2))).toHaveLength(1);
});

test('goes by the list under its own identifier key', async () => {
  const place = aPlace();
  await install(place, [recordOf(key(1), aListing())]);
  await install(place, [recordOf(key(2), aListing())], { version: 2, keyVersion: 2 });

  const [before, after] = [open(place), open({ ...place, keyVersion: 2 })];

  expect(before.lookup({ tokenKey: key(1) }, someNow)).toHaveLength(1);
  expect(before.lookup({ tokenKey: key(2) }, someNow)).toHaveLength(0);
  expect(after.lookup({ tokenKey: key(1) }, someNow)).toHaveLength(0);
  expect(after.lookup({ tokenKey: key(2) }, someNow)).toHaveLength(1);
});

/** Keys that differ in one byte only, first or last, so that many are almost those of an entry. */
const nearKey = fc
  .tuple(fc.nat(3), fc.nat(3))
  .map(([first, last]) => Uint8Array.from({ length: 32 }, (_, at) => [first, last][at && 1] ?? 0));

test('answers as a set of the keys would', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(nearKey, { maxLength: 12, selector: hex }),
      fc.array(nearKey, { minLength: 20, maxLength: 20 }),
      async (listed, asked) => {
        const place = aPlace();
        await install(
          place,
          listed.map((one) => recordOf(one, aListing())),
        );
        const lists = openSecurityLists(place);
        const expected = new Set(listed.map(hex));
        for (const tokenKey of [...listed, ...asked]) {
          const found = lists.lookup({ tokenKey }, someNow).length;
          expect(found).toBe(expected.has(hex(tokenKey)) ? 1 : 0);
        }
        lists.close();
      },
    ),
    { numRuns: 15 },
  );
}, 30_000);

test('is exact on 100,000 entries', async () => {
  const place = aPlace();
  const records = [...syntheticRecords(100_000, 1)];
  await install(place, records);
  const lists = open(place);

  for (const one of records) {
    const found = lists.entriesOf(one.key);
    if (found.length !== 1) throw new Error(`${hex(one.key)} is found ${found.length} times`);
    const near = Uint8Array.from(one.key);
    near[31] = (near[31] ?? 0) ^ 1;
    if (lists.entriesOf(near).length > 0) throw new Error(`${hex(near)} is not listed`);
  }
  expect(lists.entriesOf(records[1]?.key ?? key(0))).toEqual(records.slice(1, 2).map(listingOf));
}, 60_000);
