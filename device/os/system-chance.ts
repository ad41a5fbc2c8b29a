/**
 * Chance and entropy of the machine, for the composition roots. They are kept apart so that
 * nothing that must not be guessed is ever drawn from Math.random.
 */
import { randomBytes } from 'node:crypto';
import type { Entropy, Random } from '../clock.ts';

export function createSystemRandom(): Random {
  return { next: () => Math.random() };
}

export function createSystemEntropy(): Entropy {
  return { bytes: (length) => randomBytes(length) };
}
