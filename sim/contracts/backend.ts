/** What every Backend keeps to, run against the simulated and the real one. */
import { describe, expect, test } from 'vitest';
import type { BackendStore } from '../../src/backend/backend-store.ts';
import { openReceipt } from '../../src/core/ledger/receipt.ts';
import { type Backend, SyncError, type UploadReply } from '../../src/sync/backend.ts';
import type { UploadRequest } from '../../src/sync/wire.ts';
import { aBatch, batchAfter, someRows, testDevice, tipOf } from '../testing/ledger-builders.ts';

export type BackendFault = 'request-lost' | 'busy' | 'reply-lost';

export interface BackendRig {
  /** Speaks for the device `bus-1`. */
  readonly backend: Backend;
  readonly store: BackendStore;
  /** Ed25519, 32 bytes. */
  readonly receiptKey: Uint8Array;
  /** From now on every upload ends so. */
  fail(fault: BackendFault): Promise<void> | void;
  /** Lets a round trip pass; nothing to do where time passes by itself. */
  elapse(): Promise<void>;
}

const batch = aBatch(someRows(3));
const fork = { ...batch, rows: someRows(3, { reader: 'copy' }) };

export function backendContract(name: string, makeRig: () => Promise<BackendRig>): void {
  const setUp = async (...before: UploadRequest[]) => {
    const rig = await makeRig();
    const upload = async (request: UploadRequest, signal = new AbortController().signal) => {
      const reply = rig.backend.uploadTaps(request, signal);
      await Promise.all([rig.elapse(), reply.catch(() => {})]);
      return reply;
    };
    const rows = async () => (await rig.store.summary(testDevice)).rows;
    for (const request of before) await upload(request);
    return { ...rig, upload, rows };
  };
  describe(`${name} as a Backend`, () => {
    answersOfTheBackend(setUp);
    failuresOnTheWay(setUp);
  });
}

type SetUp = (...before: UploadRequest[]) => Promise<
  BackendRig & {
    upload(batch: UploadRequest, signal?: AbortSignal): Promise<UploadReply>;
    rows(): Promise<number>;
  }
>;

function answersOfTheBackend(setUp: SetUp): void {
  test('answers a batch with a signed receipt for its last row', async () => {
    const { upload, receiptKey, rows } = await setUp();

    const reply = await upload(batch);

    const receipt = receiptOf(reply, receiptKey);
    const names = { device: testDevice, epoch: 1, durableSeq: 3, tip: tipOf(batch) };
    expect(reply.kind).toBe('durable');
    expect(receipt).toMatchObject({ held: 'ledger', ...names });
    expect(receipt?.serverTime).toBeGreaterThan(0);
    expect(await rows()).toBe(3);
  });

  test('answers the same batch again with the same receipt', async () => {
    const { upload, receiptKey, rows } = await setUp(batch, batchAfter(batch, someRows(1)));

    const reply = await upload(batch);

    expect(receiptOf(reply, receiptKey)).toMatchObject({ held: 'ledger', durableSeq: 3 });
    expect(await rows()).toBe(4);
  });

  test('answers rows behind a hole with the seq it expects, without a receipt', async () => {
    const { upload, rows } = await setUp();

    const reply = await upload(batchAfter(batch, someRows(1)));

    expect(reply).toMatchObject({ kind: 'conflict', reason: 'gap', expectedSeq: 1 });
    expect(reply).not.toHaveProperty('receipt');
    expect(await rows()).toBe(0);
  });

  test('answers a fork with a receipt of its quarantine', async () => {
    const { upload, receiptKey, rows } = await setUp(batch);

    const reply = await upload(fork);

    const names = { device: testDevice, epoch: 1, durableSeq: 3, tip: tipOf(fork) };
    expect(reply).toMatchObject({ kind: 'conflict', reason: 'fork', expectedSeq: 4 });
    expect(receiptOf(reply, receiptKey)).toMatchObject({ held: 'quarantine', ...names });
    expect(await rows()).toBe(3);
  });
}

function failuresOnTheWay(setUp: SetUp): void {
  test('says later while the backend cannot store, which then has nothing', async () => {
    const { upload, fail, rows } = await setUp();
    await fail('busy');

    expect(await upload(batch)).toMatchObject({ kind: 'later' });
    expect(await rows()).toBe(0);
  });

  test('throws when the batch did not arrive', async () => {
    const { upload, fail, rows } = await setUp();
    await fail('request-lost');

    await expect(upload(batch)).rejects.toThrow(SyncError);
    await expect(upload(batch)).rejects.toMatchObject({ code: 'sync/unreachable' });
    expect(await rows()).toBe(0);
  });

  test('throws when the answer did not arrive, though the batch did', async () => {
    const { upload, fail, rows } = await setUp();
    await fail('reply-lost');

    await expect(upload(batch)).rejects.toMatchObject({ code: 'sync/unreachable' });
    expect(await rows()).toBe(3);
  });

  test('throws at once when the signal has aborted', async () => {
    const { upload } = await setUp();

    await expect(upload(batch, AbortSignal.abort())).rejects.toThrow(SyncError);
  });
}

function receiptOf(reply: UploadReply, receiptKey: Uint8Array) {
  const text = 'receipt' in reply ? (reply.receipt ?? '') : '';
  return openReceipt(new Uint8Array(Buffer.from(text, 'base64')), receiptKey);
}
