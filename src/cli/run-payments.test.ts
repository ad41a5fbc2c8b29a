/** `halte run` before a real backend with an acquirer: mutual TLS, real files, real time. */
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { createSerialBarcodeReader } from '../../device/serial/serial-barcode-reader.ts';
import { wallets } from '../../sim/city.ts';
import { createSimSerialLine } from '../../sim/serial-line.ts';
import { createSimAcquirer } from '../../sim/sim-acquirer.ts';
import { createSimEntropy } from '../../sim/sim-chance.ts';
import { syntheticQris } from '../../sim/synthetic-qris.ts';
import { tapsOnDisk } from '../../sim/testing/ledger-builders.ts';
import { aTestBackend } from '../../sim/testing/test-backend.ts';
import {
  aTestDevice,
  connectDevice,
  createTestIo,
  eventually,
} from '../../sim/testing/test-device.ts';
import { run } from './run.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const codeOf = (rider: number) => syntheticQris(wallets.gopay, createSimEntropy(rider), { rider });

/** A validator with a scanner that a test holds codes to, and everything behind it. */
async function aPayingBus() {
  const clock = createSystemClock();
  const acquirer = createSimAcquirer({ clock }, { latencyMs: 20 });
  const device = await aTestDevice({ indicators: [{ type: 'console' }] });
  const backend = await aTestBackend({ ...device.workshop, provider: acquirer });
  connectDevice(device, backend.url);
  const line = createSimSerialLine({ clock });
  const scanner = { name: 'scanner', path: 'simulated' };
  const reader = createSerialBarcodeReader({ clock, openPort: line.openPort }, scanner);
  const ledger = join(device.folder, 'data', 'ledger.db');
  const greens: { readonly basis: string | undefined; readonly onDisk: number }[] = [];
  const show = ({ light, fields }: { light: string; fields: Readonly<Record<string, string>> }) => {
    if (light === 'green')
      greens.push({
        basis: fields.basis,
        onDisk: tapsOnDisk(ledger, device.workshop.device).length,
      });
  };
  const io = createTestIo();
  const running = run(device.config, io, { readers: [reader], indicators: [{ show }] });
  onTestFinished(async () => {
    io.stop();
    await running.catch(() => {});
  });
  await line.opened();
  const scan = (rider: number) => line.send(`${codeOf(rider)}\r\n`);
  return { acquirer, backend, device, io, scan, greens };
}

test('shows green for what the acquirer approved, once the row is in the file', async () => {
  const { scan, greens, acquirer, backend, device } = await aPayingBus();

  scan(1);

  await eventually(() => expect(greens).toEqual([{ basis: 'authorised', onDisk: 1 }]));
  expect(acquirer.charges).toMatchObject([{ device: device.workshop.device, amount: 3_500 }]);
  await eventually(async () =>
    expect(await backend.store.summary(device.workshop.device)).toMatchObject({ accepted: 1 }),
  );
  expect(await backend.store.authorisations.discrepancies(Number.MAX_SAFE_INTEGER, 0)).toEqual([]);
});

test('shows red for what the acquirer declined', async () => {
  const { scan, io, acquirer } = await aPayingBus();
  const { pay } = acquirer;
  acquirer.pay = (payment, signal) => {
    acquirer.setBalance(payment.accountKey ?? payment.tokenKey, 0);
    return pay(payment, signal);
  };

  scan(1);

  await eventually(() => expect(io.outs).toEqual([expect.stringContaining('payment-declined')]));
});

test('takes it at risk when the acquirer is silent, and the charge is given back', async () => {
  const { scan, greens, acquirer } = await aPayingBus();
  acquirer.setBehaviour({ isSilent: true });

  scan(1);

  await eventually(() => expect(greens).toEqual([{ basis: 'risk-accepted', onDisk: 1 }]));
  expect(acquirer.asked).toBe(1);
  await eventually(() => expect(acquirer.charges).toEqual([]));
});
