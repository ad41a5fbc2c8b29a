/**
 * The security list that is installed on a device, opened for lookups: exact answers at ten million
 * entries. It changes nothing; security-list-install.ts does, in this process or in another.
 */
import {
  type ListedToken,
  listingKeysMax,
  listingKeysOf,
  listingsInForce,
  type SecurityListing,
} from '../core/lists/security-listing.ts';
import type { SqliteDatabase } from './open-database.ts';
import {
  type ListState,
  newestOf,
  openListToRead,
  readState,
  requireState,
} from './security-list-database.ts';
import { asListError } from './security-list-error.ts';
import { type Facts, isKnown, listingOf } from './security-list-format.ts';

export interface ListPlace {
  /** Where lists are installed; it need not be there yet. */
  readonly folder: string;
  /** Version of the identifier key that this device hashes with: only such a list is any use to it. */
  readonly keyVersion: number;
}

export interface SecurityLists {
  /** What is in force of token, account and issuer range; nothing while no list is installed. */
  lookup(token: ListedToken, now: number): readonly SecurityListing[];
  /** Everything that is listed under one key, in force or not. */
  entriesOf(key: Uint8Array): readonly SecurityListing[];
  /** undefined while nothing is installed. */
  state(): ListState | undefined;
  /** Turns to what was installed since. The old list answers when it fails. @throws ListError */
  reload(): void;
  close(): void;
}

/** @throws ListError */
export function openSecurityLists(place: ListPlace): SecurityLists {
  let opened = openNewest(place);
  return {
    lookup: (token, now) =>
      opened === undefined ? [] : listingsInForce(opened.entriesOf(listingKeysOf(token)), now),
    entriesOf: (key) => opened?.entriesOf([key]) ?? [],
    state: () => opened?.state(),
    reload() {
      const newest = newestOf(place.folder, place.keyVersion)?.path;
      if (newest === undefined || newest === opened?.path) return;
      const next = openNewest(place);
      opened?.close();
      opened = next;
    },
    close: () => opened?.close(),
  };
}

interface OpenedList {
  readonly path: string;
  entriesOf(keys: readonly Uint8Array[]): readonly SecurityListing[];
  state(): ListState | undefined;
  close(): void;
}

/** One that was replaced and removed between the look and the opening is not missed: look again. */
function openNewest(place: ListPlace): OpenedList | undefined {
  const { folder, keyVersion } = place;
  const path = newestOf(folder, keyVersion)?.path;
  if (path === undefined) return undefined;
  try {
    return openOne(path);
  } catch (error) {
    if (newestOf(folder, keyVersion)?.path !== path) return openNewest(place);
    throw asListError(error, path);
  }
}

function openOne(path: string): OpenedList {
  const database = openListToRead(path);
  try {
    requireState(database, path);
    return readerOf(database, path);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** One statement sees one state of the list. */
function readerOf(database: SqliteDatabase, path: string): OpenedList {
  const select = database.prepare(
    `select what, valid_from as "from", valid_until as until, product,
      rider_category as riderCategory
      from listing where key in (${Array(listingKeysMax).fill('?').join()})`,
  );
  return {
    path,
    entriesOf(keys) {
      const bound = Array.from({ length: listingKeysMax }, (_, index) => keys[index] ?? null);
      try {
        const rows = select.all(...bound) as Facts[];
        return rows.filter(({ what }) => isKnown(what)).map(listingOf);
      } catch (error) {
        throw asListError(error, path);
      }
    },
    state: () => readState(database),
    close: () => database.close(),
  };
}
