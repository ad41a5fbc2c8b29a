/**
 * Reads the office's table of listings line by line: RFC 4180 without line ends inside of cells, and
 * a heading that names the columns. It goes on after a mistake, so that all are named at once.
 */
import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { KeyedHash } from '../core/crypto/keyed-hash.ts';
import { listingKeyOf } from '../core/lists/listing-key.ts';
import {
  listingEffects,
  listingKinds,
  listingReasons,
  type SecurityListing,
} from '../core/lists/security-listing.ts';
import type { Watching } from '../store/security-list-file.ts';
import {
  type ListRecord,
  nameBytesMax,
  namePattern,
  recordOf,
} from '../store/security-list-format.ts';
import { CliError } from './cli-io.ts';

export interface CsvProblem {
  readonly line: number;
  readonly column?: string;
  readonly message: string;
  readonly hint: string;
}

const columns = [
  ...['kind', 'effect', 'key', 'reason', 'since', 'until'],
  ...['product', 'rider_category'],
] as const;
const columnsNeeded = ['kind', 'effect', 'key'];

/** More than the longest row there can be. */
const lineCharactersMax = 1_024;
/** After so many mistakes it is another kind of file. */
export const problemsMax = 100;

export interface CsvReading {
  readonly keyed?: KeyedHash | undefined;
  readonly onRecord: (record: ListRecord, line: number) => void;
}

/** @returns what is wrong; @throws CliError when there is no such file. */
export async function readListCsv(
  path: string,
  reading: CsvReading,
  { signal, onProgress }: Watching,
): Promise<readonly CsvProblem[]> {
  const total = sizeOf(path);
  const stream = createReadStream(path, 'utf8');
  const table = createTable(reading);
  const crlfDelay = Number.POSITIVE_INFINITY;
  for await (const text of createInterface({ input: stream, crlfDelay })) {
    if (table.line % 4_096 === 0) onProgress?.(stream.bytesRead, total);
    if (signal?.aborted === true) throw new CliError('lists/stopped', 'stopped', 'start it again');
    table.read(text);
    if (table.isHopeless) break;
  }
  stream.destroy();
  if (table.line > 0) return table.problems;
  return [{ line: 1, message: 'it is empty', hint: headingHint }];
}

function createTable({ keyed, onRecord }: CsvReading) {
  const problems: CsvProblem[] = [];
  let heading: readonly string[] | undefined;
  let line = 0;

  function take(text: string): void {
    if (heading === undefined) heading = headingOf(text);
    else if (text.trim() !== '') onRecord(recordIn(text, heading, keyed), line);
  }

  return {
    problems,
    get line() {
      return line;
    },
    get isHopeless() {
      return heading === undefined || problems.length === problemsMax;
    },
    read(text: string): void {
      line += 1;
      try {
        take(text);
      } catch (error) {
        if (!(error instanceof Mistake)) throw error;
        problems.push({ line, ...error.problem });
      }
    },
  };
}

const headingHint = `the first line names the columns: ${columns.join()}`;

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    const message = error instanceof Error ? error.message : `${path} cannot be read`;
    throw new CliError('lists/cannot-read', message, 'give the path of a CSV file');
  }
}

class Mistake extends Error {
  readonly problem: Omit<CsvProblem, 'line'>;
  constructor(problem: Omit<CsvProblem, 'line'>) {
    super(problem.message);
    this.problem = problem;
  }
}

function headingOf(text: string): readonly string[] {
  const names = cellsOf(text.replace(/^\uFEFF/, ''));
  for (const name of names) {
    if ((columns as readonly string[]).includes(name)) continue;
    throw new Mistake({
      column: name.slice(0, 40),
      message: 'an unknown column',
      hint: headingHint,
    });
  }
  const missing = columnsNeeded.find((name) => !names.includes(name));
  if (missing === undefined && new Set(names).size === names.length) return names;
  const message = missing === undefined ? 'a column stands twice' : `no column ${missing}`;
  throw new Mistake({ message, hint: headingHint });
}

const cell = /(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))(?=,|$)/gy;

function cellsOf(text: string): readonly string[] {
  if (text.length > lineCharactersMax) {
    throw new Mistake({ message: 'a line that is too long', hint: 'is there a line end missing?' });
  }
  if (!text.includes('"')) return text.split(',').map((one) => one.trim());
  const cells = [...text.matchAll(cell)];
  if (cells.reduce((sum, [whole]) => sum + whole.length, 0) === text.length) {
    return cells.map(([, quoted, bare]) => (quoted?.replaceAll('""', '"') ?? bare ?? '').trim());
  }
  throw new Mistake({ message: 'quotation marks that do not match', hint: 'write a mark twice' });
}

function recordIn(
  text: string,
  heading: readonly string[],
  keyed: KeyedHash | undefined,
): ListRecord {
  const cells = cellsOf(text);
  if (cells.length !== heading.length) {
    const message = `${cells.length} cells`;
    throw new Mistake({ message, hint: `as many as the heading has: ${heading.length}` });
  }
  const of = (name: (typeof columns)[number]) => cells[heading.indexOf(name)] ?? '';
  const kind = oneOf('kind', listingKinds, of('kind'));
  const effect = oneOf('effect', listingEffects, of('effect'));
  const reason = oneOf('reason', listingReasons, of('reason') || 'other');
  const [from, until] = [momentOf('since', of('since')), momentOf('until', of('until'))];
  const key = listingKeyOf(kind, of('key'), keyed);
  if (!key.ok) throw new Mistake({ column: 'key', message: key.detail, hint: key.hint });
  if (from !== undefined && until !== undefined && from >= until) {
    throw new Mistake({
      column: 'until',
      message: 'not after since',
      hint: 'it is the first moment after',
    });
  }
  const product = nameOf('product', of('product'), effect);
  const riderCategory = nameOf('rider_category', of('rider_category'), effect);
  return recordOf(key.key, {
    ...{ kind, effect, reason },
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
    ...(product && { product }),
    ...(riderCategory && { riderCategory }),
  });
}

function oneOf<T extends string>(column: string, known: readonly T[], text: string): T {
  const value = known.find((one) => one === text);
  if (value !== undefined) return value;
  throw new Mistake({ column, message: 'an unknown word', hint: `one of ${known.join(', ')}` });
}

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/;

function momentOf(column: string, text: string): number | undefined {
  if (text === '') return undefined;
  const at = moment.test(text) ? Date.parse(text) : Number.NaN;
  if (at >= 0) return at;
  const hint = 'a time with its zone, such as 2026-11-24T06:00:00+07:00';
  throw new Mistake({ column, message: 'no moment', hint });
}

function nameOf(column: string, text: string, effect: SecurityListing['effect']): string {
  if (text === '') return text;
  if (effect !== 'allow') {
    throw new Mistake({ column, message: 'given for what is denied', hint: 'leave it empty' });
  }
  if (namePattern.test(text) && Buffer.byteLength(text) <= nameBytesMax) return text;
  throw new Mistake({ column, message: 'no name', hint: '1 to 64 visible characters' });
}
