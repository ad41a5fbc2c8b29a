import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { aFare, aPastTap, someNow } from '../../sim/testing/builders.ts';
import {
  aFolder,
  aLedger,
  anAcceptedToken,
  createEpochCounter,
  fill,
} from '../../sim/testing/ledger-builders.ts';
import { aRowOfEachKind, aTapRow } from '../../sim/testing/row-builders.ts';
import { canMakeTinyDisk, createTinyDisk } from '../../sim/testing/tiny-disk.ts';
import { genesisHash, rowHash } from '../core/ledger/chain.ts';
import { encodeRow } from '../core/ledger/row.ts';
import { openTapLedger, type TapLedger } from './tap-ledger.ts';
import { pastTapsMax } from './tap-memory.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const aPath = () => join(aFolder(), 'ledger.db');
const hourMs = 60 * 60 * 1_000;
const tokenKey = new Uint8Array(32).fill(7);

const accept = (ledger: TapLedger, key: Uint8Array, at: number, atRisk = false) =>
  ledger.appendTogether(
    [aTapRow({ wallAt: at, tokenKey: key })],
    anAcceptedToken({ tokenKey: key, acceptedAt: at, forgetAt: at + 24 * hourMs, atRisk }),
  );

test('begins with an epoch of its own and no row', () => {
  const ledger = aLedger();

  expect(ledger.head).toMatchObject({ epoch: 1, seq: 0 });
  expect(ledger.head.hash).toEqual(Buffer.from(genesisHash));
});

test('raises seq by one and chains every row to the one before', () => {
  const ledger = aLedger({ device: 'bus-7' });
  const row = aTapRow();

  const first = ledger.append(row);
  const second = ledger.append(row);

  const hash1 = rowHash({ device: 'bus-7', epoch: 1, seq: 1 }, genesisHash, encodeRow(row));
  const hash2 = rowHash({ device: 'bus-7', epoch: 1, seq: 2 }, hash1, encodeRow(row));
  expect([first.seq, second.seq]).toEqual([1, 2]);
  expect([first.hash, second.hash]).toEqual([hash1, hash2]);
  expect(ledger.head).toBe(second);
});

test('goes on after reopening where it stopped', () => {
  const path = aPath();
  const before = aLedger({ path });
  fill(before, 3);
  const { seq, hash } = before.head;
  before.close();

  const ledger = aLedger({ path });
  expect(ledger.head).toEqual({ epoch: 1, seq, hash: Buffer.from(hash) });
  fill(ledger, 2);

  expect(ledger.head).toMatchObject({ epoch: 1, seq: 5 });
  expect(ledger.audit.verify()).toEqual({ rows: 5 });
});

test('refuses a ledger of another device, and leaves it to its owner', () => {
  const path = aPath();
  aLedger({ path, device: 'bus-1' }).close();

  expect(() => aLedger({ path, device: 'bus-2' })).toThrow(
    expect.objectContaining({ code: 'ledger/other-device' }),
  );
  expect(aLedger({ path, device: 'bus-1' }).head.epoch).toBe(1);
});

test('turns a second opening away at once', () => {
  const { path } = aLedger();

  expect(() => aLedger({ path })).toThrow(expect.objectContaining({ code: 'ledger/in-use' }));
});

test('starts a new epoch from nothing and keeps the rows of the old one', () => {
  const ledger = aLedger();
  fill(ledger, 2);

  ledger.leaveForkedEpoch();
  fill(ledger, 1);

  const places = ledger.audit.entries(10).map(({ epoch, seq }) => [epoch, seq]);
  expect(places).toEqual([
    [1, 1],
    [1, 2],
    [2, 1],
  ]);
  expect(ledger.audit.verify()).toEqual({ rows: 3 });
});

test('stays in an epoch it started, over reopening, although that has no row yet', () => {
  const path = aPath();
  const before = openTapLedger({ mintEpoch: createEpochCounter() }, { path, device: 'bus-1' });
  fill(before, 2);
  before.leaveForkedEpoch();
  before.close();

  expect(aLedger({ path }).head).toMatchObject({ epoch: 2, seq: 0 });
});

test('recalls when a token was accepted, over reopening', () => {
  const path = aPath();
  const before = aLedger({ path });
  accept(before, tokenKey, someNow);
  accept(before, tokenKey, someNow + hourMs);
  before.close();

  const ledger = aLedger({ path });

  const { taps, ridesUsed } = ledger.recall({ tokenKey }, someNow + hourMs);
  expect(taps.map(({ at }) => at)).toEqual([someNow, someNow + hourMs]);
  expect(ridesUsed).toBe(2);
  expect(ledger.recall({ tokenKey: genesisHash }, someNow).taps).toEqual([]);
});

test('counts the risk taps of the last 24 hours, and no others', () => {
  const ledger = aLedger();
  const key = (id: number) => new Uint8Array(32).fill(id);
  accept(ledger, key(1), someNow, true);
  accept(ledger, key(2), someNow + hourMs, true);
  accept(ledger, key(3), someNow + hourMs, false);

  const counts = [hourMs, 24 * hourMs, 25 * hourMs].map(
    (later) => ledger.recall({ tokenKey }, someNow + later).atRisk.device.taps,
  );

  expect(counts).toEqual([2, 1, 0]);
});

test('writes neither the row nor the token when one of both cannot be written', () => {
  const ledger = aLedger();
  const accepted = anAcceptedToken({ acceptedAt: 0.5 });

  expect(() => ledger.appendTogether([aTapRow()], accepted)).toThrow('INTEGER');

  expect(ledger.head.seq).toBe(0);
  expect(ledger.audit.entries(1)).toEqual([]);
  expect(ledger.recall({ tokenKey }, someNow).taps).toEqual([]);
});

test('names damage inside the file when it opens it, and does not keep it locked', () => {
  const path = aPath();
  const ledger = aLedger({ path });
  fill(ledger, 50);
  ledger.close();
  const intact = readFileSync(path);
  const damaged = Buffer.from(intact);
  for (let page = 4_096; page < damaged.length; page += 4_096) damaged.fill(0xa5, page, page + 16);
  writeFileSync(path, damaged);

  expect(() => aLedger({ path })).toThrow(expect.objectContaining({ code: 'ledger/corrupt' }));

  writeFileSync(path, intact);
  expect(aLedger({ path }).head.seq).toBe(50);
});

test.skipIf(!canMakeTinyDisk())(
  'writes nothing of a row for which the disk is too full (skipped where tmpfs cannot be mounted)',
  () => {
    const disk = createTinyDisk(512 * 1024);
    onTestFinished(() => disk.close());
    writeFileSync(join(disk.folder, 'ballast'), Buffer.alloc(128 * 1024));
    const path = join(disk.folder, 'ledger.db');
    const ledger = aLedger({ path });
    const fillUp = () => fill(ledger, 10_000, { rulesVersion: 'v'.repeat(2_000) });

    expect(fillUp).toThrow(expect.objectContaining({ code: 'ledger/disk-full' }));

    const { seq } = ledger.head;
    expect(seq).toBeGreaterThan(10);
    expect(ledger.audit.verify()).toEqual({ rows: seq });
    ledger.close();
    rmSync(join(disk.folder, 'ballast'));
    expect(aLedger({ path }).head.seq).toBe(seq);
  },
);

test('knows the taps of an account whichever of its codes was shown', () => {
  const ledger = aLedger();
  const accountKey = new Uint8Array(32).fill(4);
  const code = (id: number) => ({ tokenKey: new Uint8Array(32).fill(id), accountKey });
  const leg = {
    ...{ routeId: 'koridor-1', riderCategory: 'pelajar', fareMedia: 'qris' },
    boarding: { at: someNow, stopId: 'mangkang' },
    alighting: { at: someNow + 1_000, stopId: 'penggaron' },
  };
  const fare = aFare({ leg, legGroup: 'biasa', transfersUsed: 2, action: 'exit' });
  ledger.appendTogether([aTapRow()], anAcceptedToken({ ...code(1), fare, atRisk: true }));

  const { taps, ridesUsed, atRisk } = ledger.recall(code(2), someNow);

  expect(ridesUsed).toBe(0);
  expect(atRisk.account).toEqual({ taps: 1, amount: 3_500 });
  expect(taps).toEqual([
    {
      ...{ at: someNow, action: 'exit', leg, legGroup: 'biasa', transfersUsed: 2 },
      ...{ product: 'umum-nontunai', charged: { amount: 3_500, currency: 'IDR' } },
      ...{ source: 'device', rulesVersion: 'test-1', isSameToken: false },
    },
  ]);
});

test('recalls the newest taps of a busy account, oldest first, and not more than it may', () => {
  const ledger = aLedger();
  for (let tap = 0; tap < pastTapsMax + 3; tap += 1) accept(ledger, tokenKey, someNow + tap);

  const { taps } = ledger.recall({ tokenKey }, someNow);

  expect(taps).toHaveLength(pastTapsMax);
  expect(taps[0]?.at).toBe(someNow + 3);
});

test('forgets a tap that was taken back with the row that says so, and only that tap', () => {
  const ledger = aLedger();
  const takenBack = { ...aRowOfEachKind.void, voidedSeq: 2 } as const;
  accept(ledger, tokenKey, someNow);
  accept(ledger, tokenKey, someNow + 1);

  const forget = (acceptedAt: number) =>
    ledger.appendForgetting(takenBack, { tapOf: tokenKey, acceptedAt, usedRide: true });

  forget(someNow + 1);
  const once = ledger.recall({ tokenKey }, someNow);
  forget(someNow);
  const never = ledger.recall({ tokenKey }, someNow);

  expect(once).toMatchObject({ ridesUsed: 1, taps: [{ at: someNow }] });
  expect(never).toMatchObject({ ridesUsed: 0, taps: [] });
  expect(ledger.head.seq).toBe(4);
});

test('goes on to know of a reset when the tap before it is taken back', () => {
  const ledger = aLedger();
  accept(ledger, tokenKey, someNow);
  const entry = aPastTap({ at: someNow, action: 'enter', trip: 'of another gate' });
  ledger.appendForgetting(aRowOfEachKind['entry-reset'], { entryOf: { tokenKey }, entry });

  ledger.appendForgetting(aRowOfEachKind.void, {
    ...{ tapOf: tokenKey, acceptedAt: someNow, usedRide: true },
  });

  expect(ledger.recall({ tokenKey }, someNow).taps).toMatchObject([{ action: 'reset' }]);
});

test('forgets an entry without an exit, and neither an exit nor that a ride was used', () => {
  const ledger = aLedger();
  const taps = (action: 'enter' | 'exit', at: number) =>
    ledger.appendTogether(
      [aTapRow()],
      anAcceptedToken({ tokenKey, acceptedAt: at, fare: aFare({ action }) }),
    );
  const reset = () =>
    ledger.appendForgetting(aRowOfEachKind['entry-reset'], {
      entryOf: { tokenKey },
      entry: aPastTap({ action: 'enter' }),
    });
  const actions = () => ledger.recall({ tokenKey }, someNow).taps.map(({ action }) => action);
  taps('enter', someNow);
  taps('exit', someNow + 1);

  reset();
  const closed = actions();
  taps('enter', someNow + 2);
  reset();

  expect(closed).toEqual(['enter', 'exit']);
  expect(actions()).toEqual(['enter', 'exit']);
  expect(ledger.recall({ tokenKey }, someNow).ridesUsed).toBe(2);
});

test.each([
  ['its own', 'here'],
  ['of another gate', 'elsewhere'],
])('remembers that an entry %s on a card was reset, once', (_, trip) => {
  const ledger = aLedger();
  const entered = { tokenKey, acceptedAt: someNow, fare: aFare({ action: 'enter' }) };
  ledger.appendTogether([aTapRow()], anAcceptedToken({ ...entered, trip: 'here' }));
  const entry = aPastTap({ action: 'enter', trip });

  for (let time = 0; time < 2; time += 1) {
    ledger.appendForgetting(aRowOfEachKind['entry-reset'], { entryOf: { tokenKey }, entry });
  }

  const { taps } = ledger.recall({ tokenKey }, someNow);
  const resets = taps.filter(({ action }) => action === 'reset');
  expect(resets).toMatchObject([{ trip, at: someNow, leg: entry.leg }]);
  expect(taps).toHaveLength(trip === 'here' ? 1 : 2);
});

test('forgets nothing when the row cannot be written', () => {
  const ledger = aLedger();
  accept(ledger, tokenKey, someNow);
  const unfit = { ...aRowOfEachKind.void, voidedSeq: 0.5 } as const;

  const what = { tapOf: tokenKey, acceptedAt: someNow, usedRide: true };
  expect(() => ledger.appendForgetting(unfit, what)).toThrow(TypeError);

  expect(ledger.recall({ tokenKey }, someNow).ridesUsed).toBe(1);
});
