import { expect, test, vi } from 'vitest';
import { aHeartbeat } from '../../../sim/testing/builders.ts';
import { aBatch, someRows, testDevice } from '../../../sim/testing/ledger-builders.ts';
import { aTestBackend } from '../../../sim/testing/test-backend.ts';
import { openEpochGrant } from '../../core/ledger/epoch-grant.ts';
import { openServerTime } from '../../core/ledger/server-time.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const { signal } = new AbortController();
const bytesOf = (text = '') => new Uint8Array(Buffer.from(text, 'base64'));

test('answers with the time, signed for this device and this question', async () => {
  const { client, store, receiptKey } = await aTestBackend();
  const heartbeat = aHeartbeat({ temperatureC: -4, storageFreeBytes: 1e9 });

  const reply = await (await client()).sendHeartbeat(heartbeat, signal);

  if (reply.kind !== 'heard') throw new Error('it was not heard');
  expect(openServerTime(bytesOf(reply.signed), receiptKey.publicKey)).toEqual({
    device: testDevice,
    nonce: heartbeat.nonce,
    serverTime: reply.serverTime,
  });
  expect(reply.epochGrant).toBeUndefined();
  expect(await store.health.newest(testDevice)).toMatchObject({
    report: { temperatureC: -4, storageFreeBytes: 1e9, readers: [['qr', 'ok']] },
  });
});

test('grants an epoch to a device that has none to spare', async () => {
  const { client, receiptKey } = await aTestBackend();

  const heartbeat = aHeartbeat({ hasSpareEpoch: false, epochsUsedThrough: 4 });
  const reply = await (await client()).sendHeartbeat(heartbeat, signal);

  const grant = reply.kind === 'heard' ? reply.epochGrant : undefined;
  expect(openEpochGrant(bytesOf(grant), receiptKey.publicKey)).toMatchObject({ epoch: 5 });
});

test('answers a device whose ledger is truncated, and keeps the alarm', async () => {
  const { client, store } = await aTestBackend();
  const device = await client();
  await device.uploadTaps(aBatch(someRows(3)), signal);

  const reply = await device.sendHeartbeat(aHeartbeat({ seq: 0 }), signal);

  expect(reply.kind).toBe('heard');
  expect(await store.health.alarms(testDevice)).toMatchObject([
    { kind: 'tail-truncated', seq: 0, heldSeq: 3 },
  ]);
});

test('refuses what is no heartbeat', async () => {
  const { client } = await aTestBackend();
  const device = await client();

  const short = device.sendHeartbeat(aHeartbeat({ nonce: new Uint8Array(3) }), signal);

  await expect(short).rejects.toMatchObject({ code: 'sync/server-error' });
});
