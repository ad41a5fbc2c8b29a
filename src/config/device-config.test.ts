import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { observedQrisTap } from '../core/card/qris-tap.ts';
import { readDeviceConfig } from './device-config.ts';

const folder = fileURLToPath(new URL('../../fixtures/config/valid', import.meta.url));

test('fills in every default of the least configuration', () => {
  expect(readDeviceConfig(join(folder, 'device-least.json'))).toEqual({
    device: 'bus-1',
    dataDir: join(folder, 'data'),
    rules: join(folder, 'rules-least.json'),
    identifierKey: join(folder, 'identifier.key'),
    readers: [
      {
        type: 'serial',
        name: 'front',
        path: '/dev/qr',
        baudRate: 9_600,
        terminator: '\r\n',
        aimIdentifier: 'optional',
        interByteTimeoutMs: 100,
      },
    ],
    indicators: [{ type: 'console' }],
    backend: undefined,
    cards: undefined,
    gnss: undefined,
    vehicle: {},
    sync: { intervalMs: 2_000, startJitterMs: 5_000 },
    targets: undefined,
    lists: { keyVersion: 1 },
    retentionDays: 30,
  });
});

test('keeps what is given instead of the defaults', () => {
  expect(readDeviceConfig(join(folder, 'device-full.json'))).toMatchObject({
    readers: [
      { baudRate: 115_200, terminator: '\r', aimIdentifier: 'none', interByteTimeoutMs: 50 },
      { type: 'pcsc', name: 'rear', slot: 'ACS ACR1252' },
    ],
    vehicle: { vehicleId: 'H-1', routeId: '1' },
    sync: { intervalMs: 5_000, startJitterMs: 0 },
    retentionDays: 90,
  });
});

test('takes relative paths from the folder of the file and leaves absolute ones', () => {
  const config = readDeviceConfig(join(folder, 'device-full.json'));
  const { dataDir, rules, identifierKey, readers, indicators, backend, cards, gnss } = config;

  expect(readers[0]).toMatchObject({ path: join(folder, 'scanner') });
  expect({ dataDir, rules, identifierKey, indicators }).toEqual({
    dataDir: '/var/lib/halte',
    rules: join(folder, 'rules-full.json'),
    identifierKey: join(folder, 'keys/identifier.key'),
    indicators: [{ type: 'console' }, { type: 'log', path: join(folder, 'signals.log') }],
  });
  expect(gnss).toEqual({ path: join(folder, 'gnss'), baudRate: 38_400 });
  expect(backend).toMatchObject({
    url: 'https://backend.example:8443',
    ca: join(folder, 'certs/ca.pem'),
    cert: join(folder, 'certs/bus-1.pem'),
    key: '/etc/halte/bus-1.key',
  });
  expect(cards?.keyStore).toMatchObject({
    module: '/usr/lib/softhsm/libsofthsm2.so',
    pinFile: join(folder, 'keys/token.pin'),
  });
});

test('takes a file of card keys from the folder of the configuration', () => {
  const file = changed('device-full.json', { cards: { keyStore: { type: 'file', path: 'keys' } } });

  expect(readDeviceConfig(file).cards).toEqual({
    keyStore: { type: 'file', path: join(dirname(file), 'keys') },
  });
});

test('asks phones for QRIS Tap as observed, but for what is configured', () => {
  const file = changed('device-full.json', { cards: { qrisTap: { more: '91af' } } });

  expect(readDeviceConfig(file).cards).toEqual({
    keyStore: undefined,
    qrisTap: { ...observedQrisTap, more: '91af' },
  });
});

test.each([
  ['select', '00a404000e325041592e5359532e4444463031'],
  ['select', '00a4040007a0000006021010'],
  ['readRecord', '00b20104'],
  ['readRecord', '00b0NN00'],
  ['more', '61FF'],
  ['more', '9000'],
])('does not take for QRIS Tap %s %s', (key, value) => {
  const file = changed('device-full.json', { cards: { qrisTap: { [key]: value } } });

  expect(() => readDeviceConfig(file)).toThrow(/cards\.qrisTap/);
});

test('takes an origin with a final slash, and every terminator of single bytes', () => {
  const { readers: written, backend: before } = JSON.parse(
    readFileSync(join(folder, 'device-full.json'), 'utf8'),
  );
  const [serial, card] = written;
  const readers = [{ ...serial, path: '/dev/qr', terminator: '\u0000\u0003\u0085\u00ff' }, card];
  const backend = { ...before, url: 'https://backend.example/' };

  expect(readDeviceConfig(changed('device-full.json', { readers, backend }))).toMatchObject({
    readers,
    backend: { url: backend.url },
  });
});

/** @returns a copy, in a folder of its own. */
function changed(name: string, change: object): string {
  const file = join(aFolder(), 'device.json');
  const written = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  writeFileSync(file, JSON.stringify({ ...written, ...change }));
  return file;
}
