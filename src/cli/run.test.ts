import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { createSimCardField } from '../../sim/card-field.ts';
import type { CardModel } from '../../sim/cards/card-model.ts';
import { createQrisTapPhone } from '../../sim/cards/qris-tap-phone.ts';
import { createPtyLine, isSocatInstalled } from '../../sim/pty-line.ts';
import { createSimEntropy } from '../../sim/sim-chance.ts';
import { syntheticQris } from '../../sim/synthetic-qris.ts';
import { bytesOf, gopay } from '../../sim/testing/builders.ts';
import { aTestBackend } from '../../sim/testing/test-backend.ts';
import {
  aTestDevice,
  connectDevice,
  createTestIo,
  eventually,
  fillLedger,
  ledgerFile,
  startRun,
  type TestDevice,
  withLedger,
} from '../../sim/testing/test-device.ts';
import { canMakeTinyDisk, createTinyDisk } from '../../sim/testing/tiny-disk.ts';
import { hex } from '../core/bytes.ts';
import { halteTicketText } from '../core/ticket/issue.ts';
import { controlSocketPath } from '../runtime/control-socket.ts';
import { askControl } from './control-client.ts';
import { run } from './run.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const named = (event: string, code?: string) =>
  expect.objectContaining(code === undefined ? { event } : { event, code });

/** What commands end with when they cannot even begin. */
const failureOf = ({ config }: TestDevice) => run(config, createTestIo()).catch((error) => error);

const hourMs = 3_600_000;

function aTicketText({ workshop }: TestDevice): string {
  const from = createSystemClock().wallNow() - hourMs;
  const order = { kind: 'single', product: 'ride' } as const;
  return halteTicketText(workshop.office.issue({ ...order, from, until: from + 2 * hourMs }));
}

test('starts although its scanner is missing, says so with a hint, and ends well', async () => {
  const { events, stop } = startRun((await aTestDevice()).config);

  await eventually(() => expect(events()).toContainEqual(named('reader-failed')));

  expect(events()).toContainEqual(named('ready'));
  expect(events()).toContainEqual(
    expect.objectContaining({
      ...{ event: 'reader-failed', reader: 'scanner', code: 'reader/not-found' },
      ...{ at: expect.any(Number), hint: expect.stringContaining('scanner') },
    }),
  );
  expect(await stop()).toBe(0);
});

test('goes on with a damaged ledger: sets it aside, says so, delivers what it held', async () => {
  const device = await aTestDevice();
  const backend = await aTestBackend(device.workshop);
  connectDevice(device, backend.url);
  fillLedger(device, 20);
  const damaged = readFileSync(ledgerFile(device)).fill(0, 0, 4_096);
  writeFileSync(ledgerFile(device), damaged);

  const all = expect.objectContaining({ event: 'synced', unsent: 0 });
  const { events, stop } = startRun(device.config);
  await eventually(() => expect(events()).toContainEqual(all));
  const socket = controlSocketPath(join(device.folder, 'data'));
  const status = await askControl(socket, 'GET', '/status');
  await stop();

  const kept = { resumed: 20, stranded: 0, missing: 0 };
  expect(events()[0]).toMatchObject({ event: 'ledger-set-aside', ...kept });
  expect(status).toMatchObject({ rescue: { cause: 'the header of the database', ...kept } });
  expect(withLedger(device.config, ({ outbox }) => outbox.unsent)).toBe(0);
  expect(await backend.store.summary(device.workshop.device)).toMatchObject({ accepted: 20 });
});

test.skipIf(!isSocatInstalled())(
  'takes a tap on a real line and delivers it (skipped without socat)',
  async () => {
    const device = await aTestDevice({ indicators: [{ type: 'console' }] });
    const backend = await aTestBackend(device.workshop);
    connectDevice(device, backend.url);
    const line = await createPtyLine({ path: device.workshop.scannerPath });
    onTestFinished(() => line.close());
    const { io, events, stop } = startRun(device.config);
    const text = aTicketText(device);

    await eventually(async () => {
      await line.send(`${text}\r\n`);
      expect(io.outs).toEqual([expect.stringContaining('green')]);
    });
    await eventually(() => expect(events()).toContainEqual(named('synced')));
    await stop();

    expect(await backend.store.summary(device.workshop.device)).toMatchObject({ accepted: 1 });
  },
);

test('keeps taps, and says why, before a backend with a wrong certificate', async () => {
  const device = await aTestDevice();
  const impostor = await aTestBackend({ receiptKey: device.workshop.receiptKey });
  connectDevice(device, impostor.url);
  fillLedger(device, 2);
  const { events, stop } = startRun(device.config);

  await eventually(() =>
    expect(events()).toContainEqual(named('sync-failed', 'sync/server-untrusted')),
  );
  await stop();

  expect(withLedger(device.config, ({ outbox }) => outbox.unsent)).toBe(2);
});

test('keeps taps, and says why, while the backend is down', async () => {
  const device = await aTestDevice();
  fillLedger(device, 2);
  const { events, stop } = startRun(device.config);

  await eventually(() => expect(events()).toContainEqual(named('sync-failed', 'sync/unreachable')));
  await stop();

  expect(withLedger(device.config, ({ outbox }) => outbox.unsent)).toBe(2);
});

test('keeps taps without a backend', async () => {
  const device = await aTestDevice();
  fillLedger(device, 1);
  const { backend, ...rest } = JSON.parse(readFileSync(device.config, 'utf8'));
  writeFileSync(device.config, JSON.stringify(rest));
  const { events, stop } = startRun(device.config);

  await eventually(() => expect(events()).toContainEqual(named('ready')));

  expect(await stop()).toBe(0);
  expect(backend).toBeDefined();
  expect(withLedger(device.config, ({ outbox }) => outbox.unsent)).toBe(1);
});

test('goes on with its epoch and seq after it was stopped', async () => {
  const device = await aTestDevice();
  fillLedger(device, 3);
  const head = withLedger(device.config, (ledger) => ledger.head);
  const { events, stop } = startRun(device.config);

  await eventually(() => expect(events()).toContainEqual(named('ready')));
  await stop();

  expect(events()[0]).toMatchObject({ event: 'ready', epoch: head.epoch, seq: 3 });
});

test('turns a second validator on the same ledger away', async () => {
  const device = await aTestDevice();
  const { events } = startRun(device.config);
  await eventually(() => expect(events()).toContainEqual(named('ready')));

  expect(await failureOf(device)).toMatchObject({ code: 'ledger/in-use' });
});

test.each([
  ['rules', 'rules/agency.txt', 'rules/invalid'],
  ['the CA', 'ca.pem', 'config/invalid'],
  ['its certificate', 'device.pem', 'config/invalid'],
  ['its key', 'device.key', 'config/invalid'],
])('names the file when %s cannot be read', async (_what, file, code) => {
  const device = await aTestDevice();
  rmSync(join(device.folder, file));

  expect(await failureOf(device)).toMatchObject({
    code,
    message: expect.stringContaining(basename(file)),
    hint: expect.any(String),
  });
});

test.each([
  [
    'as its profile in the configuration tells',
    { qrisTap: { more: '91af' } },
    'risk-within-limits',
  ],
  ['as observed without one', {}, 'card-answer-invalid'],
])('asks a phone for QRIS Tap %s', async (_, cards, reason) => {
  const device = await aTestDevice({ indicators: [{ type: 'console' }], cards });
  const field = createSimCardField({ clock: createSystemClock() });
  const { io, events } = startRun(device.config, { readers: [field] });
  await eventually(() => expect(events()).toContainEqual(named('ready')));

  field.present(aPhoneThatSays91af());

  await eventually(() => expect(io.outs.join('\n')).toContain(reason));
});

/** It tells of more records with the status of DESFire. */
function aPhoneThatSays91af(): CardModel {
  const entropy = createSimEntropy(1);
  const nextCode = () => syntheticQris(gopay, entropy);
  const phone = createQrisTapPhone({ entropy, nextCode }, { recordBytes: 90 });
  const said = (answer: string) => answer.replace(/61ff$/, '91af');
  return { ...phone, respond: (apdu) => bytesOf(said(hex(phone.respond(apdu)))) };
}

test('names a log indicator that cannot be opened', async () => {
  const device = await aTestDevice({ indicators: [{ type: 'log', path: 'missing/signals.log' }] });

  expect(await failureOf(device)).toMatchObject({
    code: 'indicator/cannot-open',
    message: expect.stringContaining('missing/signals.log'),
    hint: expect.stringContaining('folder'),
  });
});

test('names the key that it does not know', async () => {
  const device = await aTestDevice({ reader: [] });

  expect(await failureOf(device)).toMatchObject({
    code: 'config/invalid',
    message: expect.stringContaining('did you mean "readers"?'),
  });
});

test.skipIf(!canMakeTinyDisk())(
  'names a data folder that it cannot write to (skipped where tmpfs cannot be mounted)',
  async () => {
    const disk = createTinyDisk(1024 * 1024);
    onTestFinished(() => disk.close());
    const device = await aTestDevice({ dataDir: disk.folder });
    fillLedger(device, 1);
    disk.makeReadOnly();

    expect(await failureOf(device)).toMatchObject({
      code: 'ledger/read-only',
      hint: expect.stringContaining('writable'),
    });
  },
);

/** Listens until the test ends. */
async function aTakenPort(): Promise<{ readonly port: number; free(): void }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, free: () => void server.close() };
}

/** What the page of a display is told, as it comes. */
async function listenTo(port: number) {
  const { body } = await fetch(`http://127.0.0.1:${port}/signals`);
  let text = '';
  const reading = (async () => {
    for await (const piece of body ?? []) text += Buffer.from(piece).toString();
  })();
  reading.catch(() => {});
  return () => text;
}

test('tells the page on its screen when it is ready, and what became of a card', async () => {
  const { port, free } = await aTakenPort();
  free();
  const device = await aTestDevice({ indicators: [{ type: 'display', port }] });
  const field = createSimCardField({ clock: createSystemClock() });
  const { events } = startRun(device.config, { readers: [field] });
  await eventually(() => expect(events()).toContainEqual(named('ready')));
  const told = await listenTo(port);

  field.present(aPhoneThatSays91af());

  await eventually(() => expect(told()).toContain('event: signal\ndata: {"light":"amber"'));
  expect(told()).toContain('data: {"inService":true');
});

test('names a display whose port is taken', async () => {
  const { port } = await aTakenPort();
  const device = await aTestDevice({ indicators: [{ type: 'display', port }] });

  expect(await failureOf(device)).toMatchObject({
    code: 'indicator/cannot-open',
    message: expect.stringContaining(String(port)),
  });
});
