/**
 * The half of `halte bench lists` that runs in a process of its own, so that the memory it takes is
 * the list's: opens what was installed and looks tokens up, by turns with the bare reading of a page.
 */
import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../device/clock.ts';
import { keyBytes } from '../../src/core/lists/listing-key.ts';
import type { ListedToken } from '../../src/core/lists/security-listing.ts';
import {
  type ListPlace,
  openSecurityLists,
  type SecurityLists,
} from '../../src/store/security-list-store.ts';
import { createSfc32 } from '../sim-chance.ts';
import {
  type ContestResult,
  type ContestRound,
  holdRound,
  quantile,
  summarise,
} from './contest.ts';
import type { Stopwatch } from './stopwatch.ts';

export interface LookupJob {
  readonly place: ListPlace;
  /** A list of a few entries, for {@link LookupFigures.addedBytes}. */
  readonly smallPlace: ListPlace;
  /** Keys of 32 bytes that are listed, one after the other; those that differ in the last bit are not. */
  readonly keysFile: string;
  readonly rounds: number;
  /** Lookups of each kind in a round. */
  readonly samples: number;
}

export interface LookupDeps {
  readonly clock: Pick<Clock, 'monotonicNow'>;
  readonly stopwatch: Stopwatch;
  readonly collect: () => void;
  /** Of this process, in bytes. */
  readonly residentBytes: () => number;
}

export interface LookupFigures {
  /** Milliseconds, median of {@link opens}. */
  readonly openMs: number;
  readonly denied: ContestResult;
  readonly unlisted: ContestResult;
  /** Resident memory beyond that of the same lookups in a list of a few entries. */
  readonly addedBytes: number;
  readonly databaseBytes: number;
}

const opens = 5;
const pageBytes = 4_096;
/** Long after all that is listed has begun, long before it ends. */
const now = 1_790_000_000_000;

/** @throws Error when an answer is wrong. */
export function measureLookups(job: LookupJob, deps: LookupDeps): LookupFigures {
  const keys = readFileSync(job.keysFile);
  const [listed, unlisted] = [tokensOf(keys, 0), tokensOf(keys, 1)];
  const hold = (lists: SecurityLists, place: ListPlace, tokens: readonly ListedToken[]) =>
    holdRounds({ lists, floor: openFloor(place) }, tokens, { job, deps });
  const small = openSecurityLists(job.smallPlace);
  // Compiled code, SQLite and V8's room for young objects are there with any list.
  hold(small, job.smallPlace, unlisted);
  small.close();
  deps.collect();
  const before = deps.residentBytes();
  const openMs = quantile(
    Array.from({ length: opens }, () => timeOpening(job.place, deps)),
    0.5,
  );
  const lists = openSecurityLists(job.place);
  requireExact(lists, listed, unlisted);
  const [denied, free] = [listed, unlisted].map((tokens) => hold(lists, job.place, tokens));
  deps.collect();
  const addedBytes = deps.residentBytes() - before;
  lists.close();
  if (denied === undefined || free === undefined) throw new Error('two kinds of tokens');
  const databaseBytes = statSync(databaseIn(job.place)).size;
  return { openMs, denied, unlisted: free, addedBytes, databaseBytes };
}

interface Hold {
  readonly job: LookupJob;
  readonly deps: LookupDeps;
}

interface Opened {
  readonly lists: SecurityLists;
  readonly floor: ReturnType<typeof openFloor>;
}

function holdRounds(
  { lists, floor }: Opened,
  tokens: readonly ListedToken[],
  { job: { rounds, samples }, deps }: Hold,
): ContestResult {
  const played: ContestRound[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const at = (index: number) => tokens[(round * samples + index) % tokens.length];
    const work = (index: number) => lists.lookup(at(index) ?? nobody, now);
    played.push(holdRound({ floor: floor.read, work }, samples, deps.stopwatch));
  }
  floor.close();
  return summarise(played);
}

const nobody: ListedToken = { tokenKey: new Uint8Array(keyBytes) };

/**
 * Payments, which are looked up by the most keys: token, account, five issuer ranges.
 * @param lastBit is put into the last byte of every account key, so that none of them is listed.
 */
function tokensOf(keys: Buffer, lastBit: number): readonly ListedToken[] {
  return Array.from({ length: keys.length / keyBytes }, (_, index) => {
    const accountKey = Uint8Array.from(keys.subarray(index * keyBytes, (index + 1) * keyBytes));
    accountKey[keyBytes - 1] = (accountKey[keyBytes - 1] ?? 0) ^ lastBit;
    return { tokenKey: accountKey.toReversed(), accountKey, issuer: '93600914' };
  });
}

function requireExact(
  lists: SecurityLists,
  listed: readonly ListedToken[],
  unlisted: readonly ListedToken[],
): void {
  const isRight =
    listed.every((token) => lists.lookup(token, now).length === 1) &&
    unlisted.every((token) => lists.lookup(token, now).length === 0);
  if (!isRight) throw new Error('a lookup gave a wrong answer');
}

function timeOpening(place: ListPlace, { clock }: LookupDeps): number {
  const start = clock.monotonicNow();
  const lists = openSecurityLists(place);
  lists.lookup(nobody, now);
  const ms = clock.monotonicNow() - start;
  lists.close();
  return ms;
}

function databaseIn({ folder }: ListPlace): string {
  const name = readdirSync(folder).find((one) => one.endsWith('.db'));
  if (name === undefined) throw new Error('no list is installed');
  return join(folder, name);
}

/** Reads a page of the same file, drawn anew each time: what no list on a disk could do without. */
function openFloor(place: ListPlace) {
  const file = openSync(databaseIn(place), 'r');
  const page = Buffer.alloc(pageBytes);
  const next = createSfc32(1, 0);
  const pages = Math.floor(fstatSync(file).size / pageBytes);
  return {
    read: () => readSync(file, page, 0, pageBytes, (next() % pages) * pageBytes),
    close: () => closeSync(file),
  };
}
