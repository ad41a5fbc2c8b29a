import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { createTestIo } from '../../sim/testing/test-device.ts';
import { openSqliteStore } from '../backend/sql-store.ts';
import { approveDevice, listDevices, revokeDevice } from './devices.ts';

/** Real files: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const fingerprint = '7Q4M-0000-1111-ABCD-WXYZ';

/** An office with one device that waits. */
async function anOffice() {
  const file = join(aFolder(), 'backend.db');
  const clock = createSystemClock();
  const store = openSqliteStore(file);
  await store.identities.enrol(
    { device: 'bus-1', fingerprint, note: 'H 1234 AB\u001b[2J' },
    clock.wallNow(),
  );
  await store.close();
  const io = createTestIo();
  return { io, options: { db: `sqlite:${file}` }, deps: { io, clock } };
}

test('lists who waits, without what a stranger hid in the note', async () => {
  const { io, options, deps } = await anOffice();

  expect(await listDevices(options, deps)).toBe(0);

  expect(io.outs[1]).toMatch(/^bus-1 +waiting +7Q4M-0000-1111-ABCD-WXYZ +- +- +H 1234 AB·\[2J$/);
});

test('approves a key as it was told on the telephone, and revokes the device', async () => {
  const { io, options, deps } = await anOffice();
  const state = async () => {
    await listDevices({ ...options, json: true }, deps);
    return JSON.parse(io.outs.at(-1) ?? '').state;
  };

  await approveDevice('bus-1', '7q4m oooo iiil abcd wxyz', { options, deps });
  expect(await state()).toBe('approved');
  await revokeDevice('bus-1', { options, deps });

  expect(await state()).toBe('revoked');
});

test.each([
  ['devices/no-such-key', 'bus-2', fingerprint],
  ['devices/no-such-key', 'bus-1', '7Q4M-0000-1111-ABCD-WXY0'],
  ['devices/bad-fingerprint', 'bus-1', '7Q4M'],
  ['devices/bad-fingerprint', 'bus-1', '7Q4M-0000-1111-ABCD-WXYU'],
])('says %s for %s and %s', async (code, device, typed) => {
  const { options, deps } = await anOffice();

  await expect(approveDevice(device, typed, { options, deps })).rejects.toMatchObject({ code });
});

test('says devices/bad-serial for what is none', async () => {
  const { options, deps } = await anOffice();
  const wrong = { ...options, serial: 'xyz' };

  await expect(revokeDevice('bus-1', { options: wrong, deps })).rejects.toMatchObject({
    code: 'devices/bad-serial',
  });
});
