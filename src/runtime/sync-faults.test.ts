/** The real loop over real HTTPS, through a link that fails in every way: late is allowed, lost is not. */
import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSystemRandom } from '../../device/os/system-chance.ts';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { type LinkFaults, openFaultyLink } from '../../sim/faulty-link.ts';
import { makeTestCertificates } from '../../sim/test-certificates.ts';
import { aLedger, fill, testDevice } from '../../sim/testing/ledger-builders.ts';
import { someStamp } from '../../sim/testing/row-builders.ts';
import { aClient, aTestBackend } from '../../sim/testing/test-backend.ts';
import { encodeCbor } from '../core/crypto/cbor.ts';
import { createSyncLoop } from './sync-loop.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 60_000 });

/** Of one request, shorter than a device's own. */
const deadlineMs = 1_500;
const clock = createSystemClock();
const signal = new AbortController().signal;

async function aDeviceBehind(faults: LinkFaults = {}) {
  const backend = await aTestBackend();
  const target = { host: '127.0.0.1', port: Number(new URL(backend.url).port) };
  const link = await openFaultyLink({ clock }, target, faults);
  onTestFinished(() => link[Symbol.asyncDispose]());
  const over = { url: `https://127.0.0.1:${link.port}`, deadlineMs };
  const client = await backend.client(testDevice, over);
  const ledger = aLedger();
  const random = createSystemRandom();
  const loop = createSyncLoop(
    // Somebody waits for a drain: the test does not wait between its attempts.
    {
      ...{ clock: { ...clock, sleep: async () => {} }, random, ledger, backend: client },
      ...{ report: () => {}, stamp: () => someStamp },
    },
    {
      ...{ device: testDevice, receiptKey: backend.receiptKey.publicKey, intervalMs: 1_000 },
      ...{ startJitterMs: 0, retentionMs: 1e10 },
    },
  );
  /** Everything that the ledger wrote is at the backend once, in one chain. */
  const proveWhole = async () => {
    expect(await loop.drain(signal)).toEqual({ unsent: 0 });
    const { rows, forked, missing } = await backend.store.summary(testDevice);
    expect({ rows, forked, missing }).toEqual({ rows: ledger.head.seq, forked: 0, missing: 0 });
    expect(ledger.audit.verify().broken).toBeUndefined();
  };
  return { backend, link, client, ledger, loop, proveWhole };
}

test.each<[string, LinkFaults]>([
  ['late', { latencyMs: 40 }],
  ['thin', { bytesPerSecond: 20_000 }],
])('a link that is %s carries every row', async (_what, faults) => {
  const { ledger, proveWhole } = await aDeviceBehind(faults);
  fill(ledger, 20);

  await proveWhole();
});

test.each<[string, LinkFaults, string]>([
  ['breaks every connection', { down: true }, 'sync/unreachable'],
  ['takes connections and never answers', { halfOpen: true }, 'sync/timeout'],
  [
    'swallows all after the first bytes',
    { up: { afterBytes: 2_000, how: 'silence' } },
    'sync/timeout',
  ],
  ['swallows the reply', { back: { afterBytes: 2_500, how: 'silence' } }, 'sync/timeout'],
  ['cuts the reply off', { back: { afterBytes: 2_500, how: 'end' } }, 'sync/unreachable'],
  ['is slow as a loris', { bytesPerSecond: 300 }, 'sync/timeout'],
])('a link that %s is named, in bounded time, and nothing is lost', async (_what, faults, code) => {
  const { ledger, loop, link, proveWhole } = await aDeviceBehind(faults);
  fill(ledger, 20);
  const startedAt = clock.monotonicNow();

  const { failure, unsent } = await loop.drain(signal);

  expect([failure?.code, unsent]).toEqual([code, 20]);
  const attempts = 4;
  const connectMs = 5_000;
  expect(clock.monotonicNow() - startedAt).toBeLessThan(attempts * (connectMs + deadlineMs));
  link.setFaults({});
  link.breakOff();
  await proveWhole();
});

test('a connection reset at any byte of request or reply loses nothing and doubles nothing', async () => {
  const { ledger, loop, link, proveWhole } = await aDeviceBehind();
  const cut = fc.record({
    way: fc.constantFrom('up', 'back'),
    afterBytes: fc.integer({ min: 0, max: 4_000 }),
    how: fc.constantFrom('reset', 'end'),
  } as const);

  await fc.assert(
    fc.asyncProperty(cut, async ({ way, ...at }) => {
      fill(ledger, 2);
      link.setFaults({ [way]: at });
      link.breakOff();
      await loop.drain(signal);
      link.setFaults({});
      link.breakOff();
      await proveWhole();
    }),
    { numRuns: 40 },
  );
});

test('a batch that arrives twice is one', async () => {
  const { client, ledger, proveWhole } = await aDeviceBehind();
  fill(ledger, 5);
  const batch = ledger.outbox.nextBatch({ rowsMax: 500, bytesMax: 100_000 });
  if (batch === undefined) throw new Error('there is nothing to upload');

  await client.uploadTaps({ device: testDevice, ...batch }, signal);
  await client.uploadTaps({ device: testDevice, ...batch }, signal);

  await proveWhole();
});

test('replies that are lost after the commit lose and double nothing', async () => {
  const { backend, ledger, loop, proveWhole } = await aDeviceBehind();
  fill(ledger, 5);
  backend.losingReplies = true;
  const { unsent } = await loop.drain(signal);
  backend.losingReplies = false;

  expect(unsent).toBe(5);
  await proveWhole();
});

test.each<[string, string, string]>([
  ['has no address', 'https://backend.invalid:8443', 'sync/unreachable'],
  ['refuses the connection', 'https://127.0.0.1:1', 'sync/unreachable'],
])('a backend that %s is named', async (_what, url, code) => {
  const { backend, ledger } = await aDeviceBehind();
  fill(ledger, 1);
  const client = await backend.client(testDevice, { url });
  const batch = ledger.outbox.nextBatch({ rowsMax: 500, bytesMax: 100_000 });
  if (batch === undefined) throw new Error('there is nothing to upload');

  const upload = client.uploadTaps({ device: testDevice, ...batch }, signal);

  await expect(upload).rejects.toMatchObject({ code, hint: expect.stringContaining('network') });
});

test('whoever stands between with a certificate of another CA is told apart, and gets no row', async () => {
  const { backend, ledger } = await aDeviceBehind();
  fill(ledger, 1);
  const { ca } = await makeTestCertificates(clock.wallNow());
  const device = await backend.certificates.device(testDevice);
  const client = aClient({ url: backend.url, ca, ...device });
  const batch = ledger.outbox.nextBatch({ rowsMax: 500, bytesMax: 100_000 });
  if (batch === undefined) throw new Error('there is nothing to upload');

  const upload = client.uploadTaps({ device: testDevice, ...batch }, signal);

  await expect(upload).rejects.toMatchObject({ code: 'sync/server-untrusted' });
  expect(await backend.store.summary(testDevice)).toMatchObject({ rows: 0 });
});

test.each([
  ['at its start', 0],
  ['in its middle', 10],
  ['at its end', 20],
])('a ledger with rows that nobody can read %s drains to nothing', async (_where, before) => {
  const { backend, client } = await aDeviceBehind();
  const poison = [
    encodeCbor(new Map([['kind', 'of next year']])),
    new Uint8Array([0xff]),
    new Uint8Array(17_000).fill(0x41),
  ];
  const good = fill(aLedger(), 20).length;
  const rows = [...rowsOf(before), ...poison, ...rowsOf(good - before)];
  const batch = { device: testDevice, epoch: 1, fromSeq: 1, prevHash: new Uint8Array(32), rows };

  const reply = await client.uploadTaps(batch, signal);

  expect(reply).toMatchObject({ kind: 'durable', durableSeq: good + poison.length });
  const { rows: held, undigested } = await backend.store.summary(testDevice);
  expect({ held, undigested }).toEqual({ held: good + poison.length, undigested: poison.length });
});

function rowsOf(count: number): Uint8Array[] {
  const ledger = aLedger();
  fill(ledger, count);
  const batch = ledger.outbox.nextBatch({ rowsMax: 500, bytesMax: 100_000 });
  return [...(batch?.rows ?? [])];
}
