/** What is wrong with an operator's files: where, and what to do about it. */

export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Name within the folder, such as `stops.txt`. */
  readonly file: string;
  /** From 1; the header of a table is line 1. */
  readonly line?: number;
  /** From 1, within the line; for what is no table or no JSON at all, and so has no field or key. */
  readonly character?: number;
  /** Name of the field in a table, path of the key in a JSON file. */
  readonly column?: string;
  /** Stable, kebab-case. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** `stops.txt:7 stop_lat`, `stops.txt:7:12`. */
export function placeOf({ file, line, character, column }: Problem): string {
  const places = [file, line, character].filter((place) => place !== undefined);
  return `${places.join(':')}${column === undefined ? '' : ` ${column}`}`;
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}
