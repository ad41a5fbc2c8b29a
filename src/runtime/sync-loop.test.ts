import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { someNow } from '../../sim/testing/builders.ts';
import {
  aFolder,
  aLedger,
  createEpochCounter,
  fill,
  receiptFor,
  testDevice,
} from '../../sim/testing/ledger-builders.ts';
import { someStamp } from '../../sim/testing/row-builders.ts';
import { aSyncingDevice } from '../../sim/testing/syncing-device.ts';
import { testReceiptKey } from '../../sim/testing/test-backend.ts';
import { ed25519PrivateKey } from '../core/crypto/ed25519.ts';
import { type Receipt, signReceipt } from '../core/ledger/receipt.ts';
import { SyncError, type UploadReply } from '../sync/backend.ts';
import type { UploadRequest } from '../sync/wire.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const unreachable = () => Promise.reject(new SyncError('sync/unreachable', 'no network', 'wait'));
const saying = (reply: UploadReply) => async () => reply;
const waitsOf = (uploads: readonly { readonly at: number }[]) =>
  uploads.slice(1).map(({ at }, index) => at - (uploads[index]?.at ?? 0));

/** What a backend answers that signs this receipt. */
const signing = (receipt: Receipt, key = testReceiptKey): UploadReply => ({
  kind: 'durable',
  durableSeq: receipt.durableSeq,
  tip: Buffer.from(receipt.tip).toString('hex'),
  receipt: Buffer.from(signReceipt(key, receipt)).toString('base64'),
  serverTime: receipt.serverTime,
});

test('delivers what the ledger holds, and later what comes to it', async () => {
  const { ledger, clock, store, start, uploads, events } = aSyncingDevice();
  fill(ledger, 3);
  start();
  await clock.advance(1_000);
  fill(ledger, 2);
  await clock.advance(2_000);

  expect(ledger.outbox.unsent).toBe(0);
  expect(await store.summary(testDevice)).toMatchObject({ rows: 5 });
  expect(uploads.map(({ fromSeq, rows }) => [fromSeq, rows])).toEqual([
    [1, 3],
    [4, 2],
  ]);
  expect(events).toEqual([
    { event: 'synced', throughSeq: 3, unsent: 0 },
    { event: 'synced', throughSeq: 5, unsent: 0 },
  ]);
});

test('sends nothing while there is nothing to send', async () => {
  const { clock, start, uploads } = aSyncingDevice();
  start();

  await clock.advance(hourMs);

  expect(uploads).toEqual([]);
});

test('waits a chance part of its jitter before the first upload', async () => {
  const { ledger, clock, start, uploads } = aSyncingDevice({ startJitterMs: 5_000, chance: 0.5 });
  fill(ledger, 1);
  start();

  await clock.advance(10_000);

  expect(uploads.map(({ at }) => at)).toEqual([2_500]);
});

test('waits twice as long after each failure, and 300 seconds at most', async () => {
  const device = aSyncingDevice();
  fill(device.ledger, 1);
  device.behave = unreachable;
  device.start();

  await device.clock.advance(20 * minuteMs);

  const seconds = waitsOf(device.uploads).map((wait) => wait / 1_000);
  expect(seconds).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
});

test('begins again with short waits after a receipt, and after nothing else', async () => {
  const device = aSyncingDevice();
  fill(device.ledger, 2);
  const gap: UploadReply = { kind: 'conflict', reason: 'gap', expectedSeq: 1, serverTime: 1 };
  const replies = [
    ...[unreachable, unreachable, saying({ kind: 'later', retryAfterMs: 1 }), saying(gap)],
    ...[saying({ kind: 'too-large' }), unreachable, device.honest.uploadTaps, unreachable],
  ];
  device.behave = (batch, signal) => (replies.shift() ?? device.honest.uploadTaps)(batch, signal);
  device.start();

  await device.clock.advance(5 * minuteMs);

  const roundTripMs = 80;
  const waits = [1_000, 2_000, 4_000, 8_000, 0, 16_000, roundTripMs, 1_000];
  expect(waitsOf(device.uploads)).toEqual(waits);
});

test('has one request in flight, whoever asks for how many', async () => {
  const { ledger, clock, flight, loop, start, uploads } = aSyncingDevice();
  fill(ledger, 3);
  start();
  const { signal } = new AbortController();

  const drains = Promise.all([loop.drain(signal), loop.drain(signal), loop.drain(signal)]);
  await clock.advance(hourMs);

  expect(await drains).toEqual([{ unsent: 0 }, { unsent: 0 }, { unsent: 0 }]);
  expect(flight.max).toBe(1);
  expect(uploads).toHaveLength(1);
});

test('sends half as much when the batch was too large, without waiting', async () => {
  const device = aSyncingDevice();
  fill(device.ledger, 8);
  device.behave = (batch, signal) =>
    batch.rows.length > 2
      ? Promise.resolve({ kind: 'too-large' })
      : device.honest.uploadTaps(batch, signal);
  device.start();

  await device.clock.advance(1_000);

  expect(device.uploads.map(({ rows }) => rows)).toEqual([8, 4, 2, 2, 2, 2]);
  expect(device.ledger.outbox.unsent).toBe(0);
});

test('tries whole batches again once all is sent', async () => {
  const device = aSyncingDevice();
  fill(device.ledger, 2);
  device.behave = saying({ kind: 'too-large' });
  device.start();
  await device.clock.advance(100);
  device.behave = device.honest.uploadTaps;
  await device.clock.advance(5_000);

  fill(device.ledger, 4);
  await device.clock.advance(5_000);

  expect(device.uploads.at(-1)?.rows).toBe(4);
});

test('does not insist in haste on a row that alone is too large', async () => {
  const device = aSyncingDevice();
  fill(device.ledger, 1);
  device.behave = saying({ kind: 'too-large' });
  device.start();

  await device.clock.advance(10_000);

  expect(device.uploads).toHaveLength(4);
  expect(device.codes()).toContain('sync/too-large');
  expect(device.ledger.outbox.unsent).toBe(1);
});

test.each([
  ['as long as it was told', 60_000, 60_000],
  ['an hour at most', 10 * hourMs, hourMs],
  ['by its own rule without being told', undefined, 1_000],
])('stays away %s', async (_what, retryAfterMs, wait) => {
  const device = aSyncingDevice();
  fill(device.ledger, 1);
  device.behave = saying({ kind: 'later', retryAfterMs });
  device.start();

  await device.clock.advance(wait - 1);
  const before = device.uploads.length;
  await device.clock.advance(1);

  expect([before, device.uploads.length]).toEqual([1, 2]);
});

test('sends again what a restored backend has lost', async () => {
  const { ledger, clock, store, start } = aSyncingDevice();
  const [, second] = fill(ledger, 3);
  ledger.outbox.acknowledge(receiptFor(second ?? ledger.head), new Uint8Array());
  start();

  await clock.advance(minuteMs);

  expect(ledger.outbox.unsent).toBe(0);
  expect(await store.summary(testDevice)).toMatchObject({ rows: 3, forked: 0 });
});

/** Of four rows the backend lost the two that are pruned here; nothing of the rest is sent. */
async function aDeviceWithPrunedRows() {
  const device = aSyncingDevice();
  const { ledger, store } = device;
  fill(ledger, 2);
  ledger.outbox.acknowledge(receiptFor(ledger.head), new Uint8Array());
  ledger.outbox.prune(someNow + 1);
  fill(ledger, 2);
  return Object.assign(device, { summary: () => store.summary(testDevice) });
}

test('tells the backend of lost rows that are pruned here, and goes on behind them', async () => {
  const { ledger, clock, start, codes, events, summary } = await aDeviceWithPrunedRows();
  start();

  await clock.advance(10_000);

  expect(codes()).toEqual([]);
  expect(events).toContainEqual({ event: 'gap-told', epoch: 1, fromSeq: 1, throughSeq: 2 });
  expect(ledger.head).toMatchObject({ epoch: 2, seq: 1 });
  expect(ledger.outbox.unsent).toBe(0);
  expect(await summary()).toMatchObject({ rows: 3, accepted: 2, missing: 2, forked: 0 });
});

test('tells of the same lost rows once, over a restart before the backend has heard', async () => {
  const { ledger, clock, start, summary } = await aDeviceWithPrunedRows();
  ledger.tellPruned({ epoch: 1, fromSeq: 1 }, someStamp);
  fill(ledger, 3);
  start();

  await clock.advance(10_000);

  expect(ledger.head).toMatchObject({ epoch: 2, seq: 4 });
  expect(ledger.outbox.unsent).toBe(0);
  expect(await summary()).toMatchObject({ rows: 6, missing: 2 });
});

test('sends again what it still has behind the lost rows, receipted or not', async () => {
  const { ledger, clock, start, summary } = await aDeviceWithPrunedRows();
  ledger.outbox.acknowledge(receiptFor(ledger.head), new Uint8Array());
  fill(ledger, 1);
  start();

  await clock.advance(10_000);

  expect(ledger.outbox.unsent).toBe(0);
  expect(await summary()).toMatchObject({ rows: 4, accepted: 3, missing: 2 });
});

test('backs off from a backend that asks for lost rows again and again, and drops nothing', async () => {
  const device = await aDeviceWithPrunedRows();
  const { ledger, clock, start, codes, honest } = device;
  device.behave = async (batch, signal) =>
    batch.epoch === 1
      ? { kind: 'conflict', reason: 'gap', expectedSeq: 0, serverTime: 1 }
      : honest.uploadTaps(batch, signal);
  start();

  await clock.advance(10 * minuteMs);

  expect(new Set(codes())).toEqual(new Set(['sync/gap']));
  expect(device.uploads.length).toBeLessThan(30);
  expect(ledger.head).toMatchObject({ epoch: 2, seq: 1 });
  expect(ledger.outbox.unsent).toBe(2);
});

/** Two devices on copies of one disk; the first has uploaded two rows more. */
async function aCopiedDevice() {
  const folder = aFolder();
  const database = join(folder, 'backend.db');
  const before = aLedger({ path: join(folder, 'ledger.db') });
  fill(before, 2);
  before.close();
  copyFileSync(before.path, join(folder, 'copy.db'));
  const original = aSyncingDevice({ ledger: aLedger({ path: before.path }), database });
  fill(original.ledger, 2, { reader: 'original' });
  original.start();
  await original.clock.advance(1_000);
  const mintEpoch = createEpochCounter();
  mintEpoch();
  const ledger = aLedger({ path: join(folder, 'copy.db'), mintEpoch });
  return aSyncingDevice({ ledger, database });
}

test('leaves a forked epoch once its rows are in quarantine, and goes on in the next', async () => {
  const { ledger, clock, store, start, events } = await aCopiedDevice();
  fill(ledger, 3, { reader: 'copy' });
  start();

  await clock.advance(1_000);
  fill(ledger, 2, { reader: 'copy' });
  await clock.advance(5_000);

  expect(events).toContainEqual({ event: 'fork', epoch: 1, newEpoch: 2 });
  expect(ledger.head).toMatchObject({ epoch: 2, seq: 2 });
  expect(ledger.outbox.unsent).toBe(0);
  expect(await store.summary(testDevice)).toMatchObject({ rows: 6, forked: 3 });
});

test('brings into quarantine too what was tapped while the fork was found out', async () => {
  const { ledger, clock, store, start } = await aCopiedDevice();
  fill(ledger, 3, { reader: 'copy' });
  start();

  await clock.advance(40);
  fill(ledger, 1, { reader: 'copy' });
  await clock.advance(5_000);

  expect(ledger.head).toMatchObject({ epoch: 2, seq: 0 });
  expect(ledger.outbox.unsent).toBe(0);
  expect(await store.summary(testDevice)).toMatchObject({ rows: 4, forked: 4 });
});

const otherKey = ed25519PrivateKey(new Uint8Array(32).fill(6));
const wrongTip = new Uint8Array(32).fill(9);

test.each<[string, (right: Receipt) => UploadReply]>([
  ['signed with another key', (right) => signing(right, otherKey)],
  ['for another device', (right) => signing({ ...right, device: 'bus-2' })],
  ['for another epoch', (right) => signing({ ...right, epoch: 2 })],
  ['for another ledger', (right) => signing({ ...right, tip: wrongTip })],
  ['for rows not written yet', (right) => signing({ ...right, durableSeq: 4 })],
  [
    'that ends before the batch',
    (right) => signing({ ...right, durableSeq: 0, tip: new Uint8Array(32) }),
  ],
  ['that is no receipt', (right) => ({ ...signing(right), receipt: 'AAAA' })],
  ['that is missing', () => ({ kind: 'conflict', reason: 'fork', expectedSeq: 1, serverTime: 1 })],
])('takes no receipt %s', async (_what, answer) => {
  const device = aSyncingDevice();
  fill(device.ledger, 3);
  device.behave = saying(answer(receiptFor(device.ledger.head)));
  device.start();

  await device.clock.advance(10_000);

  expect(device.ledger.outbox.unsent).toBe(3);
  expect(device.ledger.head.epoch).toBe(1);
  expect(new Set(device.codes())).toEqual(new Set(['sync/bad-reply']));
  expect(device.uploads).toHaveLength(4);
});

test('drains batch after batch to zero, through a failure now and then', async () => {
  const device = aSyncingDevice();
  fill(device.ledger, 6);
  let uploads = 0;
  device.behave = (batch, signal) => {
    uploads += 1;
    if (uploads % 2 === 1) return unreachable();
    return device.honest.uploadTaps({ ...batch, rows: batch.rows.slice(0, 2) }, signal);
  };

  const drained = device.loop.drain(new AbortController().signal);
  await device.clock.advance(minuteMs);

  expect(await drained).toEqual({ unsent: 0 });
  expect(uploads).toBe(6);
});

test('gives a drain up after four failures in a row and tells what is unsent', async () => {
  const device = aSyncingDevice();
  fill(device.ledger, 6);
  device.behave = unreachable;

  const drained = device.loop.drain(new AbortController().signal);
  await device.clock.advance(minuteMs);

  const failure = expect.objectContaining({ code: 'sync/unreachable' });
  expect(await drained).toEqual({ unsent: 6, failure });
  expect(device.uploads.map(({ at }) => at)).toEqual([0, 1_000, 3_000, 7_000]);
});

test('prunes what has had its receipt for longer than the retention', async () => {
  const { ledger, clock, start } = aSyncingDevice({ retentionMs: hourMs });
  fill(ledger, 3);
  start();
  const held = async (afterMs: number) => {
    fill(ledger, 1);
    await clock.advance(afterMs);
    return ledger.audit.entries(100).map(({ seq }) => seq);
  };

  expect(await held(hourMs)).toEqual([1, 2, 3, 4]);
  expect(await held(hourMs)).toEqual([5]);
});

test('ends at once when it is stopped, asleep or in the middle of an upload', async () => {
  const asleep = aSyncingDevice();
  const uploading = aSyncingDevice();
  fill(uploading.ledger, 1);
  for (const { start, clock } of [asleep, uploading]) {
    start();
    await clock.advance(40);
  }

  await Promise.all([asleep.ended(), uploading.ended()]);

  expect([asleep.clock.sleepers, uploading.clock.sleepers]).toEqual([0, 0]);
  expect(uploading.events).toEqual([]);
  expect(uploading.ledger.outbox.unsent).toBe(1);
});

test('does not hide what is not the network: a ledger that fails ends it', async () => {
  const { ledger, loop, clock } = aSyncingDevice();
  ledger.close();

  const running = loop.run(new AbortController().signal);
  await Promise.all([clock.advance(0), expect(running).rejects.toThrow('not open')]);
});

test('names its device in every batch', async () => {
  const device = aSyncingDevice();
  fill(device.ledger, 1);
  const devices: string[] = [];
  device.behave = (batch: UploadRequest) => {
    devices.push(batch.device);
    return unreachable();
  };

  const drained = device.loop.drain(new AbortController().signal);
  await device.clock.advance(minuteMs);
  await drained;

  expect(new Set(devices)).toEqual(new Set([testDevice]));
});
