/** The shared SQL as PostgreSQL takes it: numbered parameters, many rows in one statement, its types. */
import type { SqlInsert, SqlQuery, SqlValue } from './sql-engine.ts';

export interface PostgresQuery {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** A value may stand in several places of a statement: it keeps its number. */
export function asPostgresQuery({ sql, params }: SqlQuery): PostgresQuery {
  const names: string[] = [];
  const text = sql.replace(/:([A-Za-z]+)/g, (_, name: string) => {
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  return { text, values: names.map((name) => params[name] ?? null) };
}

/** PostgreSQL counts parameters in 16 bits. */
const parametersMax = 65_535;

/** @returns as few statements as the parameters allow. */
export function asPostgresInserts({ into, rows, otherwise = '' }: SqlInsert): PostgresQuery[] {
  const columns = Object.keys(rows[0] ?? {});
  const atOnce = Math.max(1, Math.floor(parametersMax / Math.max(1, columns.length)));
  const queries: PostgresQuery[] = [];
  for (let from = 0; from < rows.length; from += atOnce) {
    const some = rows.slice(from, from + atOnce);
    const values = some.map(
      (_, row) =>
        `(${columns.map((__, column) => `$${row * columns.length + column + 1}`).join(', ')})`,
    );
    queries.push({
      text: `insert into ${into} (${columns.join(', ')}) values ${values.join(', ')} ${otherwise}`,
      values: some.flatMap((row) => columns.map((column) => row[column] ?? null)),
    });
  }
  return queries;
}

/** SQLite's types by PostgreSQL's names; both keep whole numbers of 64 bits. */
export function asPostgresSchema(sql: string): string {
  return sql
    .replace(/\binteger\b/g, 'bigint')
    .replace(/\bblob\b/g, 'bytea')
    .replace(/\) strict, without rowid;/g, ');');
}
