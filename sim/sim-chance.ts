/**
 * Chance under a seed: the same seed gives the same run, byte for byte. The generator is sfc32
 * (C. Doty-Humphrey, PractRand): 128 bits of state, a period of at least 2^32, a few operations.
 * It is not fit for cryptography, which is why SimEntropy exists in the simulator only.
 */
import type { Entropy, Random } from '../device/clock.ts';

/** Third word of the state: keeps the two streams of one seed apart. */
const randomStream = 0x52414e44;
const entropyStream = 0x454e5452;

/** The seed is an integer of up to 53 bits, so that it can be typed and printed. */
export function createSimRandom(seed: number): Random {
  const next = createSfc32(seed, randomStream);
  return { next: () => next() / 2 ** 32 };
}

export function createSimEntropy(seed: number): Entropy {
  const next = createSfc32(seed, entropyStream);
  return { bytes: (length) => Uint8Array.from({ length }, () => next() >>> 24) };
}

/** @internal Exported for its reference vectors. Gives unsigned 32-bit integers. */
export function createSfc32(seed: number, stream: number): () => number {
  let a = seed >>> 0;
  let b = Math.floor(seed / 2 ** 32) >>> 0;
  let c = stream >>> 0;
  let counter = 1;

  const next = () => {
    const sum = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = (b ^ (b >>> 9)) >>> 0;
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum;
  };
  // PractRand's seeding: twelve rounds until each bit of the seed has reached each bit of state.
  for (let round = 0; round < 12; round += 1) next();
  return next;
}
