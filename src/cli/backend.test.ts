import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { makeTestCertificates } from '../../sim/test-certificates.ts';
import { aBatch, aFolder, someRows, testDevice } from '../../sim/testing/ledger-builders.ts';
import { aClient } from '../../sim/testing/test-backend.ts';
import { createTestIo, eventually } from '../../sim/testing/test-device.ts';
import { openSqliteStore } from '../backend/sql-store.ts';
import { hex } from '../core/bytes.ts';
import { type BackendOptions, backend } from './backend.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

/** Everything that the command reads, in a folder. */
async function anOffice() {
  const folder = aFolder();
  const certificates = await makeTestCertificates(createSystemClock().wallNow());
  const put = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const database = join(folder, 'backend.db');
  const options: BackendOptions = {
    ...{ db: `sqlite:${database}`, host: '127.0.0.1', port: '0' },
    cert: put('backend.pem', certificates.backend.cert),
    key: put('backend.key', certificates.backend.key),
    deviceCa: put('ca.pem', certificates.ca),
    receiptKey: put('receipt.key', `${hex(new Uint8Array(32).fill(3))}\n`),
  };
  return { folder, certificates, database, options, put };
}

test('serves devices until it is told to stop, and keeps what they sent', async () => {
  const { certificates, database, options } = await anOffice();
  const io = createTestIo();
  const running = backend(options, io);
  await eventually(() => expect(io.outs).toHaveLength(1));
  const url = /https:\S+:\d+(?=,)/.exec(io.outs[0] ?? '')?.[0] ?? '';
  const client = aClient({ url, ca: certificates.ca, ...(await certificates.device(testDevice)) });

  const reply = await client.uploadTaps(aBatch(someRows(2)), io.stopping);
  io.stop();

  expect(reply.kind).toBe('durable');
  expect(await running).toBe(0);
  const store = openSqliteStore(database);
  onTestFinished(() => store.close());
  expect(await store.summary(testDevice)).toMatchObject({ rows: 2 });
});

test.each([
  ['backend/bad-db', { db: 'mysql://halte' }],
  ['ledger/cannot-open', { db: 'postgres://nobody@127.0.0.1:1/halte' }],
  ['backend/bad-db', { db: 'sqlite:' }],
  ['backend/bad-port', { port: '65536' }],
  ['backend/bad-port', { port: 'https' }],
  ['ledger/cannot-open', { db: 'sqlite:/nowhere/at/all.db' }],
  ['config/invalid', { cert: '/nowhere/backend.pem' }],
])('names %s when it is given %o', async (code, wrong) => {
  const { options } = await anOffice();

  await expect(backend({ ...options, ...wrong }, createTestIo())).rejects.toMatchObject({
    code,
    hint: expect.any(String),
  });
});

test('names a receipt key that is none, without showing it', async () => {
  const { options, put } = await anOffice();
  const receiptKey = put('wrong.key', 'secret but short');

  const failure = await backend({ ...options, receiptKey }, createTestIo()).catch(String);

  expect(failure).toContain('is not an Ed25519 seed');
  expect(failure).not.toContain(readFileSync(receiptKey, 'utf8'));
});

test('names a port that another program has, and lets its database go', async () => {
  const { options, database } = await anOffice();
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await eventually(() => expect(other.address()).not.toBeNull());
  const { port } = other.address() as { port: number };

  const running = backend({ ...options, port: String(port) }, createTestIo());

  await expect(running).rejects.toMatchObject({ code: 'backend/port-in-use' });
  await openSqliteStore(database).close();
});

test.each([
  ['a host that there is not', { host: 'nosuch.invalid' }, 'nosuch.invalid'],
  ['an address of another machine', { host: '192.0.2.1' }, '192.0.2.1'],
])('names %s, and lets its database go', async (_what, wrong, place) => {
  const { options, database } = await anOffice();

  const running = backend({ ...options, ...wrong }, createTestIo());

  await expect(running).rejects.toMatchObject({
    code: 'backend/cannot-listen',
    message: expect.stringContaining(place),
    hint: expect.stringContaining('--host'),
  });
  await openSqliteStore(database).close();
});

test.each([
  ['cert', 'no certificate'],
  ['key', 'no key'],
  ['deviceCa', 'no CA'],
] as const)(
  'names the file of %s when it is no PEM, and makes no database',
  async (option, text) => {
    const { options, put, database } = await anOffice();
    const wrong = put('wrong.pem', text);

    await expect(backend({ ...options, [option]: wrong }, createTestIo())).rejects.toMatchObject({
      code: 'config/invalid',
      message: expect.stringContaining(wrong),
    });
    expect(existsSync(database)).toBe(false);
  },
);
