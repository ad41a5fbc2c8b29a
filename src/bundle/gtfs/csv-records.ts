/** The bytes of one file as records of cells: CSV as GTFS has it, RFC 4180 in UTF-8. */
import { CsvError, parse } from 'csv-parse/sync';
import type { Problem } from '../problem.ts';
import { csvMistake, otherSeparator } from './csv-mistake.ts';
import { wrong } from './wrong.ts';

/** A file beyond it is no feed of one operator: 64 MiB. */
export const fileBytesMax = 64 * 1024 * 1024;

/** A longer record is a quote that nobody closed: 64 KiB. */
export const recordBytesMax = 64 * 1024;

/** A hundred buses at work for a day have some hundred thousand calls. */
export const recordsMax = 2_000_000;

export interface CsvRecord {
  /** On which it begins. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** @returns records without empty lines, or the one problem for which there are none. */
export function csvRecords(file: string, bytes: Uint8Array): readonly CsvRecord[] | Problem {
  if (bytes.length > fileBytesMax) {
    const message = `${bytes.length} bytes, at most ${fileBytesMax} are read`;
    return wrong(file, undefined, { code: 'file-too-long', message, hint: 'split the feed' });
  }
  const text = textOf(bytes);
  if (text === undefined) {
    const hint = 'save the file as UTF-8';
    return wrong(file, undefined, { code: 'not-utf8', message: 'not UTF-8', hint });
  }
  const separator = otherSeparator(text);
  if (separator !== undefined) return { severity: 'error', file, ...separator };
  try {
    return numbered(file, parse(text, csvOptions));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { severity: 'error', file, ...csvMistake(text, recordBytesMax) };
  }
}

const csvOptions = {
  relax_column_count: true,
  record_delimiter: ['\r\n', '\n'],
  max_record_size: recordBytesMax,
};

/** Without the byte order mark, which is allowed. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** csv-parse counts lines, too, and takes three times as long when asked for them. */
function numbered(
  file: string,
  rows: readonly (readonly string[])[],
): readonly CsvRecord[] | Problem {
  if (rows.length > recordsMax) {
    const message = `${rows.length} lines, at most ${recordsMax} are read`;
    return wrong(file, undefined, { code: 'too-many-lines', message, hint: 'split the feed' });
  }
  let next = 1;
  return rows.flatMap((cells) => {
    const line = next;
    next += 1 + breaksIn(cells);
    return cells.length > 1 || cells[0]?.trim() ? [{ line, cells }] : [];
  });
}

function breaksIn(cells: readonly string[]): number {
  return cells.reduce(
    (sum, cell) => sum + (cell.includes('\n') ? cell.split('\n').length - 1 : 0),
    0,
  );
}
