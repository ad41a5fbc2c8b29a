import { copyFileSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSimEntropy } from '../../sim/sim-chance.ts';
import { issuerKey, someNow, strangerKey } from '../../sim/testing/builders.ts';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { aTapRow, someStamp } from '../../sim/testing/row-builders.ts';
import { originOf, signEpochGrant } from '../core/ledger/epoch-grant.ts';
import { createEpochMint } from '../runtime/provisional-epoch.ts';
import { openLedgerOrRescue } from './ledger-rescue.ts';
import { markDamaged } from './set-aside.ts';
import { createSpareGrant } from './spare-grant.ts';
import { openTapLedger } from './tap-ledger.ts';

const device = 'bus-1';

function aSpare(folder = aFolder(), receiptKey: Uint8Array | undefined = issuerKey.publicKey) {
  const path = join(folder, 'epoch-grant');
  return { path, folder, ...{ spare: createSpareGrant({ path, device, receiptKey }) } };
}

const aGrant = (epoch: number, over: { device?: string } = {}) =>
  signEpochGrant(issuerKey, { device, epoch, issuedAt: someNow, ...over });

test('holds no spare at first, and takes none', () => {
  const { spare } = aSpare();

  expect([spare.isHeld, spare.usedThrough, spare.take()]).toEqual([false, 0, undefined]);
});

test('keeps a grant over a restart, for its owner alone to read, and takes it once', () => {
  const { spare, path, folder } = aSpare();
  const isKept = spare.keep(aGrant(7));
  const next = aSpare(folder).spare;

  const held = next.isHeld;
  const taken = [next.take(), next.take(), aSpare(folder).spare.take()];

  expect([isKept, held]).toEqual([true, true]);
  expect(taken).toEqual([7, undefined, undefined]);
  expect(next).toMatchObject({ isHeld: false, usedThrough: 7 });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('has the grant used on disk before it says which epoch to begin', () => {
  const { spare, path, folder } = aSpare();
  spare.keep(aGrant(7));

  const epoch = spare.take();
  const afterCut = aFolder();
  copyFileSync(path, join(afterCut, 'epoch-grant'));

  expect(epoch).toBe(7);
  expect(aSpare(afterCut).spare.take()).toBeUndefined();
  expect(aSpare(folder).spare.keep(aGrant(7))).toBe(false);
});

test('keeps a later grant, and none that it used or gave up before', () => {
  const { spare } = aSpare();
  spare.keep(aGrant(7));
  spare.take();

  const kept = [6, 7, 8].map((epoch) => spare.keep(aGrant(epoch)));

  expect(kept).toEqual([false, false, true]);
  expect(spare.take()).toBe(8);
});

test.each([
  ['of another device', aGrant(7, { device: 'bus-2' })],
  ['of another key', signEpochGrant(strangerKey, { device, epoch: 7, issuedAt: someNow })],
  ['that is damaged', aGrant(7).map((byte, at) => (at === 40 ? byte ^ 1 : byte))],
  ['of no bytes', new Uint8Array()],
])('keeps no grant %s', (_, bytes) => {
  const { spare } = aSpare();
  spare.keep(aGrant(3));

  expect(spare.keep(bytes)).toBe(false);

  expect(spare.take()).toBe(3);
});

test('believes no grant without the key of a backend', () => {
  const { spare, folder } = aSpare();
  spare.keep(aGrant(7));
  const path = join(folder, 'epoch-grant');

  const keyless = createSpareGrant({ path, device, receiptKey: undefined });

  expect([keyless.isHeld, keyless.keep(aGrant(8)), keyless.take()]).toEqual([
    false,
    false,
    undefined,
  ]);
});

test.each(['', '{', '[]', 'null', '{"grant":7}', '{"grant":"AAAA","usedThrough":-1}', '\u0000'])(
  'takes nothing from a file that holds %j, and can be given another grant',
  (text) => {
    const { spare, path } = aSpare();
    writeFileSync(path, text);

    const taken = spare.take();

    expect(taken).toBeUndefined();
    expect(spare.keep(aGrant(7))).toBe(true);
    expect(spare.take()).toBe(7);
  },
);

test('begins a provisional epoch when the power went between grant and first row', () => {
  const { spare, folder } = aSpare();
  spare.keep(aGrant(7));
  const place = { path: join(folder, 'ledger.db'), device };
  const cut = () => {
    spare.take();
    throw new Error('the power is gone');
  };
  expect(() => openTapLedger({ mintEpoch: cut }, place)).toThrow('the power is gone');
  const mintEpoch = createEpochMint({ spare: aSpare(folder).spare, entropy: createSimEntropy(1) });

  using ledger = openTapLedger({ mintEpoch }, place);

  expect(originOf(ledger.head.epoch)).toBe('provisional');
});

test('begins another epoch than one that the ledger already had, whatever was granted', () => {
  const { spare, folder } = aSpare();
  const mintEpoch = createEpochMint({ spare, entropy: createSimEntropy(1) });
  spare.keep(aGrant(7));
  const cause = { cause: 'test' };
  const path = join(folder, 'ledger.db');
  const before = openTapLedger({ mintEpoch }, { path, device });
  before.append(aTapRow());
  before.close();
  rmSync(join(folder, 'epoch-grant'));
  spare.keep(aGrant(7));
  markDamaged(path, cause);

  const { ledger } = openLedgerOrRescue({ mintEpoch, stamp: () => someStamp }, { path, device });

  const origins = ledger.audit.epochs().map(({ epoch }) => originOf(epoch));
  ledger.close();
  expect(origins).toEqual(['granted', 'provisional']);
});

test('takes no grant that it cannot mark as used', () => {
  const { spare, path } = aSpare();
  spare.keep(aGrant(7));
  mkdirSync(`${path}.new`);

  const taken = spare.take();
  rmSync(`${path}.new`, { recursive: true });

  expect(taken).toBeUndefined();
  expect(spare.isHeld).toBe(true);
});
