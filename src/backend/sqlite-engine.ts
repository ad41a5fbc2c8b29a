/** Scripts on SQLite: one file, one writer, every transaction at one go. */
import type { Statement } from 'better-sqlite3';
import { openDatabase } from '../store/open-database.ts';
import { namingErrorsOf } from '../store/store-error.ts';
import { backendMigrations } from './backend-migrations.ts';
import type { SqlEngine, SqlInsert, SqlQuery, SqlRow, SqlScript } from './sql-engine.ts';

/** @throws StoreError as openDatabase does; so does every transaction. */
export function openSqliteEngine(path: string): SqlEngine {
  const database = openDatabase({ path, migrations: backendMigrations, exclusive: false });
  const named = namingErrorsOf(path);
  const prepared = new Map<string, Statement>();

  function statementOf(sql: string): Statement {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql.replace(/ for update\b/, ''));
    prepared.set(sql, statement);
    return statement;
  }

  function answer(asked: SqlQuery | SqlInsert): readonly SqlRow[] {
    if ('into' in asked) {
      const [first] = asked.rows;
      const insert = first && statementOf(insertOf(asked, first));
      for (const row of asked.rows) insert?.run(row);
      return [];
    }
    const statement = statementOf(asked.sql);
    if (statement.reader) return statement.all(asked.params) as readonly SqlRow[];
    statement.run(asked.params);
    return [];
  }

  const run = database.transaction(<T>(script: () => SqlScript<T>): T => {
    const running = script();
    let step = running.next();
    while (step.done !== true) step = running.next(answer(step.value));
    return step.value;
  });

  return {
    transact: async <T>(script: () => SqlScript<T>) => named(() => run.immediate(script) as T)(),
    async close() {
      database.close();
    },
  };
}

function insertOf({ into, otherwise = '' }: SqlInsert, row: SqlInsert['rows'][number]): string {
  const columns = Object.keys(row);
  const values = columns.map((column) => `:${column}`).join(', ');
  return `insert into ${into} (${columns.join(', ')}) values (${values}) ${otherwise}`;
}
