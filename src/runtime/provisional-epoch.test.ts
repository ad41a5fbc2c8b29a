import { expect, test } from 'vitest';
import { createSimEntropy } from '../../sim/sim-chance.ts';
import { mintProvisionalEpoch, provisionalEpochMin } from './provisional-epoch.ts';

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
