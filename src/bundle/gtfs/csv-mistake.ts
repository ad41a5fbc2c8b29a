/**
 * Where a file that is no CSV stops being CSV. A parser gives up where a stray quote at last makes
 * no sense, often lines later or at the end of the file; whoever mends it needs the quote itself.
 */
import type { Problem } from '../problem.ts';
import { placeAt } from '../text-place.ts';

/** Everything but the file. */
export type CsvMistake = Omit<Problem, 'severity' | 'file'>;

const quoting = 'a cell with a comma or a quote stands in double quotes, quotes inside are doubled';

/**
 * @param text no CSV: when every quote has its place, a line is longer in bytes than a parser reads.
 * @param recordMax length at which a record is taken for one that does not end.
 */
export function csvMistake(text: string, recordMax: number): CsvMistake {
  let record = 0;
  let longest = { record: 0, length: 0 };
  let at = 0;
  while (at < text.length) {
    const end = text.charAt(at) === '"' ? quotedEnd(text, at) : plainEnd(text, at);
    if (end - record > recordMax) return endless(text, at, record);
    const found = misquoted(text, at, end);
    if (found !== undefined) return found;
    if (end - record > longest.length) longest = { record, length: end - record };
    if (text.charAt(end) !== ',') record = end + 1;
    at = end + (text.startsWith('\r\n', end) ? 2 : 1);
  }
  return tooLong(text, longest.record);
}

function misquoted(text: string, cell: number, end: number): CsvMistake | undefined {
  if (end > text.length) return unclosed(text, cell);
  return end === text.length || isEnd(text, end) ? undefined : stray(text, cell, end);
}

/** Behind the closing quote; beyond the end of the text when there is none. */
function quotedEnd(text: string, open: number): number {
  let quote = text.indexOf('"', open + 1);
  while (quote !== -1 && text.charAt(quote + 1) === '"') quote = text.indexOf('"', quote + 2);
  return quote === -1 ? text.length + 1 : quote + 1;
}

/** Of a cell without quotes: what follows it, or a quote within it. */
function plainEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && text.charAt(end) !== '"' && !isEnd(text, end)) end += 1;
  return end;
}

function isEnd(text: string, at: number): boolean {
  return text.charAt(at) === ',' || text.charAt(at) === '\n' || text.startsWith('\r\n', at);
}

function endless(text: string, cell: number, record: number): CsvMistake {
  return text.charAt(cell) === '"' ? unclosed(text, cell) : tooLong(text, record);
}

function tooLong(text: string, record: number): CsvMistake {
  return mistake(text, record, 'a line that does not end', 'GTFS is text, one row a line');
}

function unclosed(text: string, open: number): CsvMistake {
  return mistake(
    text,
    open,
    'the quote that begins this cell is not closed',
    `close it: ${quoting}`,
  );
}

/** A cell that was closed lines later swallowed them: its own quote is the stray one. */
function stray(text: string, cell: number, end: number): CsvMistake {
  if (text.charAt(cell) !== '"') return mistake(text, end, 'a quote within a cell', quoting);
  if (text.slice(cell, end).includes('\n')) return unclosed(text, cell);
  return mistake(text, end, 'text behind the quote that ends the cell', quoting);
}

function mistake(text: string, offset: number, message: string, hint: string): CsvMistake {
  return { code: 'not-csv', ...placeAt(text, offset), message, hint };
}

const separators = new Map([
  [';', ';'],
  ['\t', 'a tab'],
  ['|', '|'],
]);

/** A file of other separators has one field, and each that it should have is missing. */
export function otherSeparator(text: string): CsvMistake | undefined {
  const [header = ''] = text.split('\n', 1);
  const found = [...separators].find(([separator]) => header.includes(separator));
  if (found === undefined || header.includes(',')) return undefined;
  const [separator, name] = found;
  const message = `this file separates columns with ${name}: GTFS uses ,`;
  const hint = 'save it as CSV with commas, and cells that have a comma in double quotes';
  return {
    ...{ code: 'other-separator', line: 1, character: header.indexOf(separator) + 1 },
    ...{ message, hint },
  };
}
