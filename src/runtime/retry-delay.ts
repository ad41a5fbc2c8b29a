/** Exponential backoff with full jitter: any time from zero up to a ceiling that doubles. */

export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * @param failures failures in a row so far, from 1.
 * @param chance a random number in [0, 1).
 */
export function retryDelayMs(failures: number, { baseMs, capMs }: Backoff, chance: number): number {
  // Past 2^30 the ceiling is the cap anyway; the power itself must not overflow.
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 30));
  return chance * ceiling;
}
