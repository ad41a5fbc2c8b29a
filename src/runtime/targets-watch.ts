/**
 * Looks for what the office published: at the backend from time to time, on a stick when one appears,
 * both with one client by one path. Each fault is reported once until it changes. Riders are served
 * meanwhile, and what is in force stays so whatever happens here.
 */
import type { Clock, EpochMs, MonotonicMs, Random } from '../../device/clock.ts';
import type { ListState } from '../store/security-list-database.ts';
import type { TargetsClient, Versions } from '../targets/targets-client.ts';
import type { TargetsFault } from '../targets/targets-fault.ts';
import type { TargetsSource } from '../targets/targets-source.ts';
import type { ListKeeper } from './list-keeper.ts';
import { retryDelayMs } from './retry-delay.ts';
import type { RuleSwitch } from './rule-switch.ts';
import { asFailure, type Failure, type Report } from './runtime-event.ts';

export interface TargetsStick {
  readonly source: TargetsSource;
  /** Something that changes with what is on the stick; undefined while there is none. */
  sight(): Promise<string | undefined>;
}

export interface TargetsWatchDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly client: TargetsClient;
  readonly rules: RuleSwitch;
  readonly lists: ListKeeper;
  readonly link?: TargetsSource | undefined;
  readonly stick?: TargetsStick | undefined;
  readonly isClockTrusted: () => boolean;
  /** When the backend answered anything last: a link that was lost is back. */
  readonly linkAnsweredAt: () => MonotonicMs | undefined;
  readonly report: Report;
}

export interface TargetsWatchOptions {
  readonly refreshMs: number;
  readonly startJitterMs: number;
}

export interface TargetsStatus {
  readonly rules: {
    readonly version: string;
    readonly effectiveFrom: EpochMs;
    readonly isPublished: boolean;
    readonly coming?: { readonly version: string; readonly effectiveFrom: EpochMs };
  };
  readonly targets: {
    readonly versions: Versions;
    readonly trustedUntil?: EpochMs;
    /** Names of targets that are to be fetched still. */
    readonly waiting: readonly string[];
    readonly faults: Readonly<Partial<Record<SourceName | 'list', Failure>>>;
  };
  readonly list?: {
    readonly listId: string;
    readonly version: number;
    readonly entries: number;
    readonly madeAt: EpochMs;
    readonly ageMs: number;
  };
}

export type SourceName = 'backend' | 'stick' | 'device';

export interface TargetsWatch {
  status(): TargetsStatus;
  /** Runs until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/** How soon a stick is seen. */
const lookMs = 1_000;
/** How late a bundle comes into force. */
const dayLookMs = 1_000;
/** A source that trickles is left; the largest list at 100 kB a second takes as long. */
const visitMsMax = 3_600_000;
const backoff = { baseMs: 10_000, capMs: 300_000 };

const forStick = 'a stick is there';

type Visited = 'well' | 'fault' | 'failed' | 'interrupted';

export function createTargetsWatch(
  deps: TargetsWatchDeps,
  options: TargetsWatchOptions,
): TargetsWatch {
  const { clock, random, client, rules, lists } = deps;
  const complaints = createComplaints(deps.report);
  let known = JSON.stringify(client.versions);
  let seenOnStick: string | undefined;
  let linkDueAt = 0;
  let failures = 0;
  let failedAt: MonotonicMs | undefined;

  async function watchSources(signal: AbortSignal): Promise<void> {
    linkDueAt = clock.monotonicNow() + random.next() * options.startJitterMs;
    while (!signal.aborted) {
      await lookOnStick(signal);
      await lookOverLink(signal);
      await clock.sleep(lookMs, signal);
    }
  }

  async function lookOnStick(signal: AbortSignal): Promise<void> {
    if (deps.stick === undefined || !deps.isClockTrusted()) return;
    const sight = await deps.stick.sight();
    if (sight === seenOnStick) return;
    seenOnStick = sight;
    if (sight !== undefined) await visit('stick', deps.stick.source, signal);
  }

  async function lookOverLink(signal: AbortSignal): Promise<void> {
    if (deps.link === undefined || !deps.isClockTrusted() || !isLinkDue()) return;
    plan(await visit('backend', deps.link, signal));
  }

  function isLinkDue(): boolean {
    const isBack = failedAt !== undefined && (deps.linkAnsweredAt() ?? 0) > failedAt;
    return isBack || clock.monotonicNow() >= linkDueAt;
  }

  function plan(visited: Visited): void {
    const now = clock.monotonicNow();
    failures = visited === 'failed' ? failures + 1 : 0;
    failedAt = visited === 'failed' ? now : undefined;
    linkDueAt = now + waitAfter(visited);
  }

  /** A fleet that started together does not stay together. */
  function waitAfter(visited: Visited): number {
    switch (visited) {
      case 'well':
      case 'fault':
        return options.refreshMs * (0.75 + random.next() / 2);
      case 'failed':
        return Math.min(options.refreshMs, retryDelayMs(failures, backoff, random.next()));
      case 'interrupted':
        return 0;
    }
  }

  async function visit(
    from: SourceName,
    source: TargetsSource,
    signal: AbortSignal,
  ): Promise<Visited> {
    const end = new AbortController();
    const limited = AbortSignal.any([signal, end.signal]);
    const watching = [
      clock.sleep(visitMsMax, limited).then(() => end.abort()),
      ...(from === 'backend' ? [endForStick(end)] : []),
    ];
    try {
      const fault = await takeFrom({ source, now: clock.wallNow(), signal: limited });
      complaints.note(from, fault && failureOf(fault));
      return fault === undefined ? 'well' : 'fault';
    } catch (error) {
      const failure = asFailure(error);
      if (failure === undefined) throw error;
      if (signal.aborted || end.signal.reason === forStick) return 'interrupted';
      complaints.note(from, failure);
      return 'failed';
    } finally {
      end.abort();
      await Promise.all(watching);
    }
  }

  /** Somebody stands there and waits, and a download over the link begins again by itself. */
  async function endForStick(end: AbortController): Promise<void> {
    while (deps.stick !== undefined && !end.signal.aborted) {
      const sight = await deps.stick.sight();
      if (sight !== undefined && sight !== seenOnStick) end.abort(forStick);
      await clock.sleep(lookMs, end.signal);
    }
  }

  async function takeFrom(
    visit: Parameters<TargetsClient['refresh']>[0],
  ): Promise<TargetsFault | undefined> {
    const { fault, versions } = await client.refresh(visit);
    reportVersions(versions);
    if (fault !== undefined) return fault;
    const ofRules = await rules.take(visit);
    const ofLists = await lists.take(visit);
    return ofRules ?? ofLists;
  }

  function reportVersions(versions: Versions): void {
    if (JSON.stringify(versions) === known) return;
    known = JSON.stringify(versions);
    const { trustedUntil } = client;
    const until = trustedUntil === undefined ? {} : { trustedUntil };
    deps.report({ event: 'targets-refreshed', versions, waiting: waiting(), ...until });
  }

  const waiting = () => [...rules.waiting, ...lists.waiting].map(({ name }) => name);

  /** Apart from all visits: a day comes while a list is still on its way. */
  async function watchDay(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await rules.switchIfDue();
      } catch (error) {
        noteDevice(error);
      }
      await clock.sleep(dayLookMs, signal);
    }
  }

  /** What was fetched before the last end of the power. */
  async function takeHeld(): Promise<void> {
    try {
      await rules.take();
      await lists.take();
    } catch (error) {
      noteDevice(error);
    }
  }

  function noteDevice(error: unknown): void {
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    complaints.note('device', failure);
  }

  return {
    status: () => ({
      rules: rulesStatus(rules),
      targets: {
        versions: client.versions,
        ...(client.trustedUntil !== undefined && { trustedUntil: client.trustedUntil }),
        waiting: waiting(),
        faults: { ...complaints.standing(), ...(lists.fault && { list: lists.fault }) },
      },
      ...(lists.state && { list: listStatus(lists.state, clock.wallNow()) }),
    }),
    async run(signal) {
      await takeHeld();
      await Promise.all([watchSources(signal), watchDay(signal)]);
    },
  };
}

function rulesStatus({ inForce, coming }: RuleSwitch): TargetsStatus['rules'] {
  const { version, effectiveFrom } = inForce.rules;
  const next = coming && { version: coming.version, effectiveFrom: coming.effectiveFrom };
  const isPublished = inForce.sha256 !== undefined;
  return { version, effectiveFrom, isPublished, ...(next && { coming: next }) };
}

function listStatus(state: ListState, now: EpochMs): NonNullable<TargetsStatus['list']> {
  const { listId, version, entries, madeAt } = state;
  return { listId, version, entries, madeAt, ageMs: Math.max(0, now - madeAt) };
}

function failureOf({ code, detail }: TargetsFault): Failure {
  const hint = 'nothing of it was taken; docs/signed-targets.md tells what the code means';
  return { code, message: detail, hint };
}

/** What is wrong with each source; reported when it begins and when it changes. */
function createComplaints(report: Report) {
  const standing = new Map<SourceName, Failure>();
  return {
    note(from: SourceName, failure: Failure | undefined): void {
      const before = standing.get(from);
      standing.delete(from);
      if (failure === undefined) return;
      standing.set(from, failure);
      if (before?.code === failure.code && before.message === failure.message) return;
      report({ event: 'targets-failed', source: from, ...failure });
    },
    standing: () => Object.fromEntries(standing),
  };
}
