import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSimClock } from '../../sim/sim-clock.ts';
import { someNow, someRules } from '../../sim/testing/builders.ts';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { aRepository } from '../../sim/testing/targets-backend.ts';
import { eventually } from '../../sim/testing/test-device.ts';
import { emptyTimetable } from '../core/trip/timetable.ts';
import { SyncError } from '../sync/backend.ts';
import { createFolderSource } from '../targets/folder-source.ts';
import { createTargetsClient } from '../targets/targets-client.ts';
import type { TargetsSource } from '../targets/targets-source.ts';
import { openListKeeper } from './list-keeper.ts';
import { openRuleSwitch } from './rule-switch.ts';
import type { RuntimeEvent } from './runtime-event.ts';
import { createTargetsWatch } from './targets-watch.ts';
import { installListInThread } from './work-thread.ts';

/** Files: a busy machine needs its time. */
vi.setConfig({ testTimeout: 20_000 });

const init = { rootKeys: 1, rootThreshold: 1 };
const second = 1_000;
const minute = 60 * second;

const unreachable: TargetsSource = {
  open: async () => {
    throw new SyncError('sync/unreachable', 'no route', 'check the network');
  },
};

/** A watch under a clock that stands; its repository has `rules.bin`. */
async function aWatch(over: { readonly link?: TargetsSource } = {}) {
  const clock = createSimClock({ wall: someNow });
  const repository = aRepository(someNow);
  await repository.publish({ 'rules.bin': 'one' }, { init });
  const firstRoot = readFileSync(join(repository.folder, 'metadata/1.root.json'));
  const client = await createTargetsClient({ folder: aFolder(), firstRoot });
  const events: RuntimeEvent[] = [];
  const report = (event: RuntimeEvent) => void events.push(event);
  const state = { link: over.link, trusted: true, answeredAt: undefined as number | undefined };
  const seen = { sight: undefined as string | undefined, visits: 0 };
  const folder = createFolderSource(repository.folder);
  const read = async (path: string) => ({
    rules: { ...someRules(), version: path ? textOf(path) : 'built' },
    timetable: emptyTimetable(someRules().tariff.time),
  });
  const rules = await openRuleSwitch(
    { client, read, now: () => clock.wallNow(), report },
    { name: 'rules.bin', builtIn: '' },
  );
  const lists = openListKeeper(
    { client, install: installListInThread, report },
    { place: { folder: join(aFolder(), 'lists'), keyVersion: 1 }, name: 'security-list' },
  );
  const link: TargetsSource = {
    open(shelf, name, signal) {
      if (name === 'timestamp.json') seen.visits += 1;
      return (state.link ?? folder).open(shelf, name, signal);
    },
  };
  const watch = createTargetsWatch(
    {
      ...{ clock, random: { next: () => 0.5 }, client, rules, lists, link, report },
      stick: { source: folder, sight: async () => seen.sight },
      isClockTrusted: () => state.trusted,
      linkAnsweredAt: () => state.answeredAt,
    },
    { refreshMs: 15 * minute, startJitterMs: 10 * second },
  );
  const stop = new AbortController();
  const running = watch.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
    lists.close();
  });
  /** Time passes in steps, and between two of them files are read. */
  const pass = async (ms: number, stepMs = second) => {
    for (let passed = 0; passed < ms; passed += stepMs) {
      await clock.advance(stepMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const until = (check: () => void, stepMs = second) =>
    eventually(async () => {
      await pass(stepMs, stepMs);
      check();
    });
  const version = () => watch.status().rules.version;
  return { clock, repository, events, state, seen, watch, pass, until, version };
}

function textOf(path: string): string {
  return readFileSync(path, 'utf8');
}

test('asks the backend within the jitter after the start, and every quarter of an hour', async () => {
  const { seen, until, pass, clock, version } = await aWatch();

  await pass(4 * second);
  const early = seen.visits;
  await until(() => expect(version()).toBe('one'));
  const first = clock.monotonicNow();
  await until(() => expect(seen.visits).toBe(1));
  await pass(15 * minute - 30 * second, 10 * second);
  const before = seen.visits;
  await until(() => expect(seen.visits).toBe(2), 10 * second);

  expect([early, before]).toEqual([0, 1]);
  expect(clock.monotonicNow() - first).toBeGreaterThan(14 * minute);
});

test('does not ask while the clock cannot be trusted', async () => {
  const { state, seen, pass, until } = await aWatch();
  state.trusted = false;

  await pass(minute);
  const before = seen.visits;
  state.trusted = true;

  await until(() => expect(seen.visits).toBe(1));
  expect(before).toBe(0);
});

test('reports a lost link once, and is there as soon as the backend answers anything', async () => {
  const { state, events, until, pass, version } = await aWatch({ link: unreachable });
  const failures = () => events.filter(({ event }) => event === 'targets-failed');
  await until(() => expect(failures()).toHaveLength(1));
  await pass(30 * minute, 10 * second);

  state.link = undefined;
  state.answeredAt = Number.POSITIVE_INFINITY;
  await until(() => expect(version()).toBe('one'));

  expect(failures()).toEqual([
    expect.objectContaining({ source: 'backend', code: 'sync/unreachable' }),
  ]);
});

test('leaves a download over the link for a stick that appears', async () => {
  let asked = 0;
  const endless: TargetsSource = {
    open: (_shelf, _name, signal) =>
      new Promise((_resolve, reject) => {
        asked += 1;
        const gone = () => reject(new SyncError('sync/unreachable', 'given up', 'try again'));
        signal?.addEventListener('abort', gone, { once: true });
        if (signal?.aborted === true) gone();
      }),
  };
  const { seen, events, until, version } = await aWatch({ link: endless });
  await until(() => expect(asked).toBe(1));

  seen.sight = 'a stick';
  await until(() => expect(version()).toBe('one'));

  expect(events.filter(({ event }) => event === 'targets-failed')).toEqual([]);
});

test('looks at a stick once, and again when what is on it changes', async () => {
  const { seen, until, pass, version, repository, state } = await aWatch();
  state.link = unreachable;
  seen.sight = 'a stick';
  await until(() => expect(version()).toBe('one'));

  await repository.publish({ 'rules.bin': 'two' });
  await pass(10 * second);
  const before = version();
  seen.sight = 'a stick with more';
  await until(() => expect(version()).toBe('two'));

  expect(before).toBe('one');
});
