/** Endpoint by endpoint, as the OpenAPI documents of both doors list them: who is let in. */
import { Agent, request } from 'undici';
import { expect, onTestFinished, test, vi } from 'vitest';
import { someNow } from '../../sim/testing/builders.ts';
import { anOfficeDoor } from '../../sim/testing/office-door.ts';
import { aRepository } from '../../sim/testing/targets-backend.ts';
import { aTestBackend, type TestBackend } from '../../sim/testing/test-backend.ts';
import { apiKeyText, roles } from './api-keys.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 30_000 });

interface Documented {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Scheme by scheme, who is let in; absent: everybody. */
  readonly security: Readonly<Record<string, readonly string[]>> | undefined;
}

/** What a document lists, with something in place of its parameters. */
function endpointsOf(document: unknown): readonly Documented[] {
  const { paths } = document as { readonly paths: Record<string, Record<string, object>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase() as Documented['method'],
      path: path.replaceAll(/\{\w+\}/g, 'some'),
      security: (operation as { readonly security?: [Documented['security']] }).security?.[0],
    })),
  );
}

/** A caller at the devices' door; without a device it shows no certificate. */
async function atDeviceDoor(backend: TestBackend, device?: string) {
  const pair = device === undefined ? {} : await backend.certificates.device(device);
  const dispatcher = new Agent({ connect: { ca: backend.certificates.ca, ...pair } });
  onTestFinished(() => dispatcher.destroy());
  return async (path: string, method: Documented['method'] = 'GET', key?: string) => {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const answer = await request(new URL(path, backend.url), { method, dispatcher, headers });
    return { status: answer.statusCode, body: (await answer.body.json()) as { code?: string } };
  };
}

async function bothDoors() {
  const backend = await aTestBackend({ targetsFolder: aRepository(someNow).folder });
  const office = await anOfficeDoor(backend);
  const officeDocument = (await office.ask('/openapi.json')).body;
  const deviceDocument = (await (await atDeviceDoor(backend))('/openapi.json')).body;
  return {
    ...{ backend, office },
    atOffice: endpointsOf(officeDocument),
    atDevices: endpointsOf(deviceDocument),
  };
}

const isLetIn = (status: number) => status !== 401 && status !== 403;

test("the office's door lets in exactly the roles that its document names", async () => {
  const { office, atOffice } = await bothDoors();
  const keys = await Promise.all(
    roles.map(async (role) => ({ role, key: await office.key(role) })),
  );
  expect(atOffice.length).toBeGreaterThan(2);

  for (const { method, path, security } of atOffice) {
    const stranger = await office.ask(path, { method });
    const liar = await office.ask(path, { method, key: apiKeyText(new Uint8Array(32).fill(99)) });
    expect([path, isLetIn(stranger.status)]).toEqual([path, security === undefined]);
    expect([path, isLetIn(liar.status)]).toEqual([path, security === undefined]);
    for (const { role, key } of keys) {
      const { status } = await office.ask(path, { method, key });
      const isNamed = security === undefined || (security.officeKey ?? []).includes(role);
      expect([method, path, role, isLetIn(status)]).toEqual([method, path, role, isNamed]);
    }
  }
});

test("the devices' door lets in no stranger, and no key of the office", async () => {
  const { backend, office, atDevices } = await bothDoors();
  const stranger = await atDeviceDoor(backend);
  const key = await office.key('admin');
  const device = await atDeviceDoor(backend, 'bus-1');

  for (const { method, path, security } of atDevices) {
    const expected = security === undefined;
    expect([path, isLetIn((await stranger(path, method)).status)]).toEqual([path, expected]);
    expect([path, isLetIn((await stranger(path, method, key)).status)]).toEqual([path, expected]);
    expect([path, isLetIn((await device(path, method)).status)]).toEqual([path, true]);
  }
});

test('neither door has what is behind the other', async () => {
  const { backend, office, atOffice, atDevices } = await bothDoors();
  const device = await atDeviceDoor(backend, 'bus-1');
  const key = await office.key('admin');
  const paths = (listed: readonly Documented[]) =>
    listed.filter(({ security }) => security !== undefined);

  for (const { method, path } of paths(atDevices)) {
    expect(await office.ask(path, { method, key })).toMatchObject(nowhere);
  }
  for (const { method, path } of paths(atOffice)) {
    expect(await device(path, method, key)).toMatchObject(nowhere);
  }
});

const nowhere = { status: 404, body: { code: 'sync/no-such-path' } };

test('a revoked key is a stranger at once', async () => {
  const { backend, office } = await bothDoors();
  const key = await office.key('admin');
  const before = await office.ask('/v1/keys', { key });

  await backend.store.apiKeys.revoke('admin-1', { by: 'test', at: 2 });
  const after = await office.ask('/v1/keys', { key });

  expect(before.status).toBe(200);
  expect(after).toMatchObject({ status: 401, body: { code: 'office/no-key' } });
});

test('tells who has keys and who changed what, and never a key', async () => {
  const { office } = await bothDoors();
  const key = await office.key('admin');
  await office.key('clerk');

  const keys = await office.ask('/v1/keys', { key });
  const audit = await office.ask('/v1/audit?limit=1', { key });
  const earlier = await office.ask('/v1/audit?before=2', { key });

  expect(keys.body.keys).toMatchObject([{ name: 'admin-1' }, { name: 'clerk-2' }]);
  expect(audit.body.entries).toMatchObject([{ number: 2, action: 'key-added', by: 'test' }]);
  expect(earlier.body.entries).toMatchObject([{ number: 1, subject: 'admin-1 (admin)' }]);
  expect(JSON.stringify([keys, audit])).not.toContain('halte_');
});

test.each(['limit=0', 'limit=x', 'limit=501', 'before=-1'])(
  'refuses the query %s',
  async (query) => {
    const { office } = await bothDoors();

    const answer = await office.ask(`/v1/audit?${query}`, { key: await office.key('admin') });

    expect(answer).toMatchObject({ status: 400, body: { code: 'sync/bad-request' } });
  },
);
