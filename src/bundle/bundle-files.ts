/**
 * The files of a rule bundle by name: those of a folder, or of the one file that is made of it. Both
 * are read the same way afterwards, so that what was checked at the office is what a bus reads.
 *
 * The one file is JSON, `{"format": "halte-rules/1", "files": {name: text}}`, names in order: the
 * same folder gives the same bytes.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrors, type Problem, placeOf } from './problem.ts';

export type BundleFiles = ReadonlyMap<string, Uint8Array>;

export const policyFile = 'acceptance.json';

const format = 'halte-rules/1';

/** A larger bundle is nobody's: 64 MiB. */
export const bundleBytesMax = 64 * 1024 * 1024;

/** Nothing else of the folder belongs to the bundle: notes, scenarios, pictures. */
function belongs(name: string): boolean {
  return name === policyFile || name.endsWith('.txt');
}

/** What a bundle cannot be read for; every problem at once. */
export class BundleError extends Error {
  readonly code = 'rules/invalid';
  readonly hint = 'docs/rules.md tells what a rule bundle is made of';
  readonly problems: readonly Problem[];

  constructor(path: string, problems: readonly Problem[]) {
    const lines = problems.map(lineOf);
    super([`${path} has ${problems.length} problem(s)`, ...lines].join('\n'));
    this.name = 'BundleError';
    this.problems = problems;
  }
}

/** `  stops.txt:7 stop_lat: "x" is not a latitude → correct the cell`. */
export function lineOf(problem: Problem): string {
  return `  ${placeOf(problem)}: ${problem.message} → ${problem.hint}`;
}

/** @throws BundleError when there is nothing that could be read. */
export function readBundleFiles(path: string): BundleFiles {
  try {
    return statSync(path).isDirectory()
      ? filesOfFolder(path)
      : decodeBundle(readFileSync(path), path);
  } catch (error) {
    if (error instanceof BundleError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw broken(path, message, 'check the path and its permissions');
  }
}

function filesOfFolder(folder: string): BundleFiles {
  const names = readdirSync(folder).filter(belongs).toSorted();
  return new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
}

/** @param files without errors: their text is UTF-8. */
export function encodeBundle(files: BundleFiles): Uint8Array {
  const texts = [...files]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]);
  return new TextEncoder().encode(JSON.stringify({ format, files: Object.fromEntries(texts) }));
}

/** @throws BundleError for anything that encodeBundle does not make. */
export function decodeBundle(bytes: Uint8Array, path: string): BundleFiles {
  const hint = 'make it with "halte rules build"';
  if (bytes.length > bundleBytesMax)
    throw broken(path, `longer than ${bundleBytesMax} bytes`, hint);
  const bundle = parsedJson(bytes);
  if (bundle === undefined || bundle.format !== format) {
    throw broken(path, 'not a rule bundle of this format', hint);
  }
  const files = Object.entries(bundle.files ?? {});
  if (!files.every((file): file is [string, string] => typeof file[1] === 'string')) {
    throw broken(path, 'files that are not text', hint);
  }
  return new Map(files.map(([name, text]) => [name, new TextEncoder().encode(text)]));
}

interface BundleShape {
  readonly format?: unknown;
  readonly files?: Readonly<Record<string, unknown>>;
}

function parsedJson(bytes: Uint8Array): BundleShape | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null ? (value as BundleShape) : undefined;
  } catch {
    return undefined;
  }
}

function broken(path: string, message: string, hint: string): BundleError {
  const problem = { severity: 'error', file: path, code: 'not-a-bundle', message, hint } as const;
  return new BundleError(path, [problem]);
}

/** @throws BundleError naming the errors, when there are any. */
export function requireSound(path: string, problems: readonly Problem[]): void {
  if (!hasErrors(problems)) return;
  throw new BundleError(
    path,
    problems.filter(({ severity }) => severity === 'error'),
  );
}
