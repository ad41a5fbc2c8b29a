import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { DriverAction } from '../../device/driver-console.ts';
import { createSerialBarcodeReader } from '../../device/serial/serial-barcode-reader.ts';
import { createSimCardField } from '../../sim/card-field.ts';
import { semarangRules } from '../../sim/city.ts';
import { createSimDriverConsole } from '../../sim/driver-console.ts';
import { createRecordingIndicator } from '../../sim/recording-indicator.ts';
import { createSimSerialLine } from '../../sim/serial-line.ts';
import { createSimEntropy } from '../../sim/sim-chance.ts';
import { createSimClock } from '../../sim/sim-clock.ts';
import { aQrisCode, keyed, someNow } from '../../sim/testing/builders.ts';
import { aFolder, aLedger, testDevice } from '../../sim/testing/ledger-builders.ts';
import { aTransitCard, testKeyStore } from '../../sim/testing/transit-cards.ts';
import { createTicketOffice, type TicketOrder } from '../../sim/ticket-office.ts';
import { readMerchant } from '../config/merchant-file.ts';
import type { Policy, Tapping } from '../core/rules/policy.ts';
import { halteTicketText } from '../core/ticket/issue.ts';
import { inspectionEndsMs } from './inspector.ts';
import { fixedRules } from './rules-in-force.ts';
import { createValidator } from './validator.ts';

/** Real files, a card that computes: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const hourMs = 3_600_000;
const office = createTicketOffice(createSimEntropy(5), 'trans-semarang');
const semarang = semarangRules(office.trustedKey);
const driverPolicy = { ...semarang.policy.driver, failOpen: true };
const merchant = readMerchant(join(import.meta.dirname, '../../fixtures/merchant.json'));

type Kind = Pick<TicketOrder, 'kind' | 'product'>;

function aTicket(order: Kind = { kind: 'single', product: 'tiket' }): string {
  return halteTicketText(
    office.issue({ ...order, from: someNow - hourMs, until: someNow + 12 * hourMs }),
  );
}

/** A running bus of Semarang on a Monday at seven, and a driver who presses. */
async function aBus(policy: Partial<Policy> = {}, path = join(aFolder(), 'ledger.db')) {
  const clock = createSimClock({ wall: someNow });
  const scanner = createSimSerialLine({ clock });
  const cards = createSimCardField({ clock });
  const driver = createSimDriverConsole();
  const indicator = createRecordingIndicator({ clock });
  const ledger = aLedger({ path });
  const rules = {
    ...semarang,
    policy: { ...semarang.policy, driver: driverPolicy, ...policy },
  };
  const rulesNow = { rules };
  const validator = createValidator(
    {
      ...{ clock, random: { next: () => 0.5 }, ledger, indicators: [indicator], merchant },
      ...{ keyed, entropy: createSimEntropy(1), keyStore: testKeyStore, consoles: [driver] },
      readers: [
        createSerialBarcodeReader(
          { clock, openPort: scanner.openPort },
          { name: 'scanner', path: 'sim' },
        ),
        cards,
      ],
      inForce: {
        ...fixedRules(rules),
        get rules() {
          return rulesNow.rules;
        },
      },
      report: () => {},
    },
    {
      ...{ release: '0.1.0', bootId: 'boot-1', vehicleId: 'H-1', routeId: 'koridor-1' },
      sync: {
        ...{ device: testDevice, receiptKey: new Uint8Array(32) },
        ...{ intervalMs: 1_000, startJitterMs: 0, retentionMs: 1_000 },
      },
    },
  );
  const stopping = new AbortController();
  const running = validator.run(stopping.signal);
  const stop = async () => {
    stopping.abort();
    await running;
    ledger.close();
  };
  onTestFinished(stop);
  await clock.advance(10);
  return {
    ...{ clock, cards, ledger, path, stop, validator },
    press: (action: DriverAction) => driver.press(action),
    publish(changed: Partial<Policy>) {
      rulesNow.rules = { ...rules, policy: { ...rules.policy, ...changed } };
    },
    async scan(text: string) {
      scanner.send(`${text}\r\n`);
      await clock.advance(20);
    },
    /** Long enough away that it is presented anew. */
    leave: () => clock.advance(1_500),
    lights: () => indicator.signals.map(({ light, fields }) => `${light} ${fields.reason}`),
    signals: indicator.signals,
    rows: (kind: string) =>
      ledger.audit
        .entries(200)
        .map(({ row }) => row)
        .filter((row) => row?.kind === kind),
  };
}

test('sells cash fares of the tariff, by category, on record before it says so', async () => {
  const { press, rows, ledger } = await aBus();

  const pupils = await press({ action: 'cash-fare', riders: 2, riderCategory: 'pelajar' });
  const adult = await press({ action: 'cash-fare', riders: 1 });

  const { epoch } = ledger.head;
  expect(pupils).toMatchObject({ ok: true, fields: { fare: 'Rp 2.000', row: `${epoch}/1` } });
  expect(adult).toMatchObject({
    ...{ ok: true, text: { id: 'Tunai Rp 4.000', en: 'Cash Rp 4.000' } },
  });
  const at = { vehicleId: 'H-1', routeId: 'koridor-1', rulesVersion: 'semarang-2026-11' };
  expect(rows('cash-fare')).toEqual([
    expect.objectContaining({
      amount: 2_000,
      numRiders: 2,
      fareProduct: 'pelajar',
      riderCategory: 'pelajar',
      ...at,
    }),
    expect.objectContaining({
      amount: 4_000,
      numRiders: 1,
      fareProduct: 'umum',
      riderCategory: 'umum',
      ...at,
    }),
  ]);
});

test('names the categories that there are when it is given another', async () => {
  const { press, ledger } = await aBus();

  const answer = await press({ action: 'cash-fare', riders: 1, riderCategory: 'student' });

  expect(answer).toMatchObject({
    ...{ ok: false, code: 'driver/unknown-category' },
    text: { en: expect.stringMatching(/student \(umum, pelajar, mahasiswa/) },
  });
  expect(ledger.head.seq).toBe(0);
});

test('sells nothing for cash where the operator takes none', async () => {
  const { press } = await aBus({ driver: { voidWithinMs: 30_000, failOpen: false } });

  expect(await press({ action: 'cash-fare', riders: 1 })).toMatchObject({ code: 'driver/no-cash' });
});

test('counts riders by category', async () => {
  const { press, rows } = await aBus();

  await press({ action: 'count', riders: 3, riderCategory: 'lansia' });
  const unknown = await press({ action: 'count', riders: 3, riderCategory: 'nobody' });

  expect(rows('rider-count')).toMatchObject([{ riderCategory: 'lansia', numRiders: 3 }]);
  expect(unknown).toMatchObject({ code: 'driver/unknown-category' });
});

test('takes the last tap back, once, and the same ticket boards again', async () => {
  const { press, scan, leave, lights, rows, ledger } = await aBus();
  const ticket = aTicket();
  await scan(ticket);
  await leave();
  await scan(ticket);
  await leave();

  const first = await press({ action: 'void-last' });
  const second = await press({ action: 'void-last' });
  await scan(ticket);

  const { epoch } = ledger.head;
  expect(first).toMatchObject({ ok: true, fields: { voided: `${epoch}/1` } });
  expect(second).toMatchObject({ ok: false, code: 'driver/already-voided' });
  expect(lights()).toEqual(['green ticket-valid', 'red already-tapped', 'green ticket-valid']);
  expect(rows('void')).toMatchObject([{ voidedEpoch: epoch, voidedSeq: 1, cause: 'driver' }]);
});

test('takes a cash fare back and leaves the tap before it alone', async () => {
  const { press, scan, leave, lights } = await aBus();
  const ticket = aTicket();
  await scan(ticket);
  await press({ action: 'cash-fare', riders: 1 });

  const answer = await press({ action: 'void-last' });
  await leave();
  await scan(ticket);

  expect(answer).toMatchObject({ ok: true, fields: { fare: 'Rp 4.000' } });
  expect(lights().at(-1)).toBe('red already-tapped');
});

test('takes nothing back after half a minute, nor where nothing was accepted', async () => {
  const { press, scan, clock } = await aBus();
  const nothing = await press({ action: 'void-last' });
  await scan(aTicket());
  await clock.advance(30_001);

  expect(nothing).toMatchObject({ code: 'driver/nothing-to-void' });
  expect(await press({ action: 'void-last' })).toMatchObject({ code: 'driver/too-late' });
});

test('takes a tap back that was made before a restart', async () => {
  const before = await aBus();
  const ticket = aTicket();
  await before.scan(ticket);
  await before.stop();

  const { press, scan, lights } = await aBus({}, before.path);
  const answer = await press({ action: 'void-last' });
  await scan(ticket);

  expect(answer).toMatchObject({ ok: true });
  expect(lights()).toEqual(['green ticket-valid']);
});

test('does not take back what left a purse', async () => {
  const { press, cards, clock, lights } = await aBus();
  cards.present(await aTransitCard());
  await clock.advance(1_000);

  const answer = await press({ action: 'void-last' });

  expect(lights()).toEqual(['green fare-debited']);
  expect(answer).toMatchObject({ ok: false, code: 'driver/card-debited' });
});

test('shows the taps of an inspected ticket, in amber, and charges nothing', async () => {
  const { press, scan, leave, signals, rows } = await aBus();
  const ticket = aTicket();
  await scan(ticket);
  await leave();
  await press({ action: 'inspect', on: true });

  await scan(ticket);
  await scan(aTicket());

  expect(signals.slice(1)).toMatchObject([
    {
      light: 'amber',
      text: { id: 'Pemeriksaan: sudah tap', en: 'Inspection: tapped on this bus' },
      fields: { taps: '1 taps', tap1: '07:00 koridor-1 tiket Rp 0', validUntil: 'until 19:00' },
    },
    { light: 'amber', text: { en: 'Inspection: no tap on this bus' } },
  ]);
  expect(rows('inspection')).toMatchObject([
    { found: 1, reader: 'scanner', routeId: 'koridor-1' },
    { found: 0 },
  ]);
  expect(rows('tap')).toHaveLength(1);
});

test('shows a card without debiting it', async () => {
  const { press, cards, clock, lights, rows } = await aBus();
  await press({ action: 'inspect', on: true });

  cards.present(await aTransitCard());
  await clock.advance(1_000);

  expect(lights()).toEqual(['amber inspection']);
  expect(rows('card-intent')).toEqual([]);
});

test('ends inspection by itself, and does not charge whoever still holds a ticket', async () => {
  const { press, scan, clock, lights } = await aBus();
  const [ticket, other] = [aTicket(), aTicket()];
  await press({ action: 'inspect', on: true });
  for (let heldMs = 0; heldMs <= inspectionEndsMs; heldMs += 900) {
    await scan(ticket);
    await clock.advance(880);
  }

  await scan(ticket);
  await scan(other);

  expect(lights()).toEqual(['amber inspection', 'green ticket-valid']);
});

test('lets riders travel without a clock only while the switch is on', async () => {
  const { press, scan, clock, leave, lights, rows } = await aBus();
  clock.stepWall(-365 * 24 * hourMs);
  const code = Buffer.from(aQrisCode()).toString('latin1');
  await scan(code);
  await leave();

  await press({ action: 'fail-open', on: true });
  await scan(code);
  await leave();
  await press({ action: 'fail-open', on: false });
  await scan(code);

  expect(lights()).toEqual(['amber clock-untrusted', 'green fail-open', 'amber clock-untrusted']);
  expect(rows('fail-open')).toMatchObject([{ on: 1 }, { on: 0 }]);
  expect(rows('tap')).toMatchObject([{}, { basis: 'fail-open', amount: 0 }, {}]);
});

test('gives the switch only to drivers whose operator allows it, and is off after a start', async () => {
  const before = await aBus();
  await before.press({ action: 'fail-open', on: true });
  const wasOn = before.validator.driver.failOpen;
  await before.stop();

  const { press, validator } = await aBus({ driver: semarang.policy.driver }, before.path);

  expect(wasOn).toBe(true);
  expect(validator.driver.failOpen).toBeUndefined();
  expect(await press({ action: 'fail-open', on: true })).toMatchObject({
    code: 'driver/fail-open-not-allowed',
  });
});

test('takes the switch from drivers as soon as new rules withdraw it', async () => {
  const { press, scan, clock, leave, lights, publish } = await aBus();
  clock.stepWall(-365 * 24 * hourMs);
  const code = Buffer.from(aQrisCode()).toString('latin1');
  await press({ action: 'fail-open', on: true });
  await scan(code);
  await leave();

  publish({ driver: { ...driverPolicy, failOpen: false } });
  await scan(code);

  expect(lights()).toEqual(['green fail-open', 'amber clock-untrusted']);
});

test('shows a code for the fare, in amber, and knows it by its reference', async () => {
  const { press, signals, rows } = await aBus();

  const answer = await press({ action: 'fare-code' });

  const [row] = rows('fare-code');
  expect(row).toMatchObject({
    amount: 3_500,
    fareProduct: 'umum',
    reference: expect.stringMatching(/^[0-9A-F]{20}$/),
  });
  expect(signals).toMatchObject([{ light: 'amber', fields: { fare: 'Rp 3.500' } }]);
  const reference = row?.kind === 'fare-code' ? row.reference : '';
  expect(signals[0]?.code).toContain(`54043500`);
  expect(signals[0]?.code).toContain(reference);
  expect(answer).toMatchObject({ ok: true, fields: { reference } });
});

const twoTaps: Tapping = {
  ...{ mode: 'enter-and-exit', sameStopExitMs: 0, sameStopCharge: 'fare' },
  ...{ forgottenAfterMs: hourMs, forgottenCharge: 'maximum-fare', minimumBalance: 0 },
};

test('forgets an entry for whoever forgot to leave, after the medium was inspected', async () => {
  const { press, cards, clock, rows } = await aBus({ tapping: [twoTaps], passback: [] });
  const card = await aTransitCard();
  const hold = async () => {
    cards.present(card);
    await clock.advance(500);
    cards.remove();
    await clock.advance(1_500);
  };
  await hold();
  const uninspected = await press({ action: 'reset-entry' });
  await press({ action: 'inspect', on: true });
  await hold();
  await press({ action: 'inspect', on: false });

  const reset = await press({ action: 'reset-entry' });
  const again = await press({ action: 'reset-entry' });
  await hold();

  expect(uninspected).toMatchObject({ code: 'driver/nothing-inspected' });
  expect(reset).toMatchObject({ ok: true });
  expect(again).toMatchObject({ code: 'driver/no-open-entry' });
  expect(rows('tap')).toMatchObject([{ fareAction: 'enter' }, { fareAction: 'enter' }]);
});

test('takes an entry back that was reset, and leaves the ride before it alone', async () => {
  const { press, scan, leave, rows } = await aBus({ tapping: [twoTaps], passback: [] });
  const pass = aTicket({ kind: 'pass', product: 'langganan' });
  const present = async () => {
    await scan(pass);
    await leave();
  };
  for (const _ of ['enter', 'exit', 'enter']) await present();
  await press({ action: 'inspect', on: true });
  await present();
  await press({ action: 'inspect', on: false });

  expect(await press({ action: 'reset-entry' })).toMatchObject({ ok: true });
  expect(await press({ action: 'void-last' })).toMatchObject({ ok: true });
  await present();

  const actions = rows('tap').map((row) => row?.kind === 'tap' && row.fareAction);
  expect(actions).toEqual(['enter', 'exit', 'enter', 'enter']);
});

test('puts the bus on another route, and on its own again', async () => {
  const { press, rows } = await aBus();

  expect(await press({ action: 'assign-trip', routeId: 'koridor-2' })).toMatchObject({ ok: true });
  await press({ action: 'cash-fare', riders: 1 });
  expect(await press({ action: 'release-trip' })).toMatchObject({ ok: true });
  await press({ action: 'cash-fare', riders: 1 });

  expect(rows('cash-fare')).toMatchObject([{ routeId: 'koridor-2' }, { routeId: 'koridor-1' }]);
});

test('obeys a dispatcher until the driver says otherwise', async () => {
  const { press, rows, validator } = await aBus();
  const order = { id: '2026-11-23/1', trip: { routeId: 'koridor-2' } };

  expect(validator.dispatch(order)).toMatchObject({ ok: true });
  await press({ action: 'cash-fare', riders: 1 });
  const { assignedBy } = validator.whereabouts.context;
  await press({ action: 'release-trip' });
  validator.dispatch(order);
  await press({ action: 'cash-fare', riders: 1 });

  expect(assignedBy).toBe('dispatcher');
  expect(rows('cash-fare')).toMatchObject([{ routeId: 'koridor-2' }, { routeId: 'koridor-1' }]);
});

test('writes a row for the first of a thousand frames of noise, and one that counts the others', async () => {
  const { scan, rows, stop, clock, signals, path } = await aBus();

  for (let frame = 0; frame < 1_000; frame += 1) await scan(`noise ${frame}`);
  const before = rows('refusals').length;
  await clock.advance(70_000);

  expect(signals).toHaveLength(1_000);
  expect(before).toBe(0);
  expect(rows('tap')).toHaveLength(1);
  expect(rows('refusals')).toMatchObject([
    { reason: 'unknown-format', count: 999, reader: 'scanner' },
  ]);
  await stop();
  expect(aLedger({ path }).audit.verify()).toEqual({ rows: 2 });
});

test('writes what it counted before it stops', async () => {
  const { scan, leave, stop, path } = await aBus();
  const ticket = aTicket();
  for (let time = 0; time < 4; time += 1) {
    await scan(ticket);
    await leave();
  }

  await stop();

  const [, refused, counted] = aLedger({ path })
    .audit.entries(9)
    .map(({ row }) => row);
  expect(refused).toMatchObject({ kind: 'tap', reason: 'already-tapped' });
  expect(counted).toMatchObject({ kind: 'refusals', count: 2, tokenKey: expect.anything() });
});

test('tells a rider when a ticket was used', async () => {
  const { scan, clock, signals } = await aBus();
  const ticket = aTicket();
  await scan(ticket);
  await clock.advance(16 * 60_000);

  await scan(ticket);

  expect(signals[1]).toMatchObject({
    text: { id: 'Sudah dipakai 07:00', en: 'Already used 07:00' },
    fields: { reason: 'already-tapped', usedAt: '07:00' },
  });
});
