/** How the reader of a feed words what is wrong. */
import { closest, distance } from 'fastest-levenshtein';
import type { Problem } from '../problem.ts';

export interface Wrong extends Pick<Problem, 'code' | 'message' | 'hint'> {
  readonly column?: string;
  /** An error, unless told otherwise. */
  readonly severity?: Problem['severity'];
}

/** @param line absent for what is wrong with the file as a whole. */
export function wrong(
  file: string,
  line: number | undefined,
  { severity = 'error', ...what }: Wrong,
): Problem {
  return { severity, file, ...(line !== undefined && { line }), ...what };
}

/** A slip of the finger is at most this many letters away. */
const slipMax = 2;

/** @returns a question about the known name that is nearest, when one is near. */
export function slipOf(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const nearest = closest(name, [...known]);
  return distance(name, nearest) <= slipMax ? `did you mean "${nearest}"?` : undefined;
}
