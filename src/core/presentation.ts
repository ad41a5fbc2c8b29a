/**
 * Presentation debounce. A scanner re-reads a held phone many times a second; the same bytes
 * without an absence are one presentation and one tap. What could not be read never debounces:
 * the rider is asked to try again and must be able to at once.
 */

/** A code that was away this long has been presented anew. */
export const absenceMs = 1_000;

export interface Presentation {
  /** What was last seen at this reader, by its bytes. */
  readonly seen: string;
  /** When it was last seen, monotonic milliseconds. */
  readonly lastSeenAt: number;
}

/** @returns true when the reading continues the presentation rather than beginning one. */
export function isSamePresentation(
  current: Presentation | undefined,
  seen: string,
  at: number,
): boolean {
  return current !== undefined && current.seen === seen && at - current.lastSeenAt < absenceMs;
}
