/**
 * Presentation debounce. A scanner re-reads a held phone many times a second; the same bytes
 * without an absence are one presentation and one tap, whatever else is read between. So is another
 * code of what was accepted: apps draw their code anew while it is held. What could not be read is
 * no presentation: the rider is asked to try again and must be able to at once.
 */

/** A code that was away this long has been presented anew. */
export const absenceMs = 1_000;

/** Things held to one reader at a time; past it the one seen longest ago is forgotten. */
export const presentationsMax = 8;

export interface Sight {
  /** What is held, by its bytes. */
  readonly seen: string;
  /** The ticket or account behind it, by which another code of it is known. */
  readonly standsFor?: string | undefined;
}

export interface Presentation<T> extends Sight {
  /** When it was last seen, monotonic milliseconds. */
  readonly lastSeenAt: number;
  /** What came of it. */
  readonly result: T;
}

/** The presentation that a reading continues; undefined when it begins one. */
export function continued<T>(
  held: readonly Presentation<T>[],
  { seen, standsFor }: Sight,
  at: number,
): Presentation<T> | undefined {
  const isSame = (one: Sight) =>
    one.seen === seen || (standsFor !== undefined && one.standsFor === standsFor);
  return held.find((one) => isSame(one) && at - one.lastSeenAt < absenceMs);
}

/** What is held once this has been seen. */
export function holding<T>(
  held: readonly Presentation<T>[],
  latest: Presentation<T>,
): readonly Presentation<T>[] {
  const others = held.filter(
    ({ seen, lastSeenAt }) => seen !== latest.seen && latest.lastSeenAt - lastSeenAt < absenceMs,
  );
  return [...others, latest].slice(-presentationsMax);
}
