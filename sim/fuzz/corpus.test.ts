import { expect, test } from 'vitest';
import { keptBytesMax, keptInputsMax, minimise } from './corpus.ts';

const anInput = (length: number, byte: number) => new Uint8Array(length).fill(byte);

test('keeps the shorter of two inputs that reach the same', () => {
  const kept = minimise([anInput(9, 1), anInput(3, 2)], () => new Set([1, 2]));

  expect(kept).toEqual([anInput(3, 2)]);
});

test('leaves out an input whose features the others have together', () => {
  const features = new Map([
    [1, [1, 2, 3]],
    [2, [4, 5, 6]],
    [3, [3, 4]],
  ]);
  const inputs = [...features.keys()].map((byte) => anInput(1, byte));

  const kept = minimise(inputs, ([byte = 0]) => new Set(features.get(byte)));

  expect(kept).toEqual([anInput(1, 1), anInput(1, 2)]);
});

test('keeps no more inputs than a corpus may have', () => {
  const inputs = Array.from({ length: keptInputsMax + 9 }, (_, byte) => anInput(1, byte));

  const kept = minimise(inputs, ([byte = 0]) => new Set([byte]));

  expect(kept).toHaveLength(keptInputsMax);
});

test('keeps no more bytes than a corpus may have', () => {
  const half = keptBytesMax / 2;
  const inputs = [anInput(half, 1), anInput(half, 2), anInput(half, 3)];

  const kept = minimise(inputs, ([byte = 0]) => new Set([byte]));

  expect(kept).toHaveLength(2);
});
