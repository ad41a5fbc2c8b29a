/**
 * What must hold between the fields of a feed although each has the right type: the reference's
 * conditions ("Conditionally Required", "Conditionally Forbidden"), and what Halte needs besides.
 */
import type { Problem } from '../problem.ts';
import type { Check, Facts } from './check.ts';
import { fareChecks } from './fare-checks.ts';
import { placeChecks } from './place-checks.ts';
import { isError, type Reads } from './read-table.ts';
import { serviceChecks } from './service-checks.ts';
import { type Feed, type TableName, tableNames } from './tables.ts';

/**
 * A check runs when the rows of all its tables could be read: what is missing from a broken row
 * would only be told twice.
 */
export function problemsOfSense(feed: Feed, reads: Reads): readonly Problem[] {
  const columns = new Map(tableNames.map((name) => [name, reads[name]?.columns ?? new Set()]));
  const facts: Facts = {
    feed,
    isThere: (name, column) =>
      column === undefined ? reads[name] !== undefined : columns.get(name)?.has(column) === true,
  };
  const isWhole = (name: TableName) => reads[name]?.problems.some(isError) !== true;
  const checks: readonly Check[] = [...placeChecks, ...serviceChecks, ...fareChecks];
  return checks.flatMap(({ reads: names, find }) => (names.every(isWhole) ? find(facts) : []));
}
