/**
 * The attacks of the TUF specification §1.5.2, and some of our own, on a device that trusts version
 * 2 of everything and has `rules 2` in force. Whatever comes, that stays in force.
 */
import { expect, test } from 'vitest';
import { createSimEntropy } from '../../sim/sim-chance.ts';
import { createSimTargetsDisk } from '../../sim/testing/targets-disk.ts';
import { aKey, aTargetsOffice, day, type TestOffice } from '../../sim/testing/targets-office.ts';
import { hex, utf8 } from '../core/bytes.ts';
import { metadataBytesMax, roleNames } from './metadata.ts';
import { rootStepsMax } from './refresh-steps.ts';
import { createTargetsClient, type TargetsClient } from './targets-client.ts';

const name = 'rules.bin';
const accept = async () => undefined;

async function aDevice(office: TestOffice): Promise<TargetsClient> {
  const disk = createSimTargetsDisk();
  return createTargetsClient({ disk, folder: '/targets', firstRoot: office.firstRoot });
}

/** Root 1 and the rest at version 2, everything taken and `rules 2` in force. */
async function aDeviceInService() {
  const office = aTargetsOffice();
  office.publish({ [name]: 'rules 2' });
  const device = await aDevice(office);
  await update(device, office);
  return { office, device, inForce: device.activePath(name) };
}

async function update(device: TargetsClient, office: TestOffice) {
  const visit = { source: office.source, now: office.now };
  const refreshed = await device.refresh(visit);
  if (refreshed.fault !== undefined) return refreshed.fault;
  for (const target of refreshed.waiting) {
    const fetched = await device.fetchTarget(target.name, visit);
    if (!fetched.ok) return fetched.fault;
    await device.activate(target.name, accept);
  }
  return undefined;
}

const served = (office: TestOffice, file: string) =>
  office.served.get(`metadata/${file}`) ?? utf8('');
const strangers = [101, 102, 103].map((seed) => aKey('root', createSimEntropy(seed)));
/** Serves an old file under the name that is asked for now. */
const replay = (office: TestOffice, file: string, old: Uint8Array) =>
  office.served.set(`metadata/${file}`, old);

/** Signed by the keys that may, and named by the role above as whoever has all online keys could. */
function compromise(
  office: TestOffice,
  versions: { timestamp: number; snapshot: number; targets: number },
) {
  const { keys } = office;
  const targets = `${versions.targets}.targets.json`;
  const snapshot = `${versions.snapshot}.snapshot.json`;
  office.served.set(`metadata/${targets}`, office.signed.targets.bytes);
  office.served.set(`metadata/${snapshot}`, office.signed.snapshot.bytes);
  office.forge(targets, (signed) => ({ ...signed, version: versions.targets }), keys.targets);
  const meta = { 'targets.json': { version: versions.targets } };
  office.forge(
    snapshot,
    (signed) => ({ ...signed, version: versions.snapshot, meta }),
    keys.snapshot,
  );
  const ofSnapshot = { 'snapshot.json': { version: versions.snapshot } };
  office.forge(
    'timestamp.json',
    (signed) => ({ ...signed, version: versions.timestamp, meta: ofSnapshot }),
    keys.timestamp,
  );
}

test.each<[string, string, (office: TestOffice) => void]>([
  [
    'arbitrary software: a timestamp of a stranger',
    'targets/unsigned',
    (office) => office.forge('timestamp.json', (signed) => ({ ...signed, version: 3 }), strangers),
  ],
  [
    'arbitrary software: targets of a stranger',
    'targets/unsigned',
    (office) => {
      compromise(office, { timestamp: 3, snapshot: 3, targets: 3 });
      office.forge('3.targets.json', (signed) => signed, strangers);
    },
  ],
  [
    'a snapshot signed with the timestamp key',
    'targets/unsigned',
    (office) => {
      compromise(office, { timestamp: 3, snapshot: 3, targets: 3 });
      office.forge('3.snapshot.json', (signed) => signed, office.keys.timestamp);
    },
  ],
  [
    'a root of strangers',
    'targets/unsigned',
    (office) => {
      replay(office, '2.root.json', office.firstRoot);
      office.forge('2.root.json', (signed) => ({ ...signed, version: 2 }), strangers);
    },
  ],
  [
    'a whole repository of strangers, from root 2 on',
    'targets/unsigned',
    (office) => {
      const theirs = aTargetsOffice(2);
      theirs.rotate('timestamp');
      for (const [path, bytes] of theirs.served) office.served.set(path, bytes);
    },
  ],
  [
    'a root that its new keys did not sign',
    'targets/unsigned',
    (office) => {
      const before = office.keys.root;
      office.rotate('root');
      office.forge('2.root.json', (signed) => signed, before);
    },
  ],
  [
    'a root with one signature too few',
    'targets/unsigned',
    (office) => {
      replay(office, '2.root.json', office.firstRoot);
      const few = office.keys.root.slice(0, 1);
      office.forge('2.root.json', (signed) => ({ ...signed, version: 2 }), few);
    },
  ],
  [
    'a root whose threshold one key meets under two names',
    'targets/unsigned',
    (office) => {
      replay(office, '2.root.json', office.firstRoot);
      const [one] = office.keys.root;
      office.forge(
        '2.root.json',
        (signed) => {
          const keys = signed.keys as Record<string, unknown>;
          const roles = signed.roles as Record<string, object>;
          const id = one?.key.keyID ?? '';
          const twice = { ...keys, alias: keys[id] };
          const root = { keyids: [id, 'alias'], threshold: 2 };
          return { ...signed, version: 2, keys: twice, roles: { ...roles, root } };
        },
        office.keys.root,
      );
      const json = JSON.parse(Buffer.from(served(office, '2.root.json')).toString());
      const own = json.signatures.find((each: { keyid: string }) => each.keyid === one?.key.keyID);
      json.signatures.push({ ...own, keyid: 'alias' });
      replay(office, '2.root.json', utf8(JSON.stringify(json)));
    },
  ],
  [
    'rollback: an older root for a newer',
    'targets/rollback',
    (office) => replay(office, '2.root.json', office.firstRoot),
  ],
  [
    'a root that leaves a version out',
    'targets/rollback',
    (office) => {
      replay(office, '2.root.json', office.firstRoot);
      office.forge('2.root.json', (signed) => ({ ...signed, version: 3 }), office.keys.root);
    },
  ],
  [
    'rollback: an older timestamp',
    'targets/rollback',
    (office) => replay(office, 'timestamp.json', aTargetsOffice().signed.timestamp.bytes),
  ],
  [
    'rollback: a new timestamp that names an older snapshot',
    'targets/rollback',
    (office) => compromise(office, { timestamp: 3, snapshot: 1, targets: 2 }),
  ],
  [
    'rollback: a new snapshot that names older targets',
    'targets/rollback',
    (office) => compromise(office, { timestamp: 3, snapshot: 3, targets: 1 }),
  ],
  [
    'rollback: a new snapshot that does not list a role any more',
    'targets/malformed',
    (office) => {
      compromise(office, { timestamp: 3, snapshot: 3, targets: 3 });
      office.forge('3.snapshot.json', (signed) => ({ ...signed, meta: {} }), office.keys.snapshot);
    },
  ],
  [
    'freeze: the same timestamp after its time',
    'targets/expired',
    (office) => {
      office.now += 15 * day;
    },
  ],
  [
    'freeze: a new timestamp that is expired',
    'targets/expired',
    (office) => {
      office.publish();
      office.now += 15 * day;
    },
  ],
  [
    'an expired root',
    'targets/expired',
    (office) => {
      office.now += 731 * day;
    },
  ],
  [
    'mix and match: another snapshot under the named version',
    'targets/mismatch',
    (office) => {
      office.publish({ [name]: 'rules 3' });
      const { snapshot } = office.keys;
      office.forge(
        '3.snapshot.json',
        (signed) => ({ ...signed, expires: '2030-01-01T00:00:00Z' }),
        snapshot,
      );
    },
  ],
  [
    'mix and match: the old snapshot under the new name',
    'targets/mismatch',
    (office) => {
      office.publish({ [name]: 'rules 3' });
      replay(office, '3.snapshot.json', served(office, '2.snapshot.json'));
    },
  ],
  [
    'mix and match: the old targets under the new name',
    'targets/mismatch',
    (office) => {
      office.publish({ [name]: 'rules 3' });
      replay(office, '3.targets.json', served(office, '2.targets.json'));
    },
  ],
  [
    'another version than named, where no hash binds it',
    'targets/mismatch',
    (office) => {
      compromise(office, { timestamp: 3, snapshot: 3, targets: 3 });
      office.forge('3.targets.json', (signed) => ({ ...signed, version: 4 }), office.keys.targets);
    },
  ],
  [
    'a targets file that was cut',
    'targets/mismatch',
    (office) => {
      office.publish({ [name]: 'rules 3' });
      replay(office, '3.targets.json', served(office, '3.targets.json').subarray(0, -2));
    },
  ],
  [
    'no timestamp at all',
    'targets/missing',
    (office) => void office.served.delete('metadata/timestamp.json'),
  ],
  [
    'no snapshot of the named version',
    'targets/missing',
    (office) => {
      office.publish({ [name]: 'rules 3' });
      office.served.delete('metadata/3.snapshot.json');
    },
  ],
  [
    'metadata that is none',
    'targets/malformed',
    (office) => replay(office, 'timestamp.json', utf8('<html>Please log in</html>')),
  ],
  [
    'a timestamp one byte over its limit',
    'targets/too-long',
    (office) => replay(office, 'timestamp.json', new Uint8Array(metadataBytesMax.timestamp + 1)),
  ],
  [
    'a root one byte over its limit',
    'targets/too-long',
    (office) => replay(office, '2.root.json', new Uint8Array(metadataBytesMax.root + 1)),
  ],
  [
    'a snapshot longer than named',
    'targets/too-long',
    (office) => {
      office.publish({ [name]: 'rules 3' });
      replay(office, '3.snapshot.json', new Uint8Array(60_000));
    },
  ],
  [
    'a target that was tampered with',
    'targets/mismatch',
    (office) => {
      office.publish({ [name]: 'rules 3' });
      office.served.set(fileOf(office), utf8('rules 4'));
    },
  ],
  [
    'a target that is too short',
    'targets/mismatch',
    (office) => {
      office.publish({ [name]: 'rules 3' });
      office.served.set(fileOf(office), utf8('rules'));
    },
  ],
  [
    'a target that goes on',
    'targets/too-long',
    (office) => {
      office.publish({ [name]: 'rules 3' });
      office.served.set(fileOf(office), utf8('rules 3 and more'));
    },
  ],
  [
    'a target without its file',
    'targets/missing',
    (office) => {
      office.publish({ [name]: 'rules 3' });
      office.served.delete(fileOf(office));
    },
  ],
])('refuses %s, and keeps what is in force', async (_attack, code, attack) => {
  const { office, device, inForce } = await aDeviceInService();
  attack(office);

  const fault = await update(device, office);

  expect(fault).toMatchObject({ code });
  expect(device.activePath(name)).toBe(inForce);
});

/** Where the newest rules are in the repository. */
function fileOf(office: TestOffice): string {
  const listed = office.signed.targets.content.targets[name];
  return `files/${listed?.hashes.sha256}.${name}`;
}

test('refuses an older timestamp also when it names the same snapshot', async () => {
  const { office, device } = await aDeviceInService();
  const older = office.signed.timestamp.bytes;
  office.publish();
  await update(device, office);
  replay(office, 'timestamp.json', older);

  expect(await update(device, office)).toMatchObject({ code: 'targets/rollback' });
});

test.each(roleNames)('takes nothing new on the word of an expired %s alone', async (role) => {
  const { office, device } = await aDeviceInService();
  compromise(office, { timestamp: 3, snapshot: 3, targets: 3 });
  const files = {
    timestamp: 'timestamp.json',
    snapshot: '3.snapshot.json',
    targets: '3.targets.json',
  };
  for (const [other, file] of Object.entries(files)) {
    const expires = other === role ? '2026-11-03T00:00:00Z' : '2099-01-01T00:00:00Z';
    const { keys } = office;
    office.forge(file, (signed) => ({ ...signed, expires }), keys[other as keyof typeof files]);
  }
  office.now += role === 'root' ? 731 * day : 2 * day;

  const fault = await update(device, office);

  expect(fault).toMatchObject({ code: 'targets/expired' });
  expect(fault?.detail.startsWith(role)).toBe(true);
});

test('goes on with the honest repository after each kind of attack', async () => {
  const { office, device } = await aDeviceInService();
  const honest = new Map(office.served);
  compromise(office, { timestamp: 3, snapshot: 3, targets: 1 });
  await update(device, office);
  for (const [path, bytes] of honest) office.served.set(path, bytes);
  office.publish({ [name]: 'rules 3' });

  expect(await update(device, office)).toBeUndefined();
});

test('refuses a snapshot that does not list a delegated role any more', async () => {
  const { office, device } = await aDeviceInService();
  const listing = (version: number, more: object) => {
    compromise(office, { timestamp: version, snapshot: version, targets: 3 });
    const meta = { 'targets.json': { version: 3 }, ...more };
    office.forge(
      `${version}.snapshot.json`,
      (signed) => ({ ...signed, meta }),
      office.keys.snapshot,
    );
  };
  listing(3, { 'other.json': { version: 1 } });
  expect(await update(device, office)).toBeUndefined();

  listing(4, {});

  expect(await update(device, office)).toMatchObject({ code: 'targets/rollback' });
});

test('reads no more of an endless answer than the limit', async () => {
  const { office, device } = await aDeviceInService();
  let given = 0;
  async function* endless() {
    for (;;) {
      given += 1_000;
      yield new Uint8Array(1_000);
    }
  }
  const source = { open: async () => endless() };

  const { fault } = await device.refresh({ source, now: office.now });

  expect(fault).toMatchObject({ code: 'targets/too-long' });
  expect(given).toBeLessThanOrEqual(metadataBytesMax.root + 1_000);
});

test('reads no more of an endless target than its length, and leaves nothing of it', async () => {
  const office = aTargetsOffice();
  const disk = createSimTargetsDisk();
  const device = await createTargetsClient({ disk, folder: '/t', firstRoot: office.firstRoot });
  await device.refresh({ source: office.source, now: office.now });
  let given = 0;
  async function* endless() {
    for (;;) {
      given += 1;
      yield new Uint8Array(5);
    }
  }

  const source = { open: async () => endless() };
  const fetched = await device.fetchTarget(name, { source, now: office.now });

  expect(fetched).toMatchObject({ ok: false, fault: { code: 'targets/too-long' } });
  expect(given).toBe(2);
  expect(disk.names).toEqual(['/t/trusted.json']);
});

test('follows a long chain of roots, many at a time', async () => {
  const office = aTargetsOffice();
  const device = await aDevice(office);
  for (let step = 0; step < 20; step += 1) office.rotate('root');

  const { versions, fault } = await device.refresh({ source: office.source, now: office.now });

  expect(fault).toBeUndefined();
  expect(versions.root).toBe(21);
});

test('goes at most so many roots in one refresh, and on from there in the next', async () => {
  const office = aTargetsOffice();
  const device = await aDevice(office);
  for (let step = 0; step < rootStepsMax + 1; step += 1) office.rotate('root');
  const visit = { source: office.source, now: office.now };

  const first = await device.refresh(visit);
  const second = await device.refresh(visit);

  expect(first.versions.root).toBe(rootStepsMax + 1);
  expect(second).toMatchObject({ versions: { root: rootStepsMax + 2 } });
}, 20_000);

test('passes through roots that expired meanwhile', async () => {
  const office = aTargetsOffice();
  const device = await aDevice(office);
  for (let year = 0; year < 4; year += 1) {
    office.now += 600 * day;
    office.rotate('root');
  }

  expect(await update(device, office)).toBeUndefined();
});

test('does not take the old keys any more once they were replaced', async () => {
  const { office, device } = await aDeviceInService();
  const old = office.keys.timestamp;
  office.rotate('timestamp');
  await update(device, office);
  office.forge('timestamp.json', (signed) => ({ ...signed, version: 9 }), old);

  expect(await update(device, office)).toMatchObject({ code: 'targets/unsigned' });
});

test('recovers from versions that stolen online keys drove to the top', async () => {
  const { office, device } = await aDeviceInService();
  const top = Number.MAX_SAFE_INTEGER - 1;
  compromise(office, { timestamp: top, snapshot: top, targets: 2 });
  await update(device, office);
  office.publish({ [name]: 'rules 3' });
  expect(await update(device, office)).toMatchObject({ code: 'targets/rollback' });

  office.rotate('snapshot', 'timestamp');

  expect(await update(device, office)).toBeUndefined();
  expect(device.activePath(name)).toContain(
    office.signed.targets.content.targets[name]?.hashes.sha256,
  );
});

test('finds no target that only a delegated role could list', async () => {
  const { office, device } = await aDeviceInService();
  compromise(office, { timestamp: 3, snapshot: 3, targets: 3 });
  const [key] = strangers;
  const id = key?.key.keyID ?? '';
  const role = { name: 'other', keyids: [id], threshold: 1, terminating: false, paths: ['*'] };
  const delegations = { keys: { [id]: key?.key.toJSON() }, roles: [role] };
  office.forge('3.targets.json', (signed) => ({ ...signed, delegations }), office.keys.targets);
  const visit = { source: office.source, now: office.now };

  expect(await device.refresh(visit)).toMatchObject({ versions: { targets: 3 } });
  expect(await device.fetchTarget('other.bin', visit)).toMatchObject({
    fault: { code: 'targets/unknown-target' },
  });
});

test.each(['../escape', 'a/b', '.hidden', '', 'x'.repeat(65)])(
  'keeps no target named %j',
  async (odd) => {
    const { office, device } = await aDeviceInService();
    compromise(office, { timestamp: 3, snapshot: 3, targets: 3 });
    const sha256 = hex(new Uint8Array(32));
    const targets = { [odd]: { length: 1, hashes: { sha256 } } };
    office.forge('3.targets.json', (signed) => ({ ...signed, targets }), office.keys.targets);

    const refreshed = await device.refresh({ source: office.source, now: office.now });

    expect(refreshed).toMatchObject({ versions: { targets: 3 }, waiting: [] });
  },
);

test.each([Number.NaN, Number.POSITIVE_INFINITY])(
  'takes nothing new at a time that is none: %d',
  async (now) => {
    const office = aTargetsOffice();
    const device = await aDevice(office);

    const { fault } = await device.refresh({ source: office.source, now });

    expect(fault).toMatchObject({ code: 'targets/expired' });
  },
);
