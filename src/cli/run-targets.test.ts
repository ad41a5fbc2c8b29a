import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { createSimEntropy } from '../../sim/sim-chance.ts';
import { syntheticQris } from '../../sim/synthetic-qris.ts';
import { anOffice, type Office, startPublishedRun } from '../../sim/testing/publishing-office.ts';
import { day } from '../../sim/testing/targets-office.ts';
import { aTestBackend } from '../../sim/testing/test-backend.ts';
import {
  aTestDevice,
  connectDevice,
  createTestIo,
  eventually,
} from '../../sim/testing/test-device.ts';
import { lookupList } from './lists-lookup.ts';

/** Real sockets, threads, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 40_000 });

const clock = createSystemClock();
const entropy = createSimEntropy(1);
const aRider = (rider: number) => syntheticQris('93600914', entropy, { rider });
const oneKey = 'ab'.repeat(32);

/** A device without a link that was built with the fare of 3,500, and a stick to be plugged in. */
async function aBus(office: Office) {
  const device = await aTestDevice();
  const usb = join(device.folder, 'stick');
  const targets = { root: office.root, refreshMinutes: 0.01, usb };
  const written = JSON.parse(readFileSync(device.config, 'utf8'));
  const rules = office.folder({ version: 'built', fare: 3_500 });
  writeFileSync(device.config, JSON.stringify({ ...written, rules, targets }));
  return { ...device, rules, usb };
}

async function anOnlineBus(office: Office) {
  const bus = await aBus(office);
  const { certificates, receiptKey } = bus.workshop;
  const targetsFolder = office.repository;
  const backend = await aTestBackend({ certificates, receiptKey, targetsFolder });
  connectDevice(bus, backend.url);
  return bus;
}

type Run = ReturnType<typeof startPublishedRun>;

const rulesOf = async (bus: Run) => (await bus.status()).rules;
const arrives = (bus: Run, version: string) =>
  eventually(async () => expect(await rulesOf(bus)).toMatchObject({ version }));
const reports = (bus: Run, code: string) =>
  eventually(() => expect(bus.events()).toContainEqual(expect.objectContaining({ code })));

/** Signed rules of a device that has started on them from a stick. */
async function aBusOnPublishedRules() {
  const office = anOffice();
  await office.publish([office.rules({ version: 'one', fare: 4_000 })]);
  const bus = await aBus(office);
  office.copyTo(bus.usb);
  const run = startPublishedRun(bus.config);
  await arrives(run, 'one');
  return { office, bus, run };
}

test('pays a new fare from the next tap on, published over mutual TLS', async () => {
  const office = anOffice();
  await office.publish([]);
  const bus = startPublishedRun((await anOnlineBus(office)).config);
  const before = await bus.tap(aRider(1));

  await office.publish([office.rules({ version: 'new', fare: 4_000 })]);
  await arrives(bus, 'new');
  const after = await bus.tap(aRider(2));

  expect(before).toMatchObject({ outcome: 'accepted', amount: 3_500, rulesVersion: 'built' });
  expect(after).toMatchObject({ outcome: 'accepted', amount: 4_000, rulesVersion: 'new' });
});

test('refuses a rider newly denied, after a delta, over mutual TLS', async () => {
  const office = anOffice();
  await office.publish(await office.list(1, [`account,deny,${oneKey},fraud`]));
  const { config, folder } = await anOnlineBus(office);
  const bus = startPublishedRun(config);
  const listIs = (version: number) =>
    eventually(async () => expect((await bus.status()).list).toMatchObject({ version }));
  await listIs(1);
  const before = await bus.tap(aRider(1));

  const rows = [oneKey, String(before.accountKey)].map((key) => `account,deny,${key},fraud`);
  const [, delta = ''] = await office.list(2, rows);
  await office.publish([delta]);
  await listIs(2);
  const after = await bus.tap(aRider(1));
  const io = createTestIo();
  const deps = { io, now: clock.wallNow() };
  const found = await lookupList(join(folder, 'data/lists'), String(before.accountKey), {
    ...{ options: {}, deps },
  });

  expect(before.outcome).toBe('accepted');
  expect(after).toMatchObject({ outcome: 'refused', reason: 'token-denied' });
  expect([found, io.outs.at(-1)]).toEqual([1, 'denied']);
  expect(readdirSync(join(folder, 'data/targets/files'))).toEqual([]);
});

test('takes rules and lists from a stick while the link is down', async () => {
  const office = anOffice();
  const list = await office.list(3, [`account,deny,${oneKey},fraud`]);
  await office.publish([office.rules({ version: 'carried', fare: 5_000 }), ...list]);
  const { config, usb } = await aBus(office);
  const bus = startPublishedRun(config);
  await reports(bus, 'sync/unreachable');

  office.copyTo(usb);
  await arrives(bus, 'carried');
  await eventually(async () =>
    expect(await bus.status()).toMatchObject({
      ...{ rules: { isPublished: true }, list: { version: 3, entries: 1 } },
      targets: { versions: { root: 1, targets: 1 }, waiting: [], trustedUntil: expect.any(Number) },
    }),
  );

  expect(await bus.tap(aRider(1))).toMatchObject({ outcome: 'accepted', amount: 5_000 });
});

test('begins with what was active, and with the built-in rules, loudly, when that is damaged', async () => {
  const { bus, office, run } = await aBusOnPublishedRules();
  await run.stop();
  rmSync(bus.usb, { recursive: true });
  const again = startPublishedRun(bus.config);
  await arrives(again, 'one');
  await again.stop();
  const files = join(bus.folder, 'data/targets/files');
  const [file = ''] = readdirSync(files);
  writeFileSync(join(files, file), readFileSync(join(files, file), 'utf8').replace('4000', '4001'));

  const damaged = startPublishedRun(bus.config);
  await arrives(damaged, 'built');
  office.copyTo(bus.usb);
  await arrives(damaged, 'one');

  expect(damaged.events()).toContainEqual(
    expect.objectContaining({ event: 'rules-unreadable', code: 'targets/mismatch' }),
  );
  expect((await damaged.tap(aRider(1))).amount).toBe(4_000);
});

test('runs on the active rules although the built-in ones are lost', async () => {
  const { bus, run } = await aBusOnPublishedRules();
  await run.stop();
  rmSync(bus.rules, { recursive: true });

  await arrives(startPublishedRun(bus.config), 'one');
});

test.each<[string, string, (office: Office) => Promise<void>]>([
  [
    'a bundle that is none',
    'targets/not-accepted',
    async (office) => {
      writeFileSync(office.rules({ version: 'x', fare: 1 }), '{"format":"halte-rules/1"}');
      await office.publish([join(office.repository, '../rules.bin')]);
    },
  ],
  [
    'a file that was tampered with',
    'targets/mismatch',
    async (office) => {
      await office.publish([office.rules({ version: 'two', fare: 9_000 })]);
      for (const name of readdirSync(join(office.repository, 'files'))) {
        const path = join(office.repository, 'files', name);
        writeFileSync(path, readFileSync(path, 'utf8').replace('9000', '9001'));
      }
    },
  ],
  [
    'metadata that expired',
    'targets/expired',
    async (office) => {
      office.now -= 20 * day;
      await office.publish([office.rules({ version: 'two', fare: 9_000 })]);
    },
  ],
  [
    'the state of an earlier day',
    'targets/rollback',
    async (office) => {
      const old = join(office.repository, '../old');
      cpSync(old, office.repository, { recursive: true });
    },
  ],
])('goes on with the rules that it has when a stick brings %s', async (_what, code, spoil) => {
  const office = anOffice();
  await office.publish([office.rules({ version: 'zero', fare: 2_000 })]);
  cpSync(office.repository, join(office.repository, '../old'), { recursive: true });
  await office.publish([office.rules({ version: 'one', fare: 4_000 })]);
  const bus = await aBus(office);
  office.copyTo(bus.usb);
  const run = startPublishedRun(bus.config);
  await arrives(run, 'one');

  rmSync(bus.usb, { recursive: true });
  await spoil(office);
  office.copyTo(bus.usb);
  await reports(run, code);

  expect(await run.tap(aRider(1))).toMatchObject({ amount: 4_000, rulesVersion: 'one' });
  expect((await run.status()).targets.faults.stick?.code).toBe(code);
});

test('installs a list anew when it was damaged on disk, and takes riders meanwhile', async () => {
  const office = anOffice();
  await office.publish(await office.list(1, [`account,deny,${oneKey},fraud`]));
  const bus = await aBus(office);
  office.copyTo(bus.usb);
  const run = startPublishedRun(bus.config);
  const isInstalled = (one: Run) =>
    eventually(async () => expect((await one.status()).list).toMatchObject({ version: 1 }));
  await isInstalled(run);
  await run.stop();
  const lists = join(bus.folder, 'data/lists');
  for (const name of readdirSync(lists)) writeFileSync(join(lists, name), 'x'.repeat(8_192));

  const damaged = startPublishedRun(bus.config);

  expect(await damaged.tap(aRider(1))).toMatchObject({ outcome: 'accepted' });
  await isInstalled(damaged);
  expect(damaged.events()).toContainEqual(
    expect.objectContaining({ event: 'list-failed', code: 'lists/corrupt' }),
  );
});
