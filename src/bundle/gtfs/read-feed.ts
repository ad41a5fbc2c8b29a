/** The GTFS files of a bundle, read whole: every table, and every mistake that can be told. */

import { slipOf } from '../../config/suggestion.ts';
import type { BundleFiles } from '../bundle-files.ts';
import type { Problem } from '../problem.ts';
import { problemsOfKeys } from './keys.ts';
import { isError, type Reads, readTable } from './read-table.ts';
import { problemsOfReferences } from './references.ts';
import { problemsOfSense } from './sense.ts';
import type { Table } from './table.ts';
import { type Feed, type TableName, tableNames, tables } from './tables.ts';
import { wrong } from './wrong.ts';

export interface ReadFeed {
  /** Rows without a mistake. */
  readonly feed: Feed;
  readonly problems: readonly Problem[];
}

/** Progress of a long reading: the file that is being read. */
export type OnFile = (file: string) => void;

/** Problems told of one file; of the rest only how many there are. */
export const problemsMax = 100;

export function readFeed(files: BundleFiles, onFile: OnFile = () => {}): ReadFeed {
  const reads = Object.fromEntries(
    tableNames.flatMap((name) => {
      const bytes = files.get(`${name}.txt`);
      if (bytes === undefined) return [];
      onFile(`${name}.txt`);
      return [[name, readTable(name, bytes)]];
    }),
  ) as Reads;
  const feed = Object.fromEntries(
    tableNames.map((name) => [name, reads[name]?.rows ?? []]),
  ) as Feed;
  const problems = [
    ...tableNames.flatMap((name) => reads[name]?.problems ?? missingFile(name)),
    ...otherFiles(files),
    ...problemsOfKeys(reads),
    ...problemsOfReferences(reads),
    ...problemsOfSense(feed, reads),
  ];
  return { feed, problems: inOrder(problems) };
}

function missingFile(name: TableName): readonly Problem[] {
  const table: Table = tables[name];
  if (table.required !== true) return [];
  const hint = 'add it: docs/rules.md lists the files of a bundle';
  return [wrong(`${name}.txt`, undefined, { code: 'missing-file', message: 'not there', hint })];
}

/** Files of the standard that say nothing about what Halte does. */
const passedOver = ['transfers', 'pathways', 'levels', 'translations', 'attributions'];

/** Files of the standard that would change fares or trips, if Halte knew what to do with them. */
const notApplied = [
  'fare_attributes',
  'fare_rules',
  'fare_leg_join_rules',
  'frequencies',
  'location_groups',
  'location_group_stops',
  'booking_rules',
];

function otherFiles(files: BundleFiles): readonly Problem[] {
  const read = tableNames.map((name) => `${name}.txt`);
  const silent = new Set([...tableNames, ...passedOver].map((name) => `${name}.txt`));
  const unusual = new Set(notApplied.map((name) => `${name}.txt`));
  return [...files.keys()]
    .filter((name) => name.endsWith('.txt') && !silent.has(name))
    .map((name) => {
      const [code, message] = unusual.has(name)
        ? ['file-not-applied', 'what it says is not applied: Halte does not know this file']
        : ['unknown-file', 'no file of GTFS that Halte knows'];
      const hint = slipOf(name, read) ?? 'remove it, when nobody else reads it';
      return wrong(name, undefined, { severity: 'warning', code, message, hint });
    });
}

/** By file as they come, by line within it, not too many of each. */
function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const byFile = Map.groupBy(problems, ({ file }) => file);
  return [...byFile].flatMap(([file, found]) => {
    const sorted = found.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
    if (found.length <= problemsMax) return sorted;
    const errors = sorted.filter(isError);
    const told = [...errors, ...sorted.filter((problem) => !isError(problem))];
    const message = `${found.length - problemsMax} more problems, not told`;
    const hint = 'correct these first';
    const severity = errors.length > problemsMax ? 'error' : 'warning';
    const more = wrong(file, undefined, { severity, code: 'more-problems', message, hint });
    return [...told.slice(0, problemsMax), more];
  });
}
