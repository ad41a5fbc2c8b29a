/**
 * What a signed server time says of a device's clock: how far it is off, and whether it can be. Time
 * since the answer runs on the monotonic clock, so that a wall clock that jumps changes what is off
 * and not what is known.
 */
import type { ClockQuality } from '../clock-quality.ts';

/** An answer that took longer says too little of when it was given. */
export const roundTripMsMax = 10_000;
/** Forward against what was known: believed when the next answer says it too. */
export const serverJumpMsMax = 24 * 3_600_000;
/** Within this, and known as of late, the clock counts as one that a network sets. */
export const closeMs = 2_000;
/** Known no longer than this ago. */
export const freshMs = 3_600_000;
/** A clock that is off by more is no basis for what is valid. */
export const offMsMax = 60_000;

/** The backend's time at a moment of the monotonic clock. */
export interface KnownTime {
  readonly serverTime: number;
  readonly monotonicAt: number;
}

export interface TimedAnswer {
  /** Milliseconds since 1970, signed for the nonce of this very question. */
  readonly serverTime: number;
  /** Monotonic milliseconds. */
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** @returns undefined when the round trip is too long to say anything. */
export function timeOf({ serverTime, askedAt, answeredAt }: TimedAnswer): KnownTime | undefined {
  const roundTripMs = answeredAt - askedAt;
  if (!(roundTripMs >= 0 && roundTripMs <= roundTripMsMax)) return undefined;
  return { serverTime: serverTime + roundTripMs / 2, monotonicAt: answeredAt };
}

export function serverTimeAt(known: KnownTime, monotonicNow: number): number {
  return known.serverTime + (monotonicNow - known.monotonicAt);
}

/** How far a newer answer is from what was known; positive: forward. */
export function jumpOf(before: KnownTime, after: KnownTime): number {
  return after.serverTime - serverTimeAt(before, after.monotonicAt);
}

/** @param offsetMs to add to the device's time. */
export function qualityBy(offsetMs: number, ageMs: number): ClockQuality {
  if (Math.abs(offsetMs) > offMsMax) return 'untrusted';
  return Math.abs(offsetMs) <= closeMs && ageMs <= freshMs ? 'ntp' : 'rtc';
}
