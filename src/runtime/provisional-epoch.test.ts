import { expect, test } from 'vitest';
import { createSimEntropy } from '../../sim/sim-chance.ts';
import { provisionalEpochMin } from '../core/ledger/epoch-grant.ts';
import { createEpochMint, mintProvisionalEpoch } from './provisional-epoch.ts';

test('mints safe numbers beyond all grants, no two alike', () => {
  const entropy = createSimEntropy(1);

  const epochs = Array.from({ length: 1_000 }, () => mintProvisionalEpoch(entropy));

  expect(Math.min(...epochs)).toBeGreaterThanOrEqual(provisionalEpochMin);
  expect(epochs.every(Number.isSafeInteger)).toBe(true);
  expect(new Set(epochs).size).toBe(1_000);
});

test('draws again when the number would be that of a grant', () => {
  const draws = [new Uint8Array(6), Uint8Array.of(0, 1, 0, 0, 0, 0)];

  const epoch = mintProvisionalEpoch({ bytes: () => draws.shift() ?? new Uint8Array(6) });

  expect(epoch).toBe(provisionalEpochMin);
});

/** Held until it is taken. */
function aSpare(epoch: number) {
  const left = [epoch];
  return { isHeld: true, usedThrough: 0, keep: () => true, take: () => left.shift() };
}

test('begins a new ledger in the epoch that was granted, once', () => {
  const mint = createEpochMint({ spare: aSpare(5), entropy: createSimEntropy(1) });

  expect(mint('new')).toBe(5);
  expect(mint('new')).toBeGreaterThanOrEqual(provisionalEpochMin);
});

test('gives up the grant at a fork: the twin of this disk holds the same', () => {
  const mint = createEpochMint({ spare: aSpare(5), entropy: createSimEntropy(1) });

  expect(mint('fork')).toBeGreaterThanOrEqual(provisionalEpochMin);
  expect(mint('new')).toBeGreaterThanOrEqual(provisionalEpochMin);
});
