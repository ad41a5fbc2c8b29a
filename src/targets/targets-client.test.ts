import { expect, test } from 'vitest';
import { createSimTargetsDisk, leavings, PowerCut } from '../../sim/testing/targets-disk.ts';
import { aTargetsOffice, day, type TestOffice } from '../../sim/testing/targets-office.ts';
import { utf8 } from '../core/bytes.ts';
import { createTargetsClient, type TargetsClient } from './targets-client.ts';
import type { TargetsDisk } from './targets-disk.ts';

const folder = '/targets';
const name = 'rules.bin';
const accept = async () => undefined;
/** Every operation of the disk is one run of a whole update. */
const cutsTimeoutMs = 20_000;

const aDevice = (office: TestOffice, disk: TargetsDisk = createSimTargetsDisk()) =>
  createTargetsClient({ disk, folder, firstRoot: office.firstRoot });

const visitOf = ({ source, now }: TestOffice) => ({ source, now });

async function takeAll(device: TargetsClient, office: TestOffice) {
  const { waiting } = await device.refresh(visitOf(office));
  for (const target of waiting) {
    await device.fetchTarget(target.name, visitOf(office));
    await device.activate(target.name, accept);
  }
}

/** Text of the file in force. */
async function textInForce(device: TargetsClient, disk: TargetsDisk) {
  const path = device.activePath(name);
  if (path === undefined) return undefined;
  let text = '';
  for await (const chunk of (await disk.read(path)) ?? []) text += Buffer.from(chunk).toString();
  return text;
}

test('puts a target in force only after its reader accepted it', async () => {
  const office = aTargetsOffice();
  const device = await aDevice(office);

  const refreshed = await device.refresh(visitOf(office));
  const early = await device.activate(name, accept);
  const fetched = await device.fetchTarget(name, visitOf(office));
  const before = device.activePath(name);
  const activated = await device.activate(name, accept);

  expect(refreshed).toMatchObject({ waiting: [{ name, length: 7 }], versions: { targets: 1 } });
  expect(early).toMatchObject({ fault: { code: 'targets/missing' } });
  expect(before).toBeUndefined();
  expect(fetched).toMatchObject({ ok: true, value: { name } });
  expect(device.activePath(name)).toBe(activated.ok && activated.value.path);
});

test.each<[string, () => Promise<string | undefined>]>([
  ['complains', async () => 'line 3: no such stop'],
  [
    'throws',
    async () => {
      throw new Error('line 3: no such stop');
    },
  ],
])('keeps the good bundle when the reader of the next one %s', async (_how, complain) => {
  const office = aTargetsOffice();
  const disk = createSimTargetsDisk();
  const device = await aDevice(office, disk);
  await takeAll(device, office);
  office.publish({ [name]: 'rules 2, bad' });
  await device.refresh(visitOf(office));
  await device.fetchTarget(name, visitOf(office));

  const activated = await device.activate(name, complain);

  const fault = { code: 'targets/not-accepted', detail: 'line 3: no such stop' };
  expect(activated).toEqual({ ok: false, fault });
  expect(await textInForce(await aDevice(office, disk), disk)).toBe('rules 1');
});

test('activates on its day what it fetched in time, without a link and after all has expired', async () => {
  const office = aTargetsOffice();
  const disk = createSimTargetsDisk();
  const early = await aDevice(office, disk);
  await early.refresh(visitOf(office));
  await early.fetchTarget(name, visitOf(office));
  await early.activate(name, async () => 'in force from 1 January');
  office.now += 60 * day;
  const later = await aDevice(office, disk);

  const activated = await later.activate(name, accept);

  expect(activated.ok).toBe(true);
  expect(await textInForce(later, disk)).toBe('rules 1');
});

test('does not activate what was withdrawn before its day', async () => {
  const office = aTargetsOffice();
  const device = await aDevice(office);
  await device.refresh(visitOf(office));
  await device.fetchTarget(name, visitOf(office));
  office.publish({}, [name]);
  await device.refresh(visitOf(office));

  expect(await device.activate(name, accept)).toMatchObject({
    fault: { code: 'targets/unknown-target' },
  });
});

test('fetches nothing new once its metadata has expired, and keeps what is in force', async () => {
  const office = aTargetsOffice();
  const device = await aDevice(office);
  await takeAll(device, office);
  office.publish({ 'list.bin': 'list 1' });
  await device.refresh(visitOf(office));
  office.now += 30 * day;

  const fetched = await device.fetchTarget('list.bin', visitOf(office));

  expect(fetched).toMatchObject({ fault: { code: 'targets/expired' } });
  expect(device.activePath(name)).toBeDefined();
  expect(device.trustedUntil).toBeLessThan(office.now);
});

test('a bus that was away for a month takes the next bundle at its first contact', async () => {
  const office = aTargetsOffice();
  const disk = createSimTargetsDisk();
  await takeAll(await aDevice(office, disk), office);
  office.now += 31 * day;
  office.publish({ [name]: 'rules 2' });
  const device = await aDevice(office, disk);

  await takeAll(device, office);

  expect(await textInForce(device, disk)).toBe('rules 2');
});

test('remembers across a restart what is too old', async () => {
  const office = aTargetsOffice();
  const old = new Map(office.served);
  office.publish({ [name]: 'rules 2' });
  const disk = createSimTargetsDisk();
  await takeAll(await aDevice(office, disk), office);
  for (const [path, bytes] of old) office.served.set(path, bytes);

  const { fault } = await (await aDevice(office, disk)).refresh(visitOf(office));

  expect(fault).toMatchObject({ code: 'targets/rollback' });
});

test('asks for two files when there is no news', async () => {
  const office = aTargetsOffice();
  const device = await aDevice(office);
  await takeAll(device, office);
  office.asked.length = 0;

  await device.refresh(visitOf(office));

  expect(office.asked).toEqual(['metadata/2.root.json', 'metadata/timestamp.json']);
});

test('keeps no file that is neither in force nor listed', async () => {
  const office = aTargetsOffice();
  const disk = createSimTargetsDisk();
  const device = await aDevice(office, disk);
  await takeAll(device, office);
  const first = device.activePath(name);
  office.publish({ [name]: 'rules 2' });

  await takeAll(device, office);

  expect(disk.names).toContain(device.activePath(name));
  expect(disk.names).not.toContain(first);
});

test('keeps in force what is not listed any more', async () => {
  const office = aTargetsOffice();
  const disk = createSimTargetsDisk();
  const device = await aDevice(office, disk);
  await takeAll(device, office);
  office.publish({}, [name]);

  await takeAll(device, office);

  expect(await textInForce(await aDevice(office, disk), disk)).toBe('rules 1');
});

test('lets two visits at once come one after the other', async () => {
  const office = aTargetsOffice();
  const behind = { ...visitOf(aTargetsOffice()) };
  office.publish({ [name]: 'rules 2' });
  const device = await aDevice(office);

  const [first, second] = await Promise.all([
    device.refresh(visitOf(office)),
    device.refresh(behind),
  ]);

  expect(first).toMatchObject({ versions: { timestamp: 2 } });
  expect(second).toMatchObject({ fault: { code: 'targets/rollback' }, versions: { timestamp: 2 } });
});

test.each(['trusted.json', 'active.json'])(
  'starts anew from its first root when %s is damaged',
  async (file) => {
    const office = aTargetsOffice();
    const disk = createSimTargetsDisk();
    await takeAll(await aDevice(office, disk), office);
    await disk.write(`${folder}/${file}`, [Uint8Array.of(0x7b, 0, 0xff)]);
    const device = await aDevice(office, disk);

    await takeAll(device, office);

    expect(await textInForce(device, disk)).toBe('rules 1');
  },
);

test('keeps in force what it understands of an active.json that a newer release wrote', async () => {
  const office = aTargetsOffice();
  const disk = createSimTargetsDisk();
  const before = await aDevice(office, disk);
  await takeAll(before, office);
  const sha256 = before.activePath(name)?.split('/').at(-1);
  const newer = { [name]: { sha256, since: 1, stagedBy: 'office' }, another: { hashes: [sha256] } };
  await disk.write(`${folder}/active.json`, [utf8(JSON.stringify(newer))]);

  const device = await aDevice(office, disk);

  expect(await textInForce(device, disk)).toBe('rules 1');
  expect(device.activePath('another')).toBeUndefined();
});

test('fetches again what its disk has damaged', async () => {
  const office = aTargetsOffice();
  const disk = createSimTargetsDisk();
  const device = await aDevice(office, disk);
  await device.refresh(visitOf(office));
  const fetched = await device.fetchTarget(name, visitOf(office));
  await disk.write(fetched.ok ? fetched.value.path : '', [Buffer.from('rules 9')]);

  const damaged = await device.activate(name, accept);
  await device.fetchTarget(name, visitOf(office));
  await device.activate(name, accept);

  expect(damaged).toMatchObject({ fault: { code: 'targets/missing' } });
  expect(await textInForce(device, disk)).toBe('rules 1');
});

test('refuses to start without a root', async () => {
  const disk = createSimTargetsDisk();
  const opening = createTargetsClient({ disk, folder, firstRoot: new Uint8Array() });

  await expect(opening).rejects.toMatchObject({
    code: 'targets/no-root',
    hint: expect.any(String),
  });
});

/** From `rules 1` in force to `rules 2`, with new keys on the way. */
async function aDiskBefore(office: TestOffice) {
  const disk = createSimTargetsDisk();
  await takeAll(await aDevice(office, disk), office);
  return disk;
}

test.each(leavings)(
  'is in the old state or the new one wherever the power goes, leaving %s',
  async (leaving) => {
    const office = aTargetsOffice();
    const before = await aDiskBefore(office);
    office.rotate('root', 'targets');
    office.publish({ [name]: 'rules 2' });
    const whole = before.found('all');
    await takeAll(await aDevice(office, whole), office);
    const seen = new Set<string | undefined>();

    for (let cut = 0; cut <= whole.operations; cut += 1) {
      const disk = before.found('all');
      disk.cutAfter(cut);
      await expectCut(cut < whole.operations, async () =>
        takeAll(await aDevice(office, disk), office),
      );
      const found = disk.found(leaving);
      const device = await aDevice(office, found);
      seen.add(await textInForce(device, found));

      // And it goes on from there.
      expect(await device.refresh(visitOf(office))).not.toHaveProperty('fault');
      await takeAll(device, office);
      expect(await textInForce(device, found)).toBe('rules 2');
      expect(found.names.filter((path) => path.endsWith('.part'))).toEqual([]);
    }

    expect([...seen]).toEqual(['rules 1', 'rules 2']);
  },
  cutsTimeoutMs,
);

async function expectCut(isCut: boolean, work: () => Promise<void>): Promise<void> {
  if (isCut) await expect(work()).rejects.toThrow(PowerCut);
  else await work();
}

test.each(leavings)(
  'never forgets across a cut how new its metadata was, leaving %s',
  async (leaving) => {
    const office = aTargetsOffice();
    const old = new Map(office.served);
    office.publish({ [name]: 'rules 2' });
    const before = await aDiskBefore(office);
    office.publish({ [name]: 'rules 3' });
    const newest = new Map(office.served);
    const whole = before.found('all');
    await takeAll(await aDevice(office, whole), office);

    for (let cut = 0; cut < whole.operations; cut += 1) {
      serve(office, newest);
      const disk = before.found('all');
      disk.cutAfter(cut);
      await expectCut(true, async () => takeAll(await aDevice(office, disk), office));
      serve(office, old);
      const device = await aDevice(office, disk.found(leaving));

      expect(await device.refresh(visitOf(office))).toMatchObject({
        fault: { code: 'targets/rollback' },
      });
    }
  },
  cutsTimeoutMs,
);

function serve(office: TestOffice, files: ReadonlyMap<string, Uint8Array>): void {
  for (const [path, bytes] of files) office.served.set(path, bytes);
}
