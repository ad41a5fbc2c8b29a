import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { aTestBackend } from '../../sim/testing/test-backend.ts';
import {
  aTestDevice,
  connectDevice,
  createTestIo,
  eventually,
  fillLedger,
  startRun,
  type TestDevice,
} from '../../sim/testing/test-device.ts';
import { drain } from './drain.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

async function drains({ config }: TestDevice, json = false) {
  const io = createTestIo();
  const exitCode = await drain({ config, json }, io);
  return { exitCode, ...io };
}

/** A device with three rows, and its backend. */
async function aDeviceWithBackend() {
  const device = await aTestDevice();
  const backend = await aTestBackend(device.workshop);
  connectDevice(device, backend.url);
  fillLedger(device, 3);
  const rows = async () => (await backend.store.summary(device.workshop.device)).rows;
  return { device, backend, rows };
}

test('sends everything and proves that nothing is left', async () => {
  const { device, rows } = await aDeviceWithBackend();

  const first = await drains(device);
  const again = await drains(device, true);

  expect(first).toMatchObject({ exitCode: 0, outs: ['0 rows unsent'], errs: [] });
  expect(again).toMatchObject({ exitCode: 0, outs: ['{"unsent":0}'] });
  expect(await rows()).toBe(3);
});

test('ends with 1 while the backend cannot be reached, and loses nothing', async () => {
  const device = await aTestDevice();
  fillLedger(device, 3);

  const { exitCode, errs } = await drains(device);

  expect(exitCode).toBe(1);
  expect(errs[0]).toMatch(/^sync\/unreachable: .*\n→ check the network/);
  expect(errs[1]).toBe('sync/not-drained: 3 rows are still unsent');
  expect(errs[2]).toMatch(/do not wipe this device/);
});

test('ends with 1 while the backend cannot store, and tells the count as JSON', async () => {
  const { device, backend, rows } = await aDeviceWithBackend();
  backend.failing = true;

  const { exitCode, outs } = await drains(device, true);

  expect(exitCode).toBe(1);
  expect(JSON.parse(outs[0] ?? '')).toMatchObject({ unsent: 3, failure: { code: 'sync/later' } });
  expect(await rows()).toBe(0);
});

test('lets a running validator do it', async () => {
  const { device, rows } = await aDeviceWithBackend();
  const { events } = startRun(device.config);
  await eventually(() =>
    expect(events()).toContainEqual(expect.objectContaining({ event: 'ready' })),
  );

  expect(await drains(device)).toMatchObject({ exitCode: 0, outs: ['0 rows unsent'] });
  expect(await rows()).toBe(3);
});

test('says what is missing where no backend is configured', async () => {
  const device = await aTestDevice();
  fillLedger(device, 1);
  const { backend, ...rest } = JSON.parse(readFileSync(device.config, 'utf8'));
  writeFileSync(device.config, JSON.stringify(rest));

  await expect(drains(device)).rejects.toMatchObject({ code: 'config/no-backend' });
  expect(backend).toBeDefined();
});

test('draws how far it is, beside a running validator and alone', async () => {
  const { device } = await aDeviceWithBackend();
  const drawn: string[] = [];
  const draw = (text: string) => void drawn.push(text);
  fillLedger(device, 1_200);

  await drain({ config: device.config }, createTestIo(), draw);
  const alone = drawn.splice(0).join('');
  startRun(device.config);
  await eventually(async () => expect((await drains(device)).exitCode).toBe(0));
  await drain({ config: device.config }, createTestIo(), draw);

  expect(alone).toMatch(/rows █+░+ +4\d %/);
  expect(drawn.join('')).toContain('100 %');
});
