import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { makeTestCertificates } from '../../sim/test-certificates.ts';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import {
  aTestDevice,
  createTestIo,
  eventually,
  fillLedger,
  startRun,
  type TestDevice,
  withLedger,
} from '../../sim/testing/test-device.ts';
import { openSqliteStore } from '../backend/sql-store.ts';
import { exportTaps } from './taps-export.ts';
import { importFromStick, type TapsImportOptions } from './taps-import.ts';

/** Real files, keys and sockets: a busy machine needs its time. */
vi.setConfig({ testTimeout: 20_000 });

const now = createSystemClock().wallNow();

/** A device whose rows never met a network, an empty stick, and the files of its office. */
async function aStick(rows = 3) {
  const device = await aTestDevice();
  fillLedger(device, rows);
  const { folder, workshop } = device;
  const office = {
    db: `sqlite:${join(aFolder(), 'backend.db')}`,
    deviceCa: join(folder, 'ca.pem'),
    sealingKey: [workshop.sealingKeyFile],
    receiptKey: workshop.receiptKeyFile,
  };
  return { device, office, stick: aFolder() };
}

async function exported({ config }: TestDevice, out: string, json = false) {
  const io = createTestIo();
  const exitCode = await exportTaps({ config, out, json }, { io, now, draw: undefined });
  return { exitCode, outs: io.outs };
}

async function imported(file: string, options: TapsImportOptions) {
  const io = createTestIo();
  const exitCode = await importFromStick(file, options, { io, draw: undefined });
  return { exitCode, outs: io.outs, errs: io.errs };
}

const theFileOn = (stick: string) => join(stick, readdirSync(stick).sort()[0] ?? '');
const unsentOf = ({ config }: TestDevice) => withLedger(config, (ledger) => ledger.outbox.unsent);

async function heldAt(office: { readonly db: string }, { workshop }: TestDevice) {
  const store = openSqliteStore(office.db.slice('sqlite:'.length));
  onTestFinished(() => store.close());
  return store.summary(workshop.device);
}

test('carries rows to the office and receipts back, and nothing is left unsent', async () => {
  const { device, office, stick } = await aStick(1_200);

  const { exitCode, outs } = await exported(device, stick);
  const file = theFileOn(stick);
  const taken = await imported(file, office);
  const back = await imported(`${file}.receipts`, { config: device.config });

  expect(exitCode).toBe(0);
  expect(outs[0]).toMatch(/^1200 rows in .*demo-bus-1-.*\.taps\n→ at the office/);
  expect(taken).toMatchObject({ exitCode: 0, errs: [] });
  expect(await heldAt(office, device)).toMatchObject({ rows: 1_200, forked: 0 });
  expect(back).toMatchObject({ exitCode: 0, outs: ['3 receipts taken, 0 rows unsent'] });
  expect(unsentOf(device)).toBe(0);
});

test('does not count twice what is imported again, or came by network too', async () => {
  const { device, office, stick } = await aStick();
  await exported(device, stick);
  const file = theFileOn(stick);
  await imported(file, office);

  fillLedger(device, 2);
  await exported(device, join(stick, 'z-more.taps'));
  const again = await imported(file, office);
  const more = await imported(join(stick, 'z-more.taps'), office);

  expect([again.exitCode, more.exitCode]).toEqual([0, 0]);
  expect(await heldAt(office, device)).toMatchObject({ rows: 5, forked: 0 });
});

test('works beside a running validator', async () => {
  const { device, office, stick } = await aStick();
  const { events } = startRun(device.config);
  await eventually(() => expect(events().map(({ event }) => event)).toContain('ready'));

  await exported(device, stick);
  const file = theFileOn(stick);
  await imported(file, office);
  const back = await imported(`${file}.receipts`, { config: device.config });

  expect(back.outs).toEqual(['1 receipts taken, 0 rows unsent']);
});

test('keeps the rows on the device until receipts are back', async () => {
  const { device, stick } = await aStick();

  await exported(device, stick);

  expect(unsentOf(device)).toBe(3);
});

test('writes no file when every row has its receipt, and none over another', async () => {
  const { device, office, stick } = await aStick();
  await exported(device, stick);
  const file = theFileOn(stick);
  const overIt = exported(device, file);
  await expect(overIt).rejects.toMatchObject({ code: 'taps/file-exists' });
  await imported(file, office);
  await imported(`${file}.receipts`, { config: device.config });

  const { outs } = await exported(device, join(stick, 'none.taps'), true);

  expect(outs).toEqual(['{"rows":0}']);
  expect(existsSync(join(stick, 'none.taps'))).toBe(false);
});

test('holds nothing readable of a row', async () => {
  const { device, stick } = await aStick();
  await exported(device, stick);

  const bytes = readFileSync(theFileOn(stick));

  expect(bytes.includes('wallAt')).toBe(false);
  expect(bytes.includes('QRIS')).toBe(false);
});

test('takes nothing of a file that is cut anywhere', async () => {
  const { device, office, stick } = await aStick();
  await exported(device, stick);
  const file = theFileOn(stick);
  const { length } = readFileSync(file);

  for (const kept of [length - 1, length - 200, 700, 20]) {
    truncateSync(file, kept);
    await expect(imported(file, office)).rejects.toMatchObject({ code: 'taps/cut-short' });
  }
  truncateSync(file, 5);
  await expect(imported(file, office)).rejects.toMatchObject({ code: 'taps/not-a-tap-file' });
  expect(existsSync(office.db.slice('sqlite:'.length))).toBe(false);
});

test('takes nothing of a file with one bit changed, wherever it is', async () => {
  const { device, office, stick } = await aStick();
  await exported(device, stick);
  const file = theFileOn(stick);
  const whole = readFileSync(file);

  for (let at = 0; at < whole.length; at += 37) {
    writeFileSync(
      file,
      whole.map((byte, index) => (index === at ? byte ^ 1 : byte)),
    );
    await expect(imported(file, office)).rejects.toMatchObject({
      code: expect.stringMatching(/^taps\//),
    });
  }
  expect(existsSync(office.db.slice('sqlite:'.length))).toBe(false);
});

test('refuses the file of another operator, and keys that do not open it', async () => {
  const { device, office, stick } = await aStick();
  await exported(device, stick);
  const file = theFileOn(stick);
  const foreignCa = join(stick, 'z-ca.pem');
  writeFileSync(foreignCa, (await makeTestCertificates(now)).ca);

  const foreign = imported(file, { ...office, deviceCa: foreignCa });
  await expect(foreign).rejects.toMatchObject({ code: 'taps/foreign-device' });
  const closed = imported(file, { ...office, sealingKey: [office.receiptKey] });
  await expect(closed).rejects.toMatchObject({ code: 'taps/not-opened' });
});

test('tells of receipts that are not for this ledger, and of a file without any', async () => {
  const { device, office, stick } = await aStick();
  const other = await aStick();
  await exported(device, stick);
  const file = theFileOn(stick);
  await imported(file, office);

  const { exitCode, errs } = await imported(`${file}.receipts`, { config: other.device.config });
  const wrongFile = imported(file, { config: device.config });

  expect(exitCode).toBe(1);
  expect(errs[0]).toBe('taps/foreign-receipts: 1 receipts are not for this ledger');
  await expect(wrongFile).rejects.toMatchObject({ code: 'taps/no-receipts' });
});
