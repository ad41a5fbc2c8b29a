/** How the reader of a feed words what is wrong. */
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
