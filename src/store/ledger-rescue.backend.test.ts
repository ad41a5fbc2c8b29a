/** A ledger damaged in the middle of its unsent rows, rescued and drained to a real backend. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createSystemRandom } from '../../device/os/system-chance.ts';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { createSimEntropy, createSimRandom } from '../../sim/sim-chance.ts';
import { someNow } from '../../sim/testing/builders.ts';
import { aFolder, testDevice } from '../../sim/testing/ledger-builders.ts';
import { aTapRow, someStamp } from '../../sim/testing/row-builders.ts';
import { aTestBackend, type TestBackend, testReceiptKey } from '../../sim/testing/test-backend.ts';
import { spareEpochFor } from '../backend/spare-epoch.ts';
import { utf8 } from '../core/bytes.ts';
import { encodeRow } from '../core/ledger/row.ts';
import { createEpochMint } from '../runtime/provisional-epoch.ts';
import { createSyncLoop } from '../runtime/sync-loop.ts';
import { openLedgerOrRescue, type Rescue } from './ledger-rescue.ts';
import { markDamaged } from './set-aside.ts';
import { createSpareGrant } from './spare-grant.ts';
import { pageBytes } from './sqlite-pages.ts';
import { openTapLedger, type TapLedger } from './tap-ledger.ts';

/** Real servers, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 60_000 });

const rowsBefore = 40;
const rowsAll = 160;
/** Each tap costs its own amount, so that a sum says which taps it has. */
const amountOf = (seq: number) => 1_000 + seq;
const tapOf = (seq: number) =>
  aTapRow({ monotonicAt: seq, amount: amountOf(seq), tokenKey: utf8(`token ${seq}`) });

function aSpareIn(folder: string) {
  const path = join(folder, 'epoch-grant');
  return createSpareGrant({ path, device: testDevice, receiptKey: testReceiptKey.publicKey });
}

async function drain(ledger: TapLedger, backend: TestBackend) {
  const stamp = () => someStamp;
  const deps = {
    clock: createSystemClock(),
    random: createSystemRandom(),
    report: () => {},
    stamp,
  };
  const loop = createSyncLoop(
    { ...deps, ledger, backend: await backend.client() },
    {
      ...{ device: testDevice, receiptKey: testReceiptKey.publicKey },
      ...{ intervalMs: 1_000, startJitterMs: 0, retentionMs: 1e12 },
    },
  );
  return loop.drain(new AbortController().signal);
}

/** Forty rows delivered, a spare granted, and then the network was gone. */
async function aBusWithoutNetwork() {
  const backend = await aTestBackend();
  const folder = aFolder();
  const spare = aSpareIn(folder);
  const mintEpoch = createEpochMint({ spare, entropy: createSimEntropy(1) });
  const path = join(folder, 'ledger.db');
  const ledger = openTapLedger({ mintEpoch }, { path, device: testDevice });
  for (let seq = 1; seq <= rowsBefore; seq += 1) ledger.append(tapOf(seq));
  await drain(ledger, backend);
  const deps = { store: backend.store, receiptKey: testReceiptKey };
  const grant = await spareEpochFor(deps, testDevice, { usedThrough: 0, at: someNow });
  spare.keep(new Uint8Array(Buffer.from(grant ?? '', 'base64')));
  for (let seq = rowsBefore + 1; seq <= rowsAll; seq += 1) ledger.append(tapOf(seq));
  const { epoch } = ledger.head;
  ledger.close();
  const rescue = () => {
    const place = { path, device: testDevice };
    return openLedgerOrRescue({ mintEpoch, stamp: () => someStamp }, place);
  };
  return { backend, folder, path, epoch, rescue };
}

/** Where the row's bytes lie in the file. */
function placeOf(path: string, seq: number): number {
  const at = readFileSync(path).indexOf(encodeRow(tapOf(seq)));
  if (at < 0) throw new Error(`row ${seq} is not in the file`);
  return at;
}

function damage(path: string, from: number, length: number): void {
  const bytes = readFileSync(path);
  for (let at = from; at < from + length; at += 1) bytes.writeUInt8(bytes.readUInt8(at) ^ 0x55, at);
  writeFileSync(path, bytes);
}

/** The accepted taps of the old epoch that the backend counts, by seq, by their amounts' sum too. */
async function countedBy({ store }: TestBackend, lost: number) {
  const { accepted, amounts, forked, missing } = await store.summary(testDevice);
  return { accepted, amount: amounts.IDR, forked, missing: missing - lost };
}

const sumOf = (seqs: readonly number[]) => seqs.reduce((sum, seq) => sum + amountOf(seq), 0);
const seqsWithout = (...lost: readonly number[]) =>
  Array.from({ length: rowsAll }, (_, index) => index + 1).filter((seq) => !lost.includes(seq));

test('counts every accepted tap but the damaged one, once, and tells that one as lost', async () => {
  const { backend, path, rescue, folder } = await aBusWithoutNetwork();
  damage(path, placeOf(path, 100) + 60, 3);

  const { ledger, rescue: report } = rescue();
  const drained = await drain(ledger, backend);
  const again = await drain(ledger, backend);
  ledger.close();

  expect(report).toMatchObject({ resumed: 59, stranded: 60, missing: 1 } satisfies Partial<Rescue>);
  expect([drained, again]).toEqual([{ unsent: 0 }, { unsent: 0 }]);
  const seqs = seqsWithout(100);
  expect(await countedBy(backend, 1)).toEqual({
    ...{ accepted: seqs.length, amount: sumOf(seqs), forked: 0, missing: 0 },
  });
  expect(aSpareIn(folder)).toMatchObject({ isHeld: false, usedThrough: 1 });
});

test('counts every accepted tap where only hashes of rows are damaged', async () => {
  const { backend, path, rescue } = await aBusWithoutNetwork();
  // The hash stands right before the bytes.
  damage(path, placeOf(path, 100) - 20, 3);
  damage(path, placeOf(path, 120) - 20, 3);

  const { ledger, rescue: report } = rescue();
  await drain(ledger, backend);
  ledger.close();

  expect(report).toMatchObject({ missing: 0 });
  expect(await countedBy(backend, 0)).toEqual({
    ...{ accepted: rowsAll, amount: sumOf(seqsWithout()), forked: 0, missing: 0 },
  });
});

test('begins the epoch that was granted, which the backend then knows as used', async () => {
  const { backend, path, epoch, rescue } = await aBusWithoutNetwork();
  damage(path, placeOf(path, 100) + 60, 3);

  const { ledger } = rescue();
  const epochs = ledger.audit.epochs();
  await drain(ledger, backend);
  ledger.close();

  expect(epochs).toMatchObject([
    { epoch, origin: 'provisional' },
    { epoch: 1, origin: 'granted' },
  ]);
  const next = await backend.store.grantEpoch(testDevice, { usedThrough: 0 }, someNow);
  expect(next).toMatchObject({ epoch: 2 });
});

/** What the rescued ledger tells of its old epoch: the last seq, and how many rows nobody can prove. */
function toldBy(ledger: TapLedger, oldEpoch: number) {
  let lastSeq = rowsBefore;
  let unproven = 0;
  for (const { epoch, seq, row } of ledger.audit.entries(10_000)) {
    if (row?.kind === 'salvaged' && row.isVerified === 0) unproven += 1;
    if (row?.kind === 'salvaged') lastSeq = Math.max(lastSeq, row.salvagedSeq);
    if (row?.kind === 'gap') lastSeq = Math.max(lastSeq, row.throughSeq);
    if (epoch === oldEpoch) lastSeq = Math.max(lastSeq, seq);
  }
  return { lastSeq, unproven };
}

function withPageOfNoise(sound: string, page: number): string {
  const random = createSimRandom(page);
  const bytes = readFileSync(sound);
  for (let at = 0; at < pageBytes; at += 1) {
    bytes.writeUInt8(Math.floor(random.next() * 256), page * pageBytes + at);
  }
  const path = join(aFolder(), 'ledger.db');
  writeFileSync(path, bytes);
  markDamaged(path, { cause: 'test' });
  return path;
}

test('loses to a page of noise only what it tells of, wherever in the file it is', async () => {
  const { path: sound, epoch } = await aBusWithoutNetwork();
  const pages = Array.from({ length: readFileSync(sound).length / pageBytes }, (_, page) => page);
  const wrong: string[] = [];
  const found = { holes: 0, tails: 0 };

  for (const page of pages) {
    const backend = await aBackendThatHolds(sound);
    const path = withPageOfNoise(sound, page);
    const mintEpoch = createEpochMint({ spare: aSpareIn(aFolder()), entropy: createSimEntropy(2) });
    const deps = { mintEpoch, stamp: () => someStamp };
    const { ledger } = openLedgerOrRescue(deps, { path, device: testDevice });
    const { lastSeq, unproven } = toldBy(ledger, epoch);
    await drain(ledger, backend);
    ledger.close();
    const { accepted, forked, missing } = await backend.store.summary(testDevice);
    if (missing + unproven > 0) found.holes += 1;
    if (lastSeq < rowsAll) found.tails += 1;
    const isWhole = accepted + missing + unproven >= lastSeq && accepted <= lastSeq - missing;
    if (!isWhole || forked > 0) {
      wrong.push(JSON.stringify({ page, lastSeq, accepted, forked, missing, unproven }));
    }
  }

  expect(wrong).toEqual([]);
  expect(found.holes).toBeGreaterThan(3);
  // What is lost with all rows after it leaves no trace in the file.
  expect(found.tails).toBe(1);
});

/** Another backend that holds the delivered rows of this ledger. */
async function aBackendThatHolds(sound: string): Promise<TestBackend> {
  const backend = await aTestBackend();
  const path = join(aFolder(), 'ledger.db');
  copyFileSync(sound, path);
  const place = { path, device: testDevice };
  using ledger = openTapLedger({ mintEpoch: () => 1 }, place);
  const { epoch } = ledger.head;
  ledger.outbox.rewind(epoch, 1);
  const batch = ledger.outbox.nextBatch({ rowsMax: rowsBefore, bytesMax: 1e6 });
  if (batch !== undefined) await backend.store.ingest({ device: testDevice, ...batch }, someNow);
  return backend;
}
