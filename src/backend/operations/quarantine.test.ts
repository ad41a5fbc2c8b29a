import { expect, test, vi } from 'vitest';
import { someNow } from '../../../sim/testing/builders.ts';
import { aBatch, someRows, testDevice } from '../../../sim/testing/ledger-builders.ts';
import { anOfficeDoor } from '../../../sim/testing/office-door.ts';
import { aRowOfEachKind } from '../../../sim/testing/row-builders.ts';
import { aTestBackend } from '../../../sim/testing/test-backend.ts';
import { encodeRow } from '../../core/ledger/row.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 30_000 });

/** A ledger of three rows, and in quarantine a readable row and one of no known kind. */
async function aForkAtTheOffice() {
  const backend = await aTestBackend();
  const office = await anOfficeDoor(backend);
  const copied = aBatch([encodeRow(aRowOfEachKind['card-intent']), new Uint8Array([0xff])]);
  await backend.store.ingest(aBatch(someRows(3)), someNow);
  await backend.store.ingest(copied, someNow);
  const path = `/v1/quarantine/${testDevice}/${copied.epoch}`;
  return { backend, office, path };
}

test('shows rows decoded, with secrets sealed, and the bytes of those that it cannot read', async () => {
  const { office, path } = await aForkAtTheOffice();
  const key = await office.key('inspector');

  const list = await office.ask('/v1/quarantine', { key });
  const { body } = await office.ask(path, { key });

  expect(list.body.forks).toMatchObject([{ device: testDevice, rows: 2, lookedBy: null }]);
  expect(body.rows).toMatchObject([
    { seq: 1, row: { kind: 'card-intent', tokenKey: 'aabb', sealedSecret: '01', amount: 3_500 } },
    { seq: 2, row: null, unreadable: 'ff' },
  ]);
});

test('goes on behind the row that the caller had last', async () => {
  const { office, path } = await aForkAtTheOffice();
  const key = await office.key('inspector');
  const first = await office.ask(`${path}?limit=1`, { key });
  const [{ seq, hash } = { seq: 0, hash: '' }] = first.body.rows as { seq: number; hash: string }[];

  const { body } = await office.ask(`${path}?afterSeq=${seq}&afterHash=${hash}`, { key });

  expect(body.rows).toMatchObject([{ seq: 2 }]);
});

test('notes that an admin has looked, by the name of the key', async () => {
  const { office, path } = await aForkAtTheOffice();
  const key = await office.key('admin');
  const json = { rows: 2, note: 'the disk was restored' };

  const marked = await office.ask(`${path}/looked-at`, { method: 'POST', key, json });

  const { body } = await office.ask('/v1/quarantine', { key });
  const audit = await office.ask('/v1/audit?limit=1', { key });
  expect(marked.status).toBe(200);
  expect(body.forks).toMatchObject([{ rowsLookedAt: 2, lookedBy: 'key:admin-1', note: json.note }]);
  expect(audit.body.entries).toMatchObject([{ action: 'fork-looked-at', by: 'key:admin-1' }]);
});

test.each(['bus-9/1', `${testDevice}/9`, `${testDevice}/x`, `${testDevice}/-1`])(
  'knows no fork %s',
  async (name) => {
    const { office } = await aForkAtTheOffice();
    const key = await office.key('admin');
    const json = { rows: 1, note: 'x' };

    const rows = await office.ask(`/v1/quarantine/${name}`, { key });
    const look = { method: 'POST', key, json } as const;
    const marked = await office.ask(`/v1/quarantine/${name}/looked-at`, look);

    const refused = { status: 404, body: { code: 'office/no-such-fork' } };
    expect([rows, marked]).toMatchObject([refused, refused]);
  },
);

test.each([{}, { rows: 0, note: 'x' }, { rows: 1, note: ' ' }, { rows: 1, note: 'x'.repeat(501) }])(
  'refuses the look %o',
  async (json) => {
    const { office, path } = await aForkAtTheOffice();
    const key = await office.key('admin');

    const marked = await office.ask(`${path}/looked-at`, { method: 'POST', key, json });

    expect(marked).toMatchObject({ status: 400, body: { code: 'sync/bad-request' } });
  },
);
