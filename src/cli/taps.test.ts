import { mkdirSync } from 'node:fs';
import Database from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import { someNow } from '../../sim/testing/builders.ts';
import {
  aTestDevice,
  createTestIo,
  eventually,
  fillLedger,
  ledgerFile,
  startRun,
  type TestDevice,
  withLedger,
} from '../../sim/testing/test-device.ts';
import { readDeviceConfig } from '../config/device-config.ts';
import { signEpochGrant } from '../core/ledger/epoch-grant.ts';
import { createDeviceSpareGrant } from './device-parts.ts';
import { listTaps, verifyTaps } from './taps.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

async function aDeviceWithTaps(rows = 3): Promise<TestDevice> {
  const device = await aTestDevice();
  fillLedger(device, rows);
  return device;
}

async function runs(command: typeof listTaps, device: TestDevice, json = false) {
  const io = createTestIo();
  const exitCode = await command({ config: device.config, json }, io);
  return { exitCode, ...io };
}

test('lists every tap of a validator that does not run, under a heading', async () => {
  const { exitCode, outs } = await runs(listTaps, await aDeviceWithTaps());

  expect(exitCode).toBe(0);
  expect(outs).toHaveLength(4);
  expect(outs[0]).toMatch(/^epoch +origin +seq +time +kind +medium +outcome/);
  const time = new Date(someNow).toISOString().slice(0, 19);
  expect(outs[3]).toMatch(
    new RegExp(`^\\d+ +provisional +3 +${time} +tap +qr +accepted .* 0 +no$`),
  );
});

test('lists as JSON, one row a line', async () => {
  const { outs } = await runs(listTaps, await aDeviceWithTaps(2), true);

  expect(outs.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ seq: 1, sent: false, row: expect.objectContaining({ kind: 'tap' }) }),
    expect.objectContaining({ seq: 2 }),
  ]);
});

test('lists and verifies beside a running validator, which alone has the ledger open', async () => {
  const device = await aDeviceWithTaps();
  const { events } = startRun(device.config);
  await eventually(() =>
    expect(events()).toContainEqual(expect.objectContaining({ event: 'ready' })),
  );

  const listed = await runs(listTaps, device);
  const verified = await runs(verifyTaps, device);

  expect(() => withLedger(device.config, () => {})).toThrow(
    expect.objectContaining({ code: 'ledger/in-use' }),
  );
  expect(listed.outs).toHaveLength(4);
  expect(verified.exitCode).toBe(0);
  expect(verified.outs).toEqual([
    '3 rows, chain unbroken',
    expect.stringMatching(/^epoch \d+, provisional: 3 rows written, 3 unsent$/),
  ]);
});

test('says how many rows hold, also as JSON', async () => {
  const device = await aDeviceWithTaps();

  expect(await runs(verifyTaps, device)).toMatchObject({
    ...{ exitCode: 0, outs: ['3 rows, chain unbroken', expect.anything()], errs: [] },
  });
  const json = await runs(verifyTaps, device, true);
  const epochs = [expect.objectContaining({ origin: 'provisional', lastSeq: 3, durableSeq: 0 })];
  expect(JSON.parse(json.outs[0] ?? '')).toEqual({ rows: 3, epochs });
});

test('shows which epochs the backend granted', async () => {
  const device = await aTestDevice();
  const config = readDeviceConfig(device.config);
  const grant = { device: config.device, epoch: 5, issuedAt: someNow };
  mkdirSync(config.dataDir, { recursive: true });
  const isKept = createDeviceSpareGrant(config).keep(
    signEpochGrant(device.workshop.receiptKey, grant),
  );
  fillLedger(device, 2);

  const listed = await runs(listTaps, device);
  const verified = await runs(verifyTaps, device);

  expect(isKept).toBe(true);
  expect(listed.outs[2]).toMatch(/^5 +granted +2 /);
  expect(verified.outs[1]).toBe('epoch 5, granted: 2 rows written, 2 unsent');
  expect(createDeviceSpareGrant(config)).toMatchObject({ isHeld: false, usedThrough: 5 });
});

test('ends with 1, a place and a next step when somebody changed the ledger', async () => {
  const device = await aDeviceWithTaps();
  const raw = new Database(ledgerFile(device));
  raw.exec("update row set bytes = x'00' where seq = 2");
  raw.close();

  const { exitCode, errs } = await runs(verifyTaps, device);
  const json = await runs(verifyTaps, device, true);

  expect(exitCode).toBe(1);
  expect(errs[0]).toMatch(/^ledger\/chain-broken: epoch \d+ seq 2: hash does not match$/);
  expect(errs[1]).toMatch(/^→ keep the data folder/);
  expect(JSON.parse(json.outs[0] ?? '')).toMatchObject({ rows: 1, broken: { seq: 2 } });
});

test.each([listTaps, verifyTaps])('%o says so where there is no ledger', async (command) => {
  await expect(runs(command, await aTestDevice())).rejects.toMatchObject({
    code: 'ledger/not-found',
    hint: expect.stringContaining('dataDir'),
  });
});
