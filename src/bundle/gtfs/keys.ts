/** Keys of a feed: no row twice, and what a row refers to is there. */
import type { Problem } from '../problem.ts';
import { wrong } from './read-table.ts';
import { type Feed, type Table, type TableName, tables } from './tables.ts';

type AnyRow = { readonly line: number } & Readonly<Record<string, unknown>>;

export function problemsOfKeys(feed: Feed): readonly Problem[] {
  const valuesOf = createValues(feed);
  return (Object.keys(tables) as TableName[]).flatMap((name) => [
    ...twins(name, feed),
    ...strays(name, feed, valuesOf),
  ]);
}

function twins(name: TableName, feed: Feed): readonly Problem[] {
  const { key }: Table = tables[name];
  const seen = new Map<string, number>();
  return (feed[name] as readonly AnyRow[]).flatMap((row) => {
    const text = JSON.stringify(key.map((field) => row[field] ?? null));
    const first = seen.get(text);
    seen.set(text, first ?? row.line);
    if (first === undefined) return [];
    const message = `the same ${key.join(', ')} as in line ${first}`;
    const hint = 'remove one of them';
    const column = key[0] ?? '';
    return [wrong(`${name}.txt`, row.line, { column, code: 'row-twice', message, hint })];
  });
}

type Values = (reference: string) => ReadonlySet<unknown>;

/** Every value of a field, gathered once. */
function createValues(feed: Feed): Values {
  const known = new Map<string, ReadonlySet<unknown>>();
  return (reference) => {
    const [file, field = ''] = reference.split('.') as [TableName, string?];
    const values =
      known.get(reference) ?? new Set((feed[file] as readonly AnyRow[]).map((row) => row[field]));
    known.set(reference, values);
    return values;
  };
}

function strays(name: TableName, feed: Feed, valuesOf: Values): readonly Problem[] {
  const { fields }: Table = tables[name];
  const references = Object.entries(fields).filter(([, { refers }]) => refers.length > 0);
  return (feed[name] as readonly AnyRow[]).flatMap((row) =>
    references.flatMap(([column, { refers }]) => {
      const value = row[column];
      if (value === undefined || refers.some((field) => valuesOf(field).has(value))) return [];
      const message = `"${String(value)}" is not in ${refers.join(' or ')}`;
      const hint = 'add it there, or correct it here';
      return [wrong(`${name}.txt`, row.line, { column, code: 'unknown-reference', message, hint })];
    }),
  );
}
