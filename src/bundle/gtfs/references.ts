/** Foreign keys of a feed: what a row refers to is there. */

import { slipOf } from '../../config/suggestion.ts';
import type { Problem } from '../problem.ts';
import type { Reads } from './read-table.ts';
import type { Table } from './table.ts';
import { type AnyRow, type TableName, tableNames, tables } from './tables.ts';
import { wrong } from './wrong.ts';

export function problemsOfReferences(reads: Reads): readonly Problem[] {
  const used = tableNames.flatMap((name) => referencesOf(name, reads));
  const absent = used.filter(({ refers }) => filesOf(refers, reads).length === 0);
  const found = used.filter((reference) => !absent.includes(reference));
  const valuesOf = createValues(reads);
  return [
    ...absentFiles(absent),
    ...found.flatMap((reference) => strays(reference, valuesOf(reference.refers))),
  ];
}

interface Reference {
  readonly name: TableName;
  readonly column: string;
  /** `file.field` of which one must have the value. */
  readonly refers: readonly string[];
  /** Those that refer to something. */
  readonly rows: readonly AnyRow[];
}

function referencesOf(name: TableName, reads: Reads): readonly Reference[] {
  const { fields }: Table = tables[name];
  return Object.entries(fields).flatMap(([column, { refers }]) => {
    if (refers.length === 0) return [];
    const rows = (reads[name]?.every ?? []).filter((row) => row[column] !== undefined);
    return rows.length === 0 ? [] : [{ name, column, refers, rows }];
  });
}

function filesOf(refers: readonly string[], reads: Reads) {
  return refers.flatMap((reference) => {
    const [name, field = ''] = reference.split('.') as [TableName, string?];
    const read = reads[name];
    return read === undefined ? [] : [{ read, field }];
  });
}

/** Each file once; those that every feed must have are told as missing anyway. */
function absentFiles(absent: readonly Reference[]): readonly Problem[] {
  const byFile = Map.groupBy(absent, ({ refers }) => refers[0]?.split('.')[0] as TableName);
  return [...byFile].flatMap(([file, [first]]) => {
    const { required }: Table = tables[file];
    if (required === true || first === undefined) return [];
    const message = `not there, and ${first.name}.txt refers to it`;
    const hint = `add it, or remove the reference from ${first.name}.txt`;
    return [wrong(`${file}.txt`, undefined, { code: 'missing-file', message, hint })];
  });
}

/** Each gathered once; undefined while one of the files could not be read. */
function createValues(reads: Reads) {
  const known = new Map<string, ReadonlySet<string> | undefined>();
  return (refers: readonly string[]): ReadonlySet<string> | undefined => {
    const name = refers.join();
    if (!known.has(name)) known.set(name, gather(refers, reads));
    return known.get(name);
  };
}

function gather(refers: readonly string[], reads: Reads): ReadonlySet<string> | undefined {
  const files = filesOf(refers, reads);
  if (files.some(({ read }) => read.columns.size === 0)) return undefined;
  const values = files.flatMap(({ read, field }) => read.every.map((row) => row[field]));
  return new Set(values.filter((value) => typeof value === 'string'));
}

/** For so many a name like it is looked for: it takes time, and the rest is hardly read. */
const slipsMax = 100;

function strays(
  { name, column, refers, rows }: Reference,
  values: ReadonlySet<string> | undefined,
): readonly Problem[] {
  if (values === undefined) return [];
  return rows
    .filter((row) => !values.has(String(row[column])))
    .map((row, index) => {
      const value = String(row[column]);
      const message = `"${value}" is not in ${refers.join(' or ')}`;
      const slip = index < slipsMax ? slipOf(value, [...values]) : undefined;
      const hint = slip ?? 'add it there, or correct it here';
      return wrong(`${name}.txt`, row.line, { column, code: 'unknown-reference', message, hint });
    });
}
