/** A check between the rows and files of a feed. */
import type { Problem } from '../problem.ts';
import type { Feed, TableName } from './tables.ts';
import { type Wrong, wrong } from './wrong.ts';

export interface Facts {
  readonly feed: Feed;
  /** Whether the feed has the file, or the file the column. */
  readonly isThere: (name: TableName, column?: string) => boolean;
}

export interface Check {
  readonly reads: readonly TableName[];
  readonly find: (facts: Facts) => readonly Problem[];
}

/** A problem of one row. */
export function at(
  name: TableName,
  { line }: { readonly line: number },
  what: Wrong & { readonly column: string },
): Problem {
  return wrong(`${name}.txt`, line, what);
}
