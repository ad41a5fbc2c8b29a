/** Primary keys of a feed: no row twice. */
import type { Problem } from '../problem.ts';
import type { Reads } from './read-table.ts';
import type { Table } from './table.ts';
import { type TableName, tableNames, tables } from './tables.ts';
import { wrong } from './wrong.ts';

export function problemsOfKeys(reads: Reads): readonly Problem[] {
  return tableNames.flatMap((name) => twins(name, reads));
}

/**
 * Where a key may be empty, "no value" is a value like any other. A row whose key could not be read
 * is told already.
 */
function twins(name: TableName, reads: Reads): readonly Problem[] {
  const { key, fields }: Table = tables[name];
  const required = key.filter((field) => fields[field]?.required === true);
  const seen = new Map<string, number>();
  return (reads[name]?.every ?? []).flatMap((row) => {
    if (required.some((field) => row[field] === undefined)) return [];
    const text = JSON.stringify(key.map((field) => row[field] ?? null));
    const first = seen.get(text);
    seen.set(text, first ?? row.line);
    return first === undefined ? [] : [twin(name, row.line, { key, first })];
  });
}

function twin(
  name: TableName,
  line: number,
  { key, first }: { readonly key: readonly string[]; readonly first: number },
): Problem {
  const [column] = key;
  const message =
    column === undefined
      ? 'the file has one row only'
      : `the same ${key.join(', ')} as line ${first}`;
  return wrong(`${name}.txt`, line, {
    ...(column !== undefined && { column }),
    ...{ code: 'row-twice', message, hint: 'remove one of them' },
  });
}
