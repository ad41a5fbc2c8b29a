/** What changes from one list to another: the records of a delta. */
import { ListError } from './security-list-error.ts';
import { listBatches, type Watching } from './security-list-file.ts';
import {
  changesMax,
  compareRecords,
  type ListHeader,
  type ListRecord,
  saysTheSame,
} from './security-list-format.ts';

export interface ListChanges {
  readonly base: ListHeader;
  readonly baseDigest: Uint8Array;
  readonly changes: readonly ListRecord[];
}

/**
 * @param oldPath a full file. @param records of the new list, in order.
 * @throws ListError when it is no full file, or when too much changes for a delta.
 */
export async function changesFrom(
  oldPath: string,
  records: Iterable<ListRecord>,
  watching: Watching = {},
): Promise<ListChanges> {
  const changes: ListRecord[] = [];
  const merge = createMerge(records, (change) => {
    if (changes.length === changesMax) throw tooLarge(oldPath);
    changes.push(change);
  });
  let end: Pick<ListChanges, 'base' | 'baseDigest'> | undefined;
  for await (const { header, records: old, digest } of listBatches(oldPath, watching)) {
    if (header.delta !== undefined) throw notFull(oldPath);
    for (const record of old) merge.pass(record);
    if (digest !== undefined) end = { base: header, baseDigest: digest };
  }
  merge.end();
  if (end === undefined) throw new Error('a list without a digest was read to its end');
  return { ...end, changes };
}

function createMerge(records: Iterable<ListRecord>, change: (record: ListRecord) => void) {
  const iterator = records[Symbol.iterator]();
  let next = iterator.next();

  function addUpTo(old: ListRecord | undefined): void {
    while (next.done !== true && (old === undefined || compareRecords(next.value, old) < 0)) {
      change(next.value);
      next = iterator.next();
    }
  }

  return {
    /** A record of the old list. */
    pass(old: ListRecord): void {
      addUpTo(old);
      if (next.done === true || compareRecords(next.value, old) !== 0) {
        change(removalOf(old));
        return;
      }
      if (!saysTheSame(next.value, old)) change(next.value);
      next = iterator.next();
    },
    end: () => addUpTo(undefined),
  };
}

/** Its key is no view, for that would keep the piece of the file that it came in. */
function removalOf({ key, what }: ListRecord): ListRecord {
  const none = { from: null, until: null, product: null, riderCategory: null };
  return { ...none, key: Uint8Array.from(key), what, removed: true };
}

function tooLarge(path: string): ListError {
  return new ListError(
    'lists/too-large',
    `more than ${changesMax} entries differ from ${path}`,
    'send the full file; it is the smaller work for a device, too',
  );
}

function notFull(path: string): ListError {
  const hint = 'give the full file of the list that devices have';
  return new ListError('lists/damaged', `${path} is a delta, not a full file`, hint);
}
