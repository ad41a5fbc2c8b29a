import { expect, test, vi } from 'vitest';
import { someNow } from '../../../sim/testing/builders.ts';
import { aBatch, someRows, testDevice } from '../../../sim/testing/ledger-builders.ts';
import { anOfficeDoor } from '../../../sim/testing/office-door.ts';
import { aTestBackend } from '../../../sim/testing/test-backend.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 30_000 });

test('shows the devices, and the rows that it cannot read with their bytes', async () => {
  const backend = await aTestBackend();
  const office = await anOfficeDoor(backend);
  await backend.store.ingest(aBatch([...someRows(2), new Uint8Array([0xff])]), someNow);
  const key = await office.key('inspector');

  const devices = await office.ask('/v1/devices', { key });
  const undigested = await office.ask('/v1/undigested?limit=5', { key });

  expect(devices.body.devices).toMatchObject([{ device: testDevice, rows: 3, health: null }]);
  expect(undigested.body.rows).toEqual([{ device: testDevice, epoch: 1, seq: 3, bytes: 'ff' }]);
});
