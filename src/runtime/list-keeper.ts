/**
 * Keeps a device's security list new: which of the published files leads on from the installed one,
 * a delta where it fits and else the full file, one after the other. A list that cannot be read is as
 * none: riders are judged by what the policy says of a device without one, and it is fetched again.
 */
import { rmSync } from 'node:fs';
import type { EpochMs } from '../../device/clock.ts';
import type { ListedToken, SecurityListing } from '../core/lists/security-listing.ts';
import type { ListState } from '../store/security-list-database.ts';
import type { Installed } from '../store/security-list-install.ts';
import {
  type ListPlace,
  openSecurityLists,
  type SecurityLists,
} from '../store/security-list-store.ts';
import type { Target } from '../targets/target.ts';
import type { TargetsClient } from '../targets/targets-client.ts';
import type { TargetsFault } from '../targets/targets-fault.ts';
import type { Visit } from '../targets/targets-source.ts';
import { listFilesOf, nextListFile } from './list-files.ts';
import { asFailure, type Failure, type Report } from './runtime-event.ts';

export interface ListKeeperDeps {
  readonly client: TargetsClient;
  readonly install: (path: string, place: ListPlace, signal?: AbortSignal) => Promise<Installed>;
  readonly report: Report;
}

export interface ListKeeperOptions {
  readonly place: ListPlace;
  /** Targets are `NAME-VERSION.hlist` and `NAME-VERSION.hlist.delta`. */
  readonly name: string;
}

export interface ListKeeper {
  /** What is in force of token, account and issuer range. */
  lookup(token: ListedToken, now: EpochMs): readonly SecurityListing[];
  /** Of what is installed and can be read. */
  readonly state: ListState | undefined;
  /** What went wrong last, until a list was installed. */
  readonly fault: Failure | undefined;
  /** Listed files that would lead on from what is installed. */
  readonly waiting: readonly Target[];
  /** Installs what is listed. @param visit absent: only what is held already. @throws TargetsError */
  take(visit?: Visit): Promise<TargetsFault | undefined>;
  close(): void;
}

export function openListKeeper(
  { client, install, report }: ListKeeperDeps,
  { place, name }: ListKeeperOptions,
): ListKeeper {
  let lists: SecurityLists | undefined;
  let state: ListState | undefined;
  let fault: Failure | undefined;
  /** Bytes that led nowhere from here. */
  const tried = new Set<string>();
  open();

  function open(): void {
    try {
      lists ??= openSecurityLists(place);
      lists.reload();
      state = lists.state();
    } catch (error) {
      giveUp(error);
    }
  }

  function giveUp(error: unknown): void {
    complain(error);
    lists?.close();
    [lists, state] = [undefined, undefined];
    if (asFailure(error)?.code === 'lists/corrupt') {
      rmSync(place.folder, { recursive: true, force: true });
    }
  }

  /** Once, not at each tap and at each visit. */
  function complain(error: unknown): void {
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    if (fault?.code === failure.code && fault.message === failure.message) return;
    fault = failure;
    report({ event: 'list-failed', ...failure });
  }

  const waiting = () =>
    listFilesOf(client.listed, name).filter(
      ({ version, isDelta }) => version > (state?.version ?? 0) && !(isDelta && !state),
    );

  async function installed(target: Target, visit?: Visit): Promise<TargetsFault | undefined> {
    const held = await client.fetchTarget(target.name, visit);
    if (!held.ok) return held.fault;
    const before = state?.version;
    try {
      await install(held.value.path, place, visit?.signal);
      open();
    } catch (error) {
      if (visit?.signal?.aborted === true) throw error;
      // A delta from another version: the next file is tried, the full one at last.
      if (asFailure(error)?.code !== 'lists/base-missing') complain(error);
    }
    tried.add(target.sha256);
    await client.release(target);
    if (state !== undefined && state.version !== before) welcome(state);
    return undefined;
  }

  function welcome({ listId, version, entries, madeAt }: ListState): void {
    tried.clear();
    fault = undefined;
    report({ event: 'list-installed', listId, version, entries, madeAt });
  }

  return {
    lookup(token, now) {
      try {
        return lists?.lookup(token, now) ?? [];
      } catch (error) {
        giveUp(error);
        return [];
      }
    },
    get state() {
      return state;
    },
    get fault() {
      return fault;
    },
    get waiting() {
      return waiting().map(({ target }) => target);
    },
    async take(visit) {
      if (lists === undefined) open();
      for (;;) {
        const files = listFilesOf(client.listed, name).filter(
          ({ target }) => !tried.has(target.sha256),
        );
        const next = nextListFile(files, state?.version);
        if (next === undefined || lists === undefined) return undefined;
        const fault = await installed(next, visit);
        if (fault !== undefined) return fault;
      }
    },
    close: () => lists?.close(),
  };
}
