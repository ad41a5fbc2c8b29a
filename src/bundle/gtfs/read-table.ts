/**
 * One file of a feed: CSV as GTFS has it, into rows whose fields have their types. Every cell that
 * is wrong becomes a problem with its line and field; a row with one is left out.
 */
import { CsvError, parse } from 'csv-parse/sync';
import { closest, distance } from 'fastest-levenshtein';
import type { Problem } from '../problem.ts';
import { type Field, type RowOf, type Table, type TableName, tables } from './tables.ts';

/** A file beyond it is no feed of one operator: 64 MiB. */
export const fileBytesMax = 64 * 1024 * 1024;

/** Problems told of one file; the rest is counted. */
export const problemsMax = 100;

export interface ReadTable<N extends TableName> {
  readonly rows: readonly RowOf<N>[];
  readonly problems: readonly Problem[];
}

export function readTable<N extends TableName>(name: N, bytes: Uint8Array): ReadTable<N> {
  const file = `${name}.txt`;
  const table: Table = tables[name];
  const records = recordsOf(file, bytes);
  if ('code' in records) return { rows: [], problems: [records] };
  const [header, ...lines] = records;
  if (header === undefined) {
    const hint = 'begin it with the names of its fields';
    return { rows: [], problems: [wrong(file, 1, { code: 'empty-file', message: 'empty', hint })] };
  }
  const names = header.cells.map((cell) => cell.trim());
  const headerProblems = problemsOfHeader(file, table, names);
  if (headerProblems.some(({ severity }) => severity === 'error')) {
    return { rows: [], problems: headerProblems };
  }
  const read = lines.map((record) => readRow(file, table, { names, record }));
  const rows = read.flatMap(({ row }) => (row === undefined ? [] : [row as RowOf<N>]));
  const problems = [...headerProblems, ...read.flatMap((one) => one.problems)];
  return { rows, problems };
}

interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

function recordsOf(file: string, bytes: Uint8Array): readonly CsvRecord[] | Problem {
  if (bytes.length > fileBytesMax) {
    const message = `${bytes.length} bytes, at most ${fileBytesMax} are read`;
    return wrong(file, undefined, { code: 'file-too-long', message, hint: 'split the feed' });
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const options = { info: true, relax_column_count: true, skip_empty_lines: true } as const;
    const records = parse(text, options) as unknown as readonly {
      readonly record: readonly string[];
      readonly info: { readonly lines: number };
    }[];
    return records.map(({ record, info }) => ({ line: info.lines, cells: record }));
  } catch (error) {
    return notCsv(file, error);
  }
}

function notCsv(file: string, error: unknown): Problem {
  if (error instanceof CsvError) {
    const line = Number(error.lines) || undefined;
    const hint =
      'a cell with a comma or a quote stands in double quotes, quotes inside are doubled';
    return wrong(file, line, { code: 'not-csv', message: error.message, hint });
  }
  const hint = 'save the file as UTF-8';
  return wrong(file, undefined, { code: 'not-utf8', message: 'not UTF-8', hint });
}

interface Wrong extends Pick<Problem, 'code' | 'message' | 'hint'> {
  readonly column?: string;
  readonly severity?: Problem['severity'];
}

export function wrong(
  file: string,
  line: number | undefined,
  { severity = 'error', ...what }: Wrong,
): Problem {
  return { severity, file, ...(line !== undefined && { line }), ...what };
}

function problemsOfHeader(file: string, table: Table, names: readonly string[]): Problem[] {
  const known = [...Object.keys(table.fields), ...(table.passedOver ?? [])];
  const unknown = names.filter((name) => !known.includes(name));
  const missing = Object.entries(table.fields).filter(
    ([name, { required }]) => required && !names.includes(name),
  );
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...missing.map(([column]) =>
      wrong(file, 1, {
        ...{ column, code: 'missing-field', message: 'the file must have this field' },
        hint: slipOf(column, unknown) ?? 'add the column',
      }),
    ),
    ...twice.map((column) =>
      wrong(file, 1, { column, code: 'field-twice', message: 'stands twice', hint: 'remove one' }),
    ),
    ...unknown.map((column) =>
      wrong(file, 1, {
        ...({ severity: 'warning', column, code: 'unknown-field', message: 'not read' } as const),
        hint: slipOf(column, known) ?? 'remove it, or leave it: nothing is done with it',
      }),
    ),
  ];
}

/** A slip of the finger is at most this many letters away. */
const slipMax = 2;

function slipOf(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const nearest = closest(name, [...known]);
  return distance(name, nearest) <= slipMax ? `is "${nearest}" meant to be it?` : undefined;
}

interface Line {
  readonly names: readonly string[];
  readonly record: CsvRecord;
}

function readRow(file: string, table: Table, { names, record }: Line) {
  const { line, cells } = record;
  const problems: Problem[] = [];
  if (cells.length > names.length) {
    const message = `${cells.length} cells under ${names.length} field names`;
    const hint = 'put a cell with a comma in double quotes';
    problems.push(wrong(file, line, { code: 'too-many-cells', message, hint }));
  }
  const row: Record<string, unknown> = { line };
  for (const [column, field] of Object.entries(table.fields)) {
    const cell = (cells[names.indexOf(column)] ?? '').trim();
    const value = cell === '' ? undefined : field.type.read(cell);
    const problem = problemOfCell(cell, value, field);
    if (problem !== undefined) problems.push(wrong(file, line, { ...problem, column }));
    row[column] = value;
  }
  return { row: problems.length === 0 ? row : undefined, problems };
}

/** A cell in an error message is cut to this many characters. */
const cellMax = 40;

function problemOfCell(cell: string, value: unknown, { type, required }: Field): Wrong | undefined {
  if (cell === '') {
    if (!required) return undefined;
    return { code: 'missing-value', message: 'empty', hint: `give ${type.what}` };
  }
  if (value !== undefined) return undefined;
  const message = `"${cell.slice(0, cellMax)}" is not ${type.what}`;
  return { code: 'bad-value', message, hint: 'correct the cell' };
}
