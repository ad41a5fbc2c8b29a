/** The driver's desk of a running `halte run`: its own socket, ledger and console, a line to scan on. */
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { createPtyLine, isSocatInstalled, type PtyLine } from '../../sim/pty-line.ts';
import {
  aTestDevice,
  createTestIo,
  eventually,
  startRun,
  type TestDevice,
  withLedger,
} from '../../sim/testing/test-device.ts';
import { halteTicketText } from '../core/ticket/issue.ts';
import { controlSocketPath } from '../runtime/control-socket.ts';
import { driverRequestBytesMax } from '../runtime/driver-route.ts';
import { listTaps } from './taps.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 20_000 });

const merchant = join(import.meta.dirname, '../../fixtures/merchant.json');
const console = [{ type: 'console' }];

interface Reply {
  readonly status: number | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/** As `curl --unix-socket` does. */
function post({ folder }: TestDevice, body: string): Promise<Reply> {
  const socketPath = controlSocketPath(join(folder, 'data'));
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method: 'POST', path: '/driver' }, async (response) => {
      const text = Buffer.concat(await response.toArray()).toString();
      resolve({ status: response.statusCode, body: JSON.parse(text) });
    });
    call.once('error', reject);
    call.end(body);
  });
}

const press = (device: TestDevice, action: object) => post(device, JSON.stringify(action));

async function aRunningDevice(change: object = {}) {
  const device = await aTestDevice({ indicators: console, merchant, ...change });
  const run = startRun(device.config);
  await eventually(() =>
    expect(run.events()).toContainEqual(expect.objectContaining({ event: 'ready' })),
  );
  return { device, ...run };
}

async function aScanner({ workshop }: TestDevice): Promise<PtyLine> {
  const line = await createPtyLine({ path: workshop.scannerPath });
  onTestFinished(() => line.close());
  return line;
}

function aTicketText({ workshop }: TestDevice): string {
  const from = createSystemClock().wallNow() - 3_600_000;
  const order = { kind: 'single', product: 'ride' } as const;
  return halteTicketText(workshop.office.issue({ ...order, from, until: from + 7_200_000 }));
}

async function listed(device: TestDevice): Promise<string> {
  const io = createTestIo();
  await listTaps({ config: device.config }, io);
  return io.outs.join('\n');
}

test('sells, counts and takes back over the socket, and the list of taps tells it', async () => {
  const { device, stop } = await aRunningDevice();

  const sold = await press(device, { action: 'cash-fare', riders: 2, riderCategory: 'lansia' });
  const takenBack = await press(device, { action: 'void-last' });
  const again = await press(device, { action: 'void-last' });
  await press(device, { action: 'count', riders: 3, riderCategory: 'pelajar' });
  const list = await listed(device);
  await stop();

  expect(sold).toMatchObject({ status: 200, body: { fields: { fare: 'Rp 2.000' } } });
  expect(takenBack).toMatchObject({ status: 200, body: { text: { en: 'Taken back: Rp 2.000' } } });
  expect(again).toMatchObject({ status: 409, body: { code: 'driver/already-voided' } });
  expect(list).toMatch(/cash-fare .* 2 × lansia +2000 +no/);
  expect(list).toMatch(/void .* driver \d+\/1 +- +no/);
  expect(list).toMatch(/rider-count .* 3 × pelajar +- +no/);
});

test.each([
  ['no JSON', 'void', 400],
  ['an action that there is not', '{"action":"refund"}', 400],
  ['what is longer than any action', ' '.repeat(driverRequestBytesMax + 1), 413],
])('refuses %s with a code and a hint, and goes on', async (_what, body, status) => {
  const { device } = await aRunningDevice();

  const refused = await post(device, body);
  const next = await press(device, { action: 'inspect', on: false });

  expect(refused).toMatchObject({
    ...{ status, body: { code: 'driver/bad-request', hint: expect.any(String) } },
  });
  expect(next).toMatchObject({ status: 200 });
});

test('draws the code for a fare on the console', async () => {
  const { device, io } = await aRunningDevice();

  const shown = await press(device, { action: 'fare-code' });

  expect(shown).toMatchObject({ status: 200, body: { fields: { fare: 'Rp 3.500' } } });
  expect(io.outs[0]).toMatch(/amber +qr +shown +fare-code +Rp 3\.500/);
  expect(io.outs.slice(1).join('')).toMatch(/^[█▀▄ ]{1000,}$/);
});

test('does not begin with a merchant file that is none', async () => {
  const device = await aTestDevice({ merchant: 'merchant.json' });
  writeFileSync(join(device.folder, 'merchant.json'), '{"name": "X"}');

  await expect(startRun(device.config).running).rejects.toMatchObject({ code: 'config/invalid' });
});

test.skipIf(!isSocatInstalled())(
  'lets a ticket board again whose tap was taken back, and shows it to an inspector (skipped without socat)',
  async () => {
    const { device, io, stop } = await aRunningDevice();
    const line = await aScanner(device);
    const ticket = aTicketText(device);
    await eventually(async () => {
      await line.send(`${ticket}\r\n`);
      expect(io.outs).toEqual([expect.stringContaining('green')]);
    });
    await press(device, { action: 'void-last' });

    await createSystemClock().sleep(1_200);
    await line.send(`${ticket}\r\n`);
    await eventually(() => expect(io.outs).toHaveLength(2));
    await press(device, { action: 'inspect', on: true });
    await createSystemClock().sleep(1_200);
    await line.send(`${ticket}\r\n`);
    await eventually(() => expect(io.outs).toHaveLength(3));
    await stop();

    expect(io.outs[1]).toContain('green');
    expect(io.outs[2]).toMatch(/amber +qr +inspected .* 1 taps/);
  },
);

test.skipIf(!isSocatInstalled())(
  'writes few rows of a thousand frames of noise, and takes the ticket after them (skipped without socat)',
  async () => {
    const { device, io, stop } = await aRunningDevice();
    const line = await aScanner(device);
    const ticket = aTicketText(device);
    await eventually(async () => {
      await line.send('first\r\n');
      expect(io.outs.length).toBeGreaterThan(0);
    });

    // More than waits in the queue is dropped, as at a door where nobody could hold up so many.
    for (let frame = 0; frame < 1_000; frame += 1) await line.send(`noise ${frame}\r\n`);
    await eventually(async () => {
      await line.send(`${ticket}\r\n`);
      expect(io.outs.at(-1)).toContain('green');
    });
    await stop();

    const rows = withLedger(device.config, ({ audit }) => audit.entries(1_000));
    const counts = rows.map(({ row }) => (row?.kind === 'refusals' ? row.count : 1));
    expect(io.outs.length).toBeGreaterThan(20);
    expect(rows.length).toBeLessThan(10);
    expect(counts.reduce((sum, count) => sum + count)).toBe(io.outs.length);
  },
);
