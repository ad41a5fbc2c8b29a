import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import {
  aCardToken,
  aPastTap,
  someHistory,
  someNow,
  someSituation,
} from '../../sim/testing/builders.ts';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { aRulesFolder } from '../../sim/testing/rules-folder.ts';
import { aRepository } from '../../sim/testing/targets-backend.ts';
import { encodeBundle, readBundleFiles } from '../bundle/bundle-files.ts';
import { fareOf } from '../core/fare/fare-of.ts';
import { createFolderSource } from '../targets/folder-source.ts';
import { createTargetsClient } from '../targets/targets-client.ts';
import { openRuleSwitch } from './rule-switch.ts';
import type { RuntimeEvent } from './runtime-event.ts';
import { readRulesInThread } from './work-thread.ts';

/** Threads and files: a busy machine needs its time. */
vi.setConfig({ testTimeout: 20_000 });

const init = { rootKeys: 1, rootThreshold: 1 };
const hourMs = 3_600_000;
const tomorrow = someNow + 24 * hourMs;

/** The fares of two cities; Bahari Metro's riders tap at exits as well. */
function aBundle(city: 'bahari-metro' | undefined, policy: Readonly<Record<string, unknown>>) {
  if (city === undefined) return textOf(aRulesFolder(policy));
  const files = new Map(readBundleFiles(join(import.meta.dirname, '../../fixtures', city)));
  const text = new TextDecoder().decode(files.get('acceptance.json'));
  const changed = Object.entries(policy).reduce(
    (all, [key, value]) =>
      all.replace(new RegExp(`"${key}": [^,]+,`), `"${key}": ${JSON.stringify(value)},`),
    text,
  );
  files.set('acceptance.json', new TextEncoder().encode(changed));
  return new TextDecoder().decode(encodeBundle(files));
}

function textOf(folder: string): string {
  return new TextDecoder().decode(encodeBundle(readBundleFiles(folder)));
}

/** A device with a folder of its own; `start` is its next start. */
async function aDevice() {
  const repository = aRepository(someNow);
  await repository.publish({}, { init });
  const firstRoot = readFileSync(join(repository.folder, 'metadata/1.root.json'));
  const [folder, builtIn] = [aFolder(), aRulesFolder({ version: 'built' })];
  const device = { now: someNow as number | undefined };
  const events: RuntimeEvent[] = [];
  const source = createFolderSource(repository.folder);
  const start = async () => {
    const client = await createTargetsClient({ folder, firstRoot });
    const rules = await openRuleSwitch(
      {
        ...{ client, read: readRulesInThread, now: () => device.now },
        report: (event) => void events.push(event),
      },
      { name: 'rules.bin', builtIn },
    );
    const visit = { source, now: someNow };
    return {
      rules,
      version: () => rules.inForce.rules.version,
      fetch: async () => {
        await client.refresh(visit);
        return rules.take(visit);
      },
    };
  };
  return Object.assign(device, { repository, events, start });
}

test('holds a bundle for tomorrow, and puts it in force on its day without a source', async () => {
  const device = await aDevice();
  const effectiveFrom = new Date(tomorrow).toISOString();
  await device.repository.publish({
    'rules.bin': aBundle(undefined, { version: 'next', effectiveFrom }),
  });
  const run = await device.start();

  await run.fetch();
  device.now = tomorrow - 1;
  await run.rules.switchIfDue();
  const [before, oldTimetable] = [run.version(), run.rules.inForce.timetable];
  device.now = tomorrow;
  await run.rules.switchIfDue();

  expect([before, run.version()]).toEqual(['built', 'next']);
  expect(run.rules.inForce.timetable).toEqual(oldTimetable);
  expect(run.rules.inForce.timetable).not.toBe(oldTimetable);
  expect(device.events.map(({ event }) => event)).toEqual([
    ...['rules-in-force', 'rules-held', 'rules-in-force'],
  ]);
  expect((await device.start()).version()).toBe('next');
});

test('finds at a start what was held, when its day came while it was off', async () => {
  const device = await aDevice();
  const effectiveFrom = new Date(tomorrow).toISOString();
  await device.repository.publish({
    'rules.bin': aBundle(undefined, { version: 'next', effectiveFrom }),
  });
  await (await device.start()).fetch();
  device.now = tomorrow + 1;

  const again = await device.start();
  await again.rules.take();

  expect(again.version()).toBe('next');
});

test.each([
  ['at once', {}],
  ['from a day that this bus missed', { effectiveFrom: new Date(someNow).toISOString() }],
])('knows after a restart since when rules are in force that count %s', async (_when, policy) => {
  const device = await aDevice();
  const text = aBundle(undefined, { version: 'late', graceHours: 48, ...policy });
  await device.repository.publish({ 'rules.bin': text });
  device.now = someNow + 5 * hourMs;
  const run = await device.start();
  await run.fetch();

  device.now = someNow + 7 * hourMs;
  const again = await device.start();
  await again.fetch();

  const { version, effectiveFrom } = again.rules.inForce.rules;
  expect([version, effectiveFrom]).toEqual(['late', someNow + 5 * hourMs]);
});

test('waits while the clock cannot be trusted', async () => {
  const device = await aDevice();
  await device.repository.publish({ 'rules.bin': aBundle(undefined, { version: 'new' }) });
  device.now = undefined;
  const run = await device.start();

  await run.fetch();
  const before = run.version();
  device.now = someNow;
  await run.rules.switchIfDue();

  expect([before, run.version()]).toEqual(['built', 'new']);
});

test('forgets a bundle that was withdrawn before its day', async () => {
  const device = await aDevice();
  const effectiveFrom = new Date(tomorrow).toISOString();
  await device.repository.publish({
    'rules.bin': aBundle(undefined, { version: 'next', effectiveFrom }),
  });
  const run = await device.start();
  await run.fetch();

  await device.repository.publish({}, { withdraw: ['rules.bin'] });
  await run.fetch();
  device.now = tomorrow;
  await run.rules.switchIfDue();

  expect(run.version()).toBe('built');
});

test('names a bundle that cannot be read, each time, and reads it once', async () => {
  const device = await aDevice();
  await device.repository.publish({ 'rules.bin': 'nothing' });
  const run = await device.start();

  const faults = [await run.fetch(), await run.fetch()];
  await device.repository.publish({ 'rules.bin': aBundle(undefined, { version: 'mended' }) });

  expect(faults[0]).toMatchObject({ code: 'targets/not-accepted' });
  expect(faults[1]).toBe(faults[0]);
  expect(await run.fetch()).toBeUndefined();
  expect(run.version()).toBe('mended');
});

test.each([
  ['with a grace', 48, 0],
  ['without a grace', 0, 480],
])('asks an exit that the old rules did not ask for, %s', async (_what, graceHours, fareAsked) => {
  const device = await aDevice();
  const run = await device.start();
  const old = run.version();
  const texts = { 'rules.bin': aBundle('bahari-metro', { graceHours, version: 'midday' }) };
  await device.repository.publish(texts);

  await run.fetch();
  const { rules } = run.rules.inForce;
  const boarding = { at: someNow - 4 * hourMs, stopId: 'harbour' };
  const leg = { routeId: 'rapid-1', fareMedia: 'metro-card', riderCategory: 'adult', boarding };
  const charged = { amount: 0, currency: rules.currency };
  const entry = { action: 'enter', at: boarding.at, leg, charged, product: 'rapid-1' } as const;
  const fare = fareOf(
    aCardToken(),
    someSituation({
      ...{ rules, place: { routeId: 'rapid-1', stopId: 'harbour' }, now: someNow },
      history: someHistory({ taps: [aPastTap({ ...entry, rulesVersion: old })] }),
    }),
  );

  expect(rules.version).toBe('midday');
  expect(fare).toMatchObject({ action: 'enter', amount: { amount: fareAsked } });
});
