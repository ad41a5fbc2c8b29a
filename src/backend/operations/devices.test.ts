import { expect, test, vi } from 'vitest';
import { anOfficeDoor } from '../../../sim/testing/office-door.ts';
import { aTestBackend } from '../../../sim/testing/test-backend.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 20_000 });

const key = { device: 'bus-1', fingerprint: '7Q4M-0000-1111-ABCD-WXYZ' };

async function anOffice() {
  const backend = await aTestBackend();
  await backend.store.identities.enrol({ ...key, note: 'H 1234 AB' }, 1_000);
  const office = await anOfficeDoor(backend);
  const admin = await office.key('admin');
  const post = (path: string, fields: object) =>
    office.ask(path, { method: 'POST', key: admin, json: fields });
  return { backend, office, admin, post };
}

test('shows an inspector who waits, and lets only an admin approve', async () => {
  const { office } = await anOffice();
  const inspector = await office.key('inspector');

  const listed = await office.ask('/v1/device-keys', { key: inspector });
  const approved = await office.ask('/v1/device-keys/approve', {
    ...{ method: 'POST', key: inspector, json: key },
  });

  expect(listed.body).toMatchObject({ keys: [{ ...key, state: 'waiting', note: 'H 1234 AB' }] });
  expect(approved).toMatchObject({ status: 403 });
});

test('approves by the fingerprint alone that was compared, and revokes, both in the audit', async () => {
  const { backend, post } = await anOffice();
  const other = { ...key, fingerprint: '7Q4M-0000-1111-ABCD-WXY0' };

  expect(await post('/v1/device-keys/approve', other)).toMatchObject({
    status: 404,
    body: { code: 'devices/no-such-key' },
  });
  expect(await post('/v1/device-keys/approve', key)).toMatchObject({ status: 200 });
  expect(await post('/v1/device-keys/revoke', { device: 'bus-1' })).toMatchObject({ status: 200 });

  expect(await backend.store.audit.entries(2)).toMatchObject([
    { action: 'device-revoked', subject: 'bus-1', by: expect.stringMatching(/^key:/) },
    { action: 'device-approved', subject: `bus-1 ${key.fingerprint}` },
  ]);
});

test('refuses what is no fingerprint', async () => {
  const { post } = await anOffice();

  expect(await post('/v1/device-keys/approve', { ...key, fingerprint: '7Q4M' })).toMatchObject({
    status: 400,
  });
});
