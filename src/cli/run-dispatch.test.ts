/** A dispatcher's word, from the office's door to the bus, over real HTTPS. */
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { anOfficeDoor } from '../../sim/testing/office-door.ts';
import { aTestBackend } from '../../sim/testing/test-backend.ts';
import {
  aTestDevice,
  connectDevice,
  eventually,
  fillLedger,
  startRun,
} from '../../sim/testing/test-device.ts';
import { readDeviceConfig } from '../config/device-config.ts';
import { controlSocketPath } from '../runtime/control-socket.ts';
import { askControl } from './control-client.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 60_000 });

/** A device that its backend knows, and the office that may send it about. */
async function aDispatchedDevice() {
  const device = await aTestDevice();
  const backend = await aTestBackend(device.workshop);
  const office = await anOfficeDoor(backend);
  connectDevice(device, backend.url);
  fillLedger(device, 1);
  const { dataDir } = readDeviceConfig(device.config);
  const trip = async () => {
    const status = await askControl(controlSocketPath(dataDir), 'GET', '/status');
    return (status as { readonly trip: object }).trip;
  };
  const first = startRun(device.config);
  const known = async () => (await backend.store.summary(device.workshop.device)).rows;
  await eventually(async () => expect(await known()).toBe(1));
  await first.stop();
  return { device, office, trip, path: `/v1/devices/${device.workshop.device}/assignment` };
}

test('a bus drives what the dispatcher said, from its next heartbeat on', async () => {
  const { device, office, trip, path } = await aDispatchedDevice();
  const key = await office.key('clerk');
  const json = { trip: { routeId: 'koridor-2' } };

  const given = await office.ask(path, { method: 'POST', key, json });
  startRun(device.config);

  expect(given).toMatchObject({ status: 200, body: { id: expect.stringMatching(/^order-\d+$/) } });
  await eventually(async () =>
    expect(await trip()).toMatchObject({ routeId: 'koridor-2', assignedBy: 'dispatcher' }),
  );
});

test('a bus goes on, and says so, when it is sent where no bus of its timetable goes', async () => {
  const { device, office, trip, path } = await aDispatchedDevice();
  const key = await office.key('admin');
  const json = { trip: { routeId: 'to-the-moon' } };

  await office.ask(path, { method: 'POST', key, json });
  const { events } = startRun(device.config);

  await eventually(() =>
    expect(events()).toContainEqual(
      expect.objectContaining({ event: 'order-refused', code: 'driver/unknown-route' }),
    ),
  );
  expect(await trip()).not.toMatchObject({ routeId: 'to-the-moon' });
});

test.each([
  [{ trip: { routeId: '' } }, 400],
  [{ trip: { routeId: 'koridor-1', directionId: 2 } }, 400],
  [{}, 400],
])('the office is told that %j is no order', async (json, status) => {
  const { office, path } = await aDispatchedDevice();
  const key = await office.key('clerk');

  expect((await office.ask(path, { method: 'POST', key, json })).status).toBe(status);
});

test('the office is told that it has no such device', async () => {
  const { office } = await aDispatchedDevice();
  const key = await office.key('clerk');

  const path = join('/v1/devices', 'bus-99', 'assignment');
  const answer = await office.ask(path, { method: 'POST', key, json: { trip: null } });

  expect(answer).toMatchObject({ status: 404, body: { code: 'office/no-such-device' } });
});
