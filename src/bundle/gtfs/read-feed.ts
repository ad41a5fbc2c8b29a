/** The GTFS files of a bundle, read whole: every table, and every mistake that can be told. */
import type { BundleFiles } from '../bundle-files.ts';
import type { Problem } from '../problem.ts';
import { problemsOfKeys } from './keys.ts';
import { readTable, wrong } from './read-table.ts';
import { problemsOfSense } from './sense.ts';
import { type Feed, type RowOf, type Table, type TableName, tables } from './tables.ts';

export interface ReadFeed {
  readonly feed: Feed;
  readonly problems: readonly Problem[];
}

/** Progress of a long reading: the file that is being read. */
export type OnFile = (file: string) => void;

const tableNames = Object.keys(tables) as TableName[];

/** Files of the standard that Halte has no use for. */
const passedOver = [
  'feed_info',
  'frequencies',
  'transfers',
  'pathways',
  'levels',
  'translations',
  'attributions',
  'fare_attributes',
  'fare_rules',
  'fare_leg_join_rules',
  'location_groups',
  'location_group_stops',
  'booking_rules',
];

export function readFeed(files: BundleFiles, onFile: OnFile = () => {}): ReadFeed {
  const problems: Problem[] = [...unknownFiles(files)];
  const rowsOf = <N extends TableName>(name: N): readonly RowOf<N>[] => {
    const bytes = files.get(`${name}.txt`);
    if (bytes === undefined) {
      problems.push(...missingFile(name));
      return [];
    }
    onFile(`${name}.txt`);
    const read = readTable(name, bytes);
    problems.push(...read.problems);
    return read.rows;
  };
  const feed = Object.fromEntries(tableNames.map((name) => [name, rowsOf(name)])) as Feed;
  return { feed, problems: [...problems, ...problemsOfKeys(feed), ...problemsOfSense(feed)] };
}

function missingFile(name: TableName): readonly Problem[] {
  const table: Table = tables[name];
  if (table.required !== true) return [];
  const hint = 'add it: docs/rules.md lists the files of a bundle';
  return [wrong(`${name}.txt`, undefined, { code: 'missing-file', message: 'not there', hint })];
}

function unknownFiles(files: BundleFiles): readonly Problem[] {
  const known = new Set([...tableNames, ...passedOver].map((name) => `${name}.txt`));
  return [...files.keys()]
    .filter((name) => name.endsWith('.txt') && !known.has(name))
    .map((name) => {
      const hint = 'nothing is done with it';
      const message = 'no file of GTFS that Halte knows';
      return wrong(name, undefined, { severity: 'warning', code: 'unknown-file', message, hint });
    });
}
