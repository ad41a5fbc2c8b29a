/** Payments on the whole bus: the runtime, the payment desk and the acquirer's twin, under one seed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { reasons } from '../src/core/reason.ts';
import { halteTicketText } from '../src/core/ticket/issue.ts';
import { pauseMs, unansweredMax } from '../src/runtime/authoriser.ts';
import { declinesMax } from '../src/runtime/declined-payments.ts';
import { type Bus, startBus } from './bus.ts';
import { createQrisTapPhone } from './cards/qris-tap-phone.ts';
import { wallets } from './city.ts';
import { createSimEntropy } from './sim-chance.ts';
import { syntheticQris } from './synthetic-qris.ts';

/** Real files: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

async function aBus(): Promise<Bus> {
  const folder = mkdtempSync(join(tmpdir(), 'halte-bus-'));
  const bus = startBus({ seed: 1, folder });
  onTestFinished(async () => {
    await bus.stop();
    rmSync(folder, { recursive: true });
  });
  await bus.clock.advance(10);
  return bus;
}

const codeOf = (rider: number) =>
  syntheticQris(wallets.gopay, createSimEntropy(rider), { rider, account: '5A' });

const phoneOf = (rider: number) =>
  createQrisTapPhone({ entropy: createSimEntropy(rider), nextCode: () => codeOf(rider) });

async function scan(bus: Bus, text: string, ms = 2_000): Promise<void> {
  bus.scanner.send(`${text}\r\n`);
  await bus.clock.advance(ms);
}

const lights = ({ indicator }: Bus) =>
  indicator.signals.map(({ light, fields }) => `${light} ${fields.reason}`);

/** What the ledger says of each tap, oldest first. */
const taps = ({ ledger }: Bus) =>
  ledger.audit.entries(100).flatMap(({ row }) => (row?.kind === 'tap' ? [row] : []));

const day = 24 * 60 * 60_000;

test('accepts a payment code that the acquirer approves, and charges it once', async () => {
  const bus = await aBus();

  await scan(bus, codeOf(1), 20_000);

  expect(lights(bus)).toEqual(['green payment-authorised']);
  expect(taps(bus)).toMatchObject([{ basis: 'authorised', amount: 3_500 }]);
  expect(bus.acquirer.charges).toMatchObject([{ amount: 3_500 }]);
  bus.clock.stepWall(2 * day);
  await bus.clock.advance(10_000);
  expect(bus.discrepancies).toEqual([]);
});

test('refuses whoever the acquirer declines, with 244, whatever may be taken at risk', async () => {
  const bus = await aBus();
  await scan(bus, codeOf(1));
  bus.acquirer.setBalance(taps(bus)[0]?.accountKey ?? new Uint8Array(), 0);
  await bus.clock.advance(60 * 60_000);

  await scan(bus, syntheticQris(wallets.gopay, createSimEntropy(99), { rider: 1 }));

  expect(lights(bus)).toEqual(['green payment-authorised', 'red payment-declined']);
  expect(reasons['payment-declined'].code).toBe(244);
});

/** A bus on which rider 1 has ridden an hour ago, and whose account is empty since. */
async function aBusWithAnEmptyAccount(): Promise<Bus> {
  const bus = await aBus();
  await scan(bus, codeOf(1));
  bus.acquirer.setBalance(accountOf(bus), 0);
  await bus.clock.advance(60 * 60_000);
  return bus;
}

const accountOf = (bus: Bus) => taps(bus)[0]?.accountKey ?? new Uint8Array();

/** The wallet of rider 1 shows another code each time. */
const newCodeOf = (number: number) =>
  syntheticQris(wallets.gopay, createSimEntropy(100 + number), { rider: 1, account: '5A' });

const refusals = ({ ledger }: Bus) =>
  ledger.audit.entries(1_000).flatMap(({ row }) => (row?.kind === 'refusals' ? [row] : []));

test('asks once about a declined code that is held up for a minute, and counts the rest', async () => {
  const bus = await aBusWithAnEmptyAccount();

  for (let time = 0; time < 25; time += 1) await scan(bus, newCodeOf(1), 2_000);
  expect(bus.acquirer.asked).toBe(2);
  expect(lights(bus).slice(1)).toEqual(Array(25).fill('red payment-declined'));
  await bus.clock.advance(20_000);

  expect(taps(bus).slice(1)).toMatchObject([{ authorisation: expect.any(Uint8Array) }]);
  expect(refusals(bus)).toMatchObject([{ reason: 'payment-declined', count: 24 }]);
  await scan(bus, newCodeOf(1));
  expect(bus.acquirer.asked).toBe(3);
});

test('asks three times a minute about a wallet that shows a new code each time', async () => {
  const bus = await aBusWithAnEmptyAccount();

  for (let time = 0; time < 25; time += 1) await scan(bus, newCodeOf(time), 2_000);

  expect(bus.acquirer.asked).toBe(1 + declinesMax);
  await bus.clock.advance(75_000);
  expect(taps(bus).slice(1)).toHaveLength(declinesMax);
  expect(refusals(bus).reduce((sum, { count }) => sum + count, 0)).toBe(25 - declinesMax);
});

test('asks again a moment after a no, and forgets it with the yes', async () => {
  const bus = await aBusWithAnEmptyAccount();
  await scan(bus, newCodeOf(1), 6_000);
  bus.acquirer.setBalance(accountOf(bus), 50_000);

  await scan(bus, newCodeOf(2), 30 * 60_000);
  await scan(bus, newCodeOf(3));

  expect(lights(bus).slice(1)).toEqual([
    'red payment-declined',
    'green payment-authorised',
    'green payment-authorised',
  ]);
});

test('serves the other reader while one waits for the acquirer', async () => {
  const bus = await aBus();
  bus.acquirer.setBehaviour({ latencyMs: 1_000 });
  const from = bus.clock.wallNow() - 1_000;
  const order = { kind: 'single', product: 'harian', from, until: from + day } as const;

  bus.cards.present(phoneOf(1));
  await bus.clock.advance(200);
  await scan(bus, halteTicketText(bus.office.issue(order)), 10);
  expect(lights(bus)).toEqual(['green ticket-valid']);
  await bus.clock.advance(2_000);

  expect(lights(bus)).toEqual(['green ticket-valid', 'green payment-authorised']);
});

test('waits for a phone that pays by QRIS Tap as long as for a QR: it need not be held', async () => {
  const bus = await aBus();
  bus.acquirer.setBehaviour({ latencyMs: 1_300 });

  bus.cards.present(phoneOf(1));
  await bus.clock.advance(100);
  bus.cards.remove();
  await bus.clock.advance(2_000);

  expect(lights(bus)).toEqual(['green payment-authorised']);
});

test('accepts one code at one door, and the other door’s charge is taken back', async () => {
  const bus = await aBus();

  bus.cards.present(phoneOf(1));
  bus.scanner.send(`${codeOf(1)}\r\n`);
  await bus.clock.advance(100);
  expect(lights(bus)).toEqual([]);
  await bus.clock.advance(1_000);
  expect(lights(bus).sort()).toEqual(['green payment-authorised', 'red already-tapped']);
  expect(bus.acquirer.asked).toBe(2);
  await bus.clock.advance(20_000);

  expect(bus.acquirer.charges).toHaveLength(1);
  expect(bus.discrepancies).toEqual([]);
});

test.each([
  ['says nothing', { isSilent: true }],
  ['answers too late', { latencyMs: 1_600 }],
  ['does not know', { isUnsure: true }],
])('takes a payment at risk when the acquirer %s, and charges nothing', async (_what, how) => {
  const bus = await aBus();
  bus.acquirer.setBehaviour(how);

  await scan(bus, codeOf(1), 1_550);
  expect(lights(bus)).toEqual(['green risk-within-limits']);
  expect(taps(bus)).toMatchObject([{ basis: 'risk-accepted' }]);
  await bus.clock.advance(20_000);

  expect(bus.acquirer.charges).toEqual([]);
});

/** The payment is charged, and from then on nothing of payments arrives any more. */
async function payWithLostReply(bus: Bus): Promise<void> {
  bus.payments.setFaults({ replyLost: 1 });
  await scan(bus, codeOf(1), 170);
  bus.payments.setFaults({ requestLost: 1 });
}

test('takes back what was charged while the answer was lost, once there is a link', async () => {
  const bus = await aBus();
  bus.backend.setFaults({ requestLost: 1 });
  await payWithLostReply(bus);
  await bus.clock.advance(20_000);
  expect(bus.acquirer.charges).toHaveLength(1);

  bus.payments.setFaults({});
  await bus.clock.advance(60_000);

  expect(bus.acquirer.charges).toEqual([]);
});

test('takes back by the tap’s row what the device has no other way to take back', async () => {
  const bus = await aBus();
  await payWithLostReply(bus);

  await bus.clock.advance(60_000);

  expect(lights(bus)).toEqual(['green risk-within-limits']);
  expect(bus.acquirer.charges).toEqual([]);
});

test('keeps no rider waiting any more after some waited in vain, and asks again later', async () => {
  const bus = await aBus();
  bus.acquirer.setBehaviour({ isSilent: true });
  for (let rider = 0; rider < unansweredMax; rider += 1) await scan(bus, codeOf(rider));

  await scan(bus, codeOf(7), 20);
  expect(lights(bus)).toHaveLength(unansweredMax + 1);
  expect(taps(bus).at(-1)?.authorisation).toBeUndefined();
  bus.acquirer.setBehaviour({});
  await bus.clock.advance(pauseMs);
  await scan(bus, codeOf(8));

  expect(lights(bus).at(-1)).toBe('green payment-authorised');
  expect(bus.events).toContainEqual(expect.objectContaining({ event: 'payments-answered' }));
});
