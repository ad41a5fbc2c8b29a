import { expect, test } from 'vitest';
import { createSfc32, createSimEntropy, createSimRandom } from './sim-chance.ts';

const seed = 20_260_105_123;

test('agrees with the reference sfc32 written in C', () => {
  const next = createSfc32(seed, 0x52414e44);

  expect([next(), next(), next(), next()]).toEqual([
    0xebe68a4e, 0x4a974bea, 0xd92cc380, 0x848af932,
  ]);
});

test('repeats itself under the same seed and not under another', () => {
  const draw = (from: number) => {
    const random = createSimRandom(from);
    return Array.from({ length: 20 }, () => random.next());
  };

  expect(draw(seed)).toEqual(draw(seed));
  expect(draw(seed)).not.toEqual(draw(seed + 1));
  expect(draw(seed)).not.toEqual(draw(seed + 2 ** 32));
});

test('draws evenly from 0 up to, but not including, 1', () => {
  const random = createSimRandom(seed);
  const draws = Array.from({ length: 100_000 }, () => random.next());
  const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;

  expect(Math.max(...draws)).toBeLessThan(1);
  expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
  expect(mean).toBeCloseTo(0.5, 2);
});

test('gives entropy that repeats under its seed and is not the stream of random', () => {
  const bytes = createSimEntropy(seed).bytes(16);
  const random = createSimRandom(seed);
  const drawn = Uint8Array.from({ length: 16 }, () => Math.floor(random.next() * 256));

  expect(createSimEntropy(seed).bytes(16)).toEqual(bytes);
  expect(bytes).not.toEqual(drawn);
});
