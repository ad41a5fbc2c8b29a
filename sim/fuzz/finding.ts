/** What the fuzzer found: an input for which the code under test is wrong, and how. */

/**
 * `crash`: it threw. `law`: it broke a law of its target. `hang`: it took too long. `allocation`:
 * it took too much memory at once. `growth`: it kept memory.
 */
export type FindingKind = 'crash' | 'law' | 'hang' | 'allocation' | 'growth';

export interface Finding {
  readonly kind: FindingKind;
  readonly detail: string;
  readonly input: Uint8Array;
  /** Where it was thrown, when it was thrown. */
  readonly stack?: string | undefined;
}

/** Thrown by a target's `run`: nothing crashed, but what came out is not right. */
export class LawBroken extends Error {
  override readonly name = 'LawBroken';
}
