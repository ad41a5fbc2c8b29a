import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { fill } from '../../sim/testing/ledger-builders.ts';
import { aTestDevice, withLedger } from '../../sim/testing/test-device.ts';
import { readDeviceConfig } from '../config/device-config.ts';
import { openDeviceIdentity } from './device-identity.ts';

/** Real files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

function withoutUmask(): void {
  const umask = process.umask(0);
  onTestFinished(() => void process.umask(umask));
}

test('makes a data folder and a ledger that other users cannot read, whatever the umask', async () => {
  withoutUmask();
  const { config, folder } = await aTestDevice();
  const dataDir = join(folder, 'data');

  const modes = withLedger(config, (ledger) => {
    fill(ledger, 1);
    return readdirSync(dataDir).map((name) => [name, modeOf(join(dataDir, name))]);
  });

  expect(modeOf(dataDir)).toBe('700');
  expect(modes).toEqual([
    ['ledger.db', '600'],
    ['ledger.db-wal', '600'],
  ]);
});

test('closes a ledger to others that lies readable in a folder for all', async () => {
  withoutUmask();
  const { config, folder } = await aTestDevice();
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir, { mode: 0o755 });
  withLedger(config, () => {});
  chmodSync(join(dataDir, 'ledger.db'), 0o666);

  withLedger(config, () => {});

  expect(modeOf(dataDir)).toBe('755');
  expect(modeOf(join(dataDir, 'ledger.db'))).toBe('600');
});

test.each(['file', 'file/data', 'file/below/data'])(
  'says that %s cannot be a data folder where a file is in the way',
  async (dataDir) => {
    const { config, folder } = await aTestDevice({ dataDir });
    writeFileSync(join(folder, 'file'), '');

    expect(() => withLedger(config, () => {})).toThrow(
      expect.objectContaining({
        code: 'ledger/cannot-open',
        message: expect.stringContaining(join(folder, dataDir)),
        hint: expect.stringContaining('folder'),
      }),
    );
  },
);

test('names a certificate that is none before anything is sent', async () => {
  const { config, folder } = await aTestDevice();
  writeFileSync(join(folder, 'device.pem'), 'no certificate');
  const { device, backend } = readDeviceConfig(config);

  expect(() => backend && openDeviceIdentity(device, backend)).toThrow(
    expect.objectContaining({
      code: 'config/invalid',
      message: expect.stringContaining('device.pem'),
    }),
  );
});
