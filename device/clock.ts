/**
 * Time, chance and entropy as ports. Nothing else in Halte may read a clock or draw a random
 * number: the composition roots create the real ones, the simulator its own.
 */

/** Milliseconds since 1970-01-01T00:00:00Z, by the wall clock. It may jump when GNSS or NTP arrives. */
export type EpochMs = number;

/** Milliseconds since the machine booted (CLOCK_MONOTONIC), fractional, never going back. */
export type MonotonicMs = number;

export interface Clock {
  wallNow(): EpochMs;
  monotonicNow(): MonotonicMs;
  /** Resolves after `ms`; resolves early, without an error, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Chance for jitter. Never for anything that must not be guessed. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
}

/** Bytes fit for cryptography; seeded only in the simulator. */
export interface Entropy {
  bytes(length: number): Uint8Array;
}
