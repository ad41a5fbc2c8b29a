import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { halteTicketText } from '../src/core/ticket/issue.ts';
import { type Bus, type BusOptions, simDevice, startBus } from './bus.ts';
import { createForeignCard } from './cards/foreign-card.ts';
import { createTicketPhone } from './cards/ticket-phone.ts';
import { wallets } from './city.ts';
import { createSimEntropy } from './sim-chance.ts';
import { syntheticQris } from './synthetic-qris.ts';

/** Real files: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const hourMs = 60 * 60 * 1_000;

async function aBus(options: Partial<BusOptions> = {}): Promise<Bus> {
  const folder = mkdtempSync(join(tmpdir(), 'halte-bus-'));
  const bus = startBus({ seed: 1, folder, ...options });
  onTestFinished(async () => {
    await bus.stop();
    rmSync(folder, { recursive: true });
  });
  await bus.clock.advance(10);
  return bus;
}

function aTicket(bus: Bus, kind: 'single' | 'pass' = 'single'): Uint8Array {
  const from = bus.clock.wallNow() - hourMs;
  return bus.office.issue({ kind, product: 'harian', from, until: from + 24 * hourMs });
}

async function scan(bus: Bus, text: string): Promise<void> {
  bus.scanner.send(`${text}\r\n`);
  await bus.clock.advance(20);
}

async function hold(bus: Bus, ...args: Parameters<Bus['cards']['present']>): Promise<void> {
  bus.cards.present(...args);
  await bus.clock.advance(500);
  bus.cards.remove();
  await bus.clock.advance(1_500);
}

const lights = (bus: Bus) =>
  bus.indicator.signals.map(({ light, fields }) => `${light} ${fields.reason}`);

test('accepts a ticket by QR, a ticket by phone and a payment code, and delivers all three', async () => {
  const bus = await aBus();

  await scan(bus, halteTicketText(aTicket(bus)));
  await hold(bus, createTicketPhone(aTicket(bus)));
  await scan(bus, syntheticQris(wallets.gopay, createSimEntropy(7)));
  await bus.clock.advance(20_000);

  expect(lights(bus)).toEqual([
    'green ticket-valid',
    'green ticket-valid',
    'green payment-authorised',
  ]);
  expect(bus.ledger.outbox.unsent).toBe(0);
  expect(await bus.store.summary(simDevice)).toMatchObject({
    rows: 3,
    accepted: 3,
    amounts: { IDR: 3_500 },
  });
});

test('takes a held phone that is read twenty times as one tap', async () => {
  const bus = await aBus();
  const text = halteTicketText(aTicket(bus));

  for (let reading = 0; reading < 20; reading += 1) {
    await scan(bus, text);
    await bus.clock.advance(250);
  }

  expect(lights(bus)).toEqual(['green ticket-valid']);
  expect(bus.ledger.head.seq).toBe(1);
});

test('takes two phones that are held side by side, read in turns, as one tap each', async () => {
  const bus = await aBus();
  const texts = [halteTicketText(aTicket(bus)), halteTicketText(aTicket(bus))];

  for (let reading = 0; reading < 10; reading += 1) {
    await scan(bus, texts[reading % 2] ?? '');
    await bus.clock.advance(130);
  }

  expect(new Set(lights(bus))).toEqual(new Set(['green ticket-valid']));
  expect(bus.ledger.head.seq).toBe(2);
});

test('shows green again after line noise came between two readings of one ticket', async () => {
  const bus = await aBus();
  const text = halteTicketText(aTicket(bus));

  await scan(bus, text);
  bus.scanner.send('half a fra');
  await bus.clock.advance(150);
  await scan(bus, text);

  expect(lights(bus)).toEqual([
    'green ticket-valid',
    'amber frame-incomplete',
    'green ticket-valid',
  ]);
  expect(bus.ledger.head.seq).toBe(2);
});

test('lets a pass in again after a clock that ran a year ahead was set right', async () => {
  const bus = await aBus();
  const from = bus.clock.wallNow() - hourMs;
  const until = from + 3 * 366 * 24 * hourMs;
  const text = halteTicketText(bus.office.issue({ kind: 'pass', product: 'bulanan', from, until }));
  bus.clock.stepWall(365 * 24 * hourMs);
  await scan(bus, text);
  bus.clock.stepWall(-365 * 24 * hourMs);
  await bus.clock.advance(2_000);

  await scan(bus, text);

  expect(lights(bus)).toEqual(['green ticket-valid', 'green ticket-valid']);
});

test('refuses the same single ride by phone after it was used by QR', async () => {
  const bus = await aBus();
  const ticket = aTicket(bus);

  await scan(bus, halteTicketText(ticket));
  await hold(bus, createTicketPhone(ticket));

  expect(lights(bus)).toEqual(['green ticket-valid', 'red already-tapped']);
});

test('accepts one ticket once when it is held to both readers in the same moment', async () => {
  const bus = await aBus();
  const ticket = aTicket(bus);

  bus.cards.present(createTicketPhone(ticket));
  bus.scanner.send(`${halteTicketText(ticket)}\r\n`);
  await bus.clock.advance(100);

  expect(lights(bus).sort()).toEqual(['green ticket-valid', 'red already-tapped']);
});

test('lets a rider whose phone was lifted too early try again at once', async () => {
  const bus = await aBus();
  const phone = createTicketPhone(aTicket(bus));

  bus.cards.present(phone, { tearAfterApdus: 1 });
  await bus.clock.advance(100);
  bus.cards.present(phone);
  await bus.clock.advance(100);

  expect(lights(bus)).toEqual(['amber card-gone', 'green ticket-valid']);
});

test('shows red for a foreign card, amber for one that it cannot connect to', async () => {
  const bus = await aBus();

  await hold(bus, createForeignCard());
  bus.cards.failConnect();
  await bus.clock.advance(10);

  expect(lights(bus)).toEqual(['red unknown-card', 'amber connect-failed']);
});

test('goes on after its scanner was unplugged and plugged in again', async () => {
  const bus = await aBus();

  bus.scanner.unplug();
  await bus.clock.advance(3_000);
  bus.scanner.replug();
  await bus.clock.advance(6_000);
  await scan(bus, halteTicketText(aTicket(bus)));

  expect(lights(bus)).toEqual(['green ticket-valid']);
  expect(bus.events).toContainEqual(
    expect.objectContaining({ event: 'reader-failed', code: 'reader/unplugged' }),
  );
});

test('delivers every tap exactly once through a backend that fails half of its replies', async () => {
  const bus = await aBus({ seed: 5, faults: { requestLost: 0.1, busy: 0.1, replyLost: 0.5 } });

  for (let rider = 0; rider < 40; rider += 1) {
    await scan(bus, syntheticQris(wallets.ovo, createSimEntropy(rider), { rider }));
    await bus.clock.advance(5_000);
  }
  await bus.clock.advance(hourMs);

  expect(bus.backend.uploads.lost).toBeGreaterThan(0);
  expect(bus.ledger.outbox.unsent).toBe(0);
  expect(await bus.store.summary(simDevice)).toMatchObject({ rows: 40, amounts: { IDR: 140_000 } });
}, 60_000);

test('records a jump of the wall clock before the tap that follows it', async () => {
  const bus = await aBus();

  bus.clock.stepWall(-3 * hourMs);
  await scan(bus, 'not a ticket');

  const kinds = bus.ledger.audit.entries(10).map(({ row }) => row?.kind);
  expect(kinds).toEqual(['clock-step', 'tap']);
});

test('notes where the bus was', async () => {
  const route = [{ at: 5, latitude: -6.9666, longitude: 110.4166 }];
  const bus = await aBus({ route });

  await scan(bus, 'not a ticket');

  expect(bus.ledger.audit.entries(1)[0]?.row).toMatchObject({
    latitude: -6_966_600,
    longitude: 110_416_600,
    vehicleId: 'SIM-1',
  });
});

test('does the same under the same seed, to the last hash', async () => {
  const day = async () => {
    const bus = await aBus({ seed: 42, faults: { replyLost: 0.3 } });
    for (let rider = 0; rider < 10; rider += 1) {
      await scan(bus, syntheticQris(wallets.dana, createSimEntropy(rider), { rider }));
      await bus.clock.advance(30_000);
    }
    const { head } = bus.ledger;
    await bus.stop();
    return { head, events: bus.events, signals: bus.indicator.signals };
  };

  expect(await day()).toEqual(await day());
});
