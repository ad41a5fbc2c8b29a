/**
 * One file of a feed into rows whose fields have their types. Every cell that is wrong becomes a
 * problem with its line and field. It knows nothing of other rows and files.
 */

import { slipOf } from '../../config/suggestion.ts';
import type { Problem } from '../problem.ts';
import { type CsvRecord, csvRecords } from './csv-records.ts';
import type { Field, Table } from './table.ts';
import { type AnyRow, type RowOf, type TableName, tables } from './tables.ts';
import { type Wrong, wrong } from './wrong.ts';

export interface ReadTable<N extends TableName> {
  /** Those without a mistake. */
  readonly rows: readonly RowOf<N>[];
  /** All of them, without the fields that could not be read: others may refer to these rows. */
  readonly every: readonly AnyRow[];
  /** Field names of the header; none when the file as a whole could not be read. */
  readonly columns: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/** The files that are there. */
export type Reads = { readonly [N in TableName]?: ReadTable<N> };

export function readTable<N extends TableName>(name: N, bytes: Uint8Array): ReadTable<N> {
  const file = `${name}.txt`;
  const records = csvRecords(file, bytes);
  if ('code' in records) return unread([records]);
  const [header, ...lines] = records;
  if (header === undefined) {
    const hint = 'begin it with the names of its fields';
    return unread([wrong(file, 1, { code: 'empty-file', message: 'empty', hint })]);
  }
  const names = header.cells.map((cell) => cell.trim());
  const table: Table = tables[name];
  const ofHeader = problemsOfHeader(file, table, { names, line: header.line });
  if (ofHeader.some(({ severity }) => severity === 'error')) return unread(ofHeader);
  const columns = Object.entries(table.fields).map(([column, field]) => ({
    ...{ column, field, index: names.indexOf(column) },
  }));
  const read = lines.map((record) => readRow(record, { file, columns, width: names.length }));
  return {
    rows: read.flatMap(({ row, problems }) => (problems.some(isError) ? [] : [row as RowOf<N>])),
    every: read.map(({ row }) => row),
    columns: new Set(names),
    problems: [...ofHeader, ...read.flatMap(({ problems }) => problems)],
  };
}

function unread<N extends TableName>(problems: readonly Problem[]): ReadTable<N> {
  return { rows: [], every: [], columns: new Set(), problems };
}

export function isError({ severity }: Problem): boolean {
  return severity === 'error';
}

interface Header {
  readonly names: readonly string[];
  readonly line: number;
}

function problemsOfHeader(file: string, table: Table, { names, line }: Header): Problem[] {
  const known = [...Object.keys(table.fields), ...(table.passedOver ?? [])];
  const unknown = names.filter((name) => !known.includes(name));
  const missing = Object.entries(table.fields).filter(
    ([name, { required }]) => required && !names.includes(name),
  );
  const twice = names.filter((name, index) => name !== '' && names.indexOf(name) < index);
  const told = (column: string, what: Omit<Wrong, 'column'>) =>
    wrong(file, line, { column, ...what });
  const message = 'the file must have this field';
  return [
    ...missing.map(([column]) => {
      const found = unknown.find((name) => slipOf(name, [column]) !== undefined);
      const hint = found === undefined ? 'add the column' : `is "${found}" meant to be it?`;
      return told(column, { code: 'missing-field', message, hint });
    }),
    ...twice.map((column) =>
      told(column, { code: 'field-twice', message: 'stands twice', hint: 'remove one of them' }),
    ),
    ...unknown.map((column) => {
      const hint = slipOf(column, known) ?? 'leave it, or remove it: nothing is done with it';
      const message = 'no field of GTFS that Halte knows';
      return told(column, { severity: 'warning', code: 'unknown-field', message, hint });
    }),
  ];
}

interface Column {
  readonly column: string;
  readonly field: Field;
  /** Of its cells; -1 when the file does not have it. */
  readonly index: number;
}

interface Place {
  readonly file: string;
  readonly columns: readonly Column[];
  readonly width: number;
}

function readRow({ line, cells }: CsvRecord, { file, columns, width }: Place) {
  const problems: Problem[] = [];
  if (cells.length !== width) {
    const message = `${cells.length} cells under ${width} field names`;
    const hint = 'put a cell with a comma in double quotes, leave no cell out';
    problems.push(wrong(file, line, { code: 'cell-count', message, hint }));
  }
  const row: Record<string, unknown> & { line: number } = { line };
  for (const { column, field, index } of columns) {
    const cell = cells[index];
    if (cell === undefined) row[column] = undefined;
    else {
      const { value, found } = readCell(cell, field);
      row[column] = value;
      for (const problem of found) problems.push(wrong(file, line, { ...problem, column }));
    }
  }
  return { row, problems };
}

/** A cell in a message is cut to this many characters. */
const cellMax = 40;

const nothing: readonly Wrong[] = [];

interface ReadCell {
  readonly value: unknown;
  readonly found: readonly Wrong[];
}

function readCell(cell: string, { type, required, empty }: Field): ReadCell {
  const text = cell.trim();
  if (text === '') {
    const missing = { code: 'missing-value', message: 'empty', hint: `give ${type.what}` };
    return { value: empty, found: required ? [missing] : nothing };
  }
  if (/[\t\r\n]/.test(text)) {
    const message = 'a tab or a line break within the cell';
    const hint = 'write it in one line, with spaces';
    return { value: undefined, found: [{ code: 'break-in-cell', message, hint }] };
  }
  const value = type.read(text);
  if (value !== undefined) return { value, found: doubtsOf(cell, type) };
  const message = `"${text.slice(0, cellMax)}" is not ${type.what}`;
  return { value, found: [{ code: 'bad-value', message, hint: 'correct the cell' }] };
}

function doubtsOf(cell: string, { doubt }: Field['type']): readonly Wrong[] {
  const text = cell.trim();
  const doubted = doubt?.(text);
  if (text === cell && doubted === undefined) return nothing;
  return [
    ...(text === cell
      ? []
      : [warning('spaces-around', 'spaces before or behind the value', 'remove them')]),
    ...(doubted === undefined
      ? []
      : [warning('unusual-value', `"${text}" has ${doubted}`, 'keep to ASCII if you can')]),
  ];
}

function warning(code: string, message: string, hint: string): Wrong {
  return { severity: 'warning', code, message, hint };
}
