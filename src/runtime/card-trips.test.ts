/**
 * Rides across buses that know nothing of each other: real ledgers, the operators' own rules, and
 * one card that carries between them what the next bus has to know.
 */
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { createSimClock } from '../../sim/sim-clock.ts';
import { someNow } from '../../sim/testing/builders.ts';
import { aCardBus, type CardBus } from '../../sim/testing/card-bus.ts';
import { aTransitCard, lookAt } from '../../sim/testing/transit-cards.ts';
import { readBundle } from '../bundle/read-rules.ts';
import type { Place } from '../core/rules/rule.ts';
import type { Rules } from '../core/rules/rules.ts';

/** Real ledgers, and a card torn off at every command. */
vi.setConfig({ testTimeout: 10_000 });

const minute = 60_000;
const rulesOf = (operator: string) =>
  readBundle(fileURLToPath(new URL(`../../fixtures/${operator}`, import.meta.url))).rules;
const semarang = rulesOf('trans-semarang');
const bahari = inRupiah(rulesOf('bahari-metro'));
const generations = ['ev2', 'ev1'] as const;

/** The purse of a transit card knows no other currency: a rupiah for each cent. */
function inRupiah({ tariff, policy, ...rules }: Rules): Rules {
  const idr = ({ amount }: { readonly amount: number }) => ({ amount, currency: 'IDR' });
  const products = tariff.products.map((one) => ({ ...one, price: idr(one.price) }));
  const caps = policy.caps.map((one) => ({ ...one, amount: idr(one.amount) }));
  const currency = 'IDR';
  return { ...rules, currency, tariff: { ...tariff, products }, policy: { ...policy, caps } };
}

/** Validators of an operator, each at its place, by one clock. */
function city(rules: Rules) {
  const clock = createSimClock({ wall: someNow });
  let buses = 0;
  const bus = (place: Place): CardBus => {
    buses += 1;
    return aCardBus(`bus-${buses}`, clock, { rules, place });
  };
  const at = (routeId: string, stopId: string) => bus({ routeId, stopId, alightingStopId: stopId });
  return { clock, at, bus, lost: () => bus({}) };
}

/** Of the newest tap. */
function fareOn({ ledger }: CardBus) {
  const row = ledger.audit.entries(100).findLast((entry) => entry.row?.kind === 'tap')?.row;
  if (row?.kind !== 'tap') throw new Error('no tap');
  const { fareAction: action, amount, legGroup, transfers, provisional } = row;
  return { action, amount, legGroup, transfers, provisional };
}

test.each(generations)(
  'lets a rider with a card of %s change at the shelters for 90 minutes',
  async (generation) => {
    const { clock, at } = city(semarang);
    const card = await aTransitCard({ generation });

    expect(await at('koridor-1', 'mangkang').hold(card)).toBe('green fare-debited');
    await clock.advance(40 * minute);
    const second = at('koridor-2', 'balai-kota');
    expect(await second.hold(card)).toBe('green transfer-applied');
    await clock.advance(45 * minute);
    const third = at('koridor-3a', 'simpang-lima');
    expect(await third.hold(card)).toBe('green transfer-applied');

    expect(fareOn(second)).toMatchObject({ amount: 0, legGroup: 'dari-transit', transfers: 1 });
    expect(fareOn(third)).toMatchObject({ amount: 0, transfers: 2, provisional: undefined });
    expect((await lookAt(card)).balance).toBe(16_500);
    await clock.advance(10 * minute);
    expect(await at('koridor-1', 'simpang-lima').hold(card)).toBe('green fare-debited');
  },
);

test('asks for the whole fare at a stop that is no shelter, and on the same corridor', async () => {
  const { clock, at } = city(semarang);
  const card = await aTransitCard();
  await at('koridor-1', 'mangkang').hold(card);
  await clock.advance(40 * minute);

  expect(await at('koridor-1', 'balai-kota').hold(card)).toBe('green fare-debited');
  await clock.advance(10 * minute);
  expect(await at('koridor-2', 'mangkang').hold(card)).toBe('green fare-debited');
});

test('gives each of two riders on one card their transfer', async () => {
  const { clock, at } = city(semarang);
  const card = await aTransitCard();
  const [first, next] = [at('koridor-1', 'mangkang'), at('koridor-2', 'balai-kota')];
  const both = async (bus: CardBus) => [await bus.hold(card), await bus.hold(card)];

  expect(await both(first)).toEqual(['green fare-debited', 'green fare-debited']);
  await clock.advance(40 * minute);
  expect(await both(next)).toEqual(['green transfer-applied', 'green transfer-applied']);
  expect((await lookAt(card)).balance).toBe(13_000);
});

test('does not let a pass be handed back through the other door, or to the bus behind', async () => {
  const { clock, at } = city(semarang);
  const seconds = someNow / 1_000;
  const pass = { product: 'langganan', notBefore: seconds - 1, expires: seconds + 86_400 };
  const card = await aTransitCard({ pass });

  expect(await at('koridor-1', 'mangkang').hold(card)).toBe('green pass-valid');
  expect(await at('koridor-1', 'mangkang').hold(card)).toBe('red already-tapped');
  expect(await at('koridor-2', 'mangkang').hold(card)).toBe('green pass-valid');
  await clock.advance(5 * minute);
  expect(await at('koridor-1', 'mangkang').hold(card)).toBe('green pass-valid');
});

test.each(generations)(
  'knows at the exit where a card of %s was let in, and at the next ride what it paid',
  async (generation) => {
    const { clock, at } = city(bahari);
    const card = await aTransitCard({ generation });
    const exit = at('rapid-1', 'gardens');
    const through = at('rapid-1', 'airport');

    expect(await at('rapid-1', 'harbour').hold(card)).toBe('green entry-recorded');
    await clock.advance(20 * minute);
    expect(await exit.hold(card)).toBe('green fare-debited');
    await clock.advance(10 * minute);
    expect(await at('rapid-2', 'gardens').hold(card)).toBe('green entry-recorded');
    await clock.advance(20 * minute);
    await through.hold(card);

    const balance = 20_000 - (fareOn(exit).amount ?? 0) - (fareOn(through).amount ?? 0);
    expect(fareOn(exit)).toMatchObject({
      action: 'exit',
      legGroup: 'rapid',
      provisional: undefined,
    });
    expect(fareOn(through)).toMatchObject({ action: 'exit', transfers: 1, provisional: undefined });
    expect((await lookAt(card)).balance).toBe(balance);
  },
);

test('charges at another gate for an entry that was left without an exit', async () => {
  const { clock, at } = city(bahari);
  const card = await aTransitCard();
  await at('rapid-1', 'harbour').hold(card);
  await clock.advance(180 * minute);
  const next = at('rapid-1', 'harbour');

  expect(await next.hold(card)).toBe('green fare-debited');
  expect(fareOn(next)).toMatchObject({ action: 'enter' });
  expect(fareOn(next).amount).toBeGreaterThan(0);
});

test('lets a rider leave a bus that has lost its route, and charges no forgotten exit', async () => {
  const { clock, at, lost } = city(bahari);
  const card = await aTransitCard();
  const exit = lost();
  await at('rapid-1', 'harbour').hold(card);
  await clock.advance(20 * minute);

  await exit.hold(card);
  await clock.advance(200 * minute);
  const next = at('rapid-1', 'harbour');

  expect(fareOn(exit)).toMatchObject({ action: 'exit', legGroup: 'rapid', provisional: 'to-area' });
  expect(await next.hold(card)).toBe('green entry-recorded');
});

test('lets a card leave the bus that has found its route, and charges the ride once', async () => {
  const { clock, bus } = city(bahari);
  const card = await aTransitCard();
  const place: { -readonly [K in keyof Place]: Place[K] } = { stopId: 'harbour' };
  const found = bus(place);
  expect(await found.hold(card)).toBe('green fare-debited');
  await clock.advance(30 * minute);
  Object.assign(place, { routeId: 'rapid-1', stopId: 'gardens', alightingStopId: 'gardens' });

  expect(await found.hold(card)).toBe('green fare-debited');

  expect(fareOn(found)).toMatchObject({ action: 'exit', amount: 100, legGroup: 'rapid' });
  expect((await lookAt(card)).balance).toBe(20_000 - 280);
  await clock.advance(30 * minute);
  expect(await found.hold(card)).toBe('green entry-recorded');
});

test('lets the driver reset an entry that was made at another gate, however its clock goes', async () => {
  const { clock, at } = city(bahari);
  const card = await aTransitCard();
  const [gate, bus] = [at('rapid-1', 'harbour'), at('rapid-1', 'gardens')];
  await gate.hold(card);
  clock.stepWall(-2 * minute);

  expect(await bus.inspect(card)).toBe('amber Inspection: no tap on this bus');
  expect(bus.resetEntry()).toMatch(/forgotten/);
  expect(bus.resetEntry()).toBe('No entry is open');
  expect(await bus.hold(card)).toBe('green entry-recorded');
  await clock.advance(20 * minute);

  expect(await gate.hold(card)).toBe('green fare-debited');
  expect(fareOn(gate)).toMatchObject({ action: 'exit' });
});

test.each(generations)(
  'tells a card of %s that its entry was reset, so that every gate knows',
  async (generation) => {
    const { clock, at } = city(bahari);
    const card = await aTransitCard({ generation });
    const gate = at('rapid-1', 'harbour');
    await gate.hold(card);
    await clock.advance(190 * minute);

    await gate.inspect(card);
    expect(gate.resetEntry()).toMatch(/hold the card again/);
    expect(await gate.inspect(card)).toBe('amber The entry was ended on the card');
    expect(await gate.inspect(card)).toBe('amber Inspection: no tap on this bus');

    const next = at('rapid-1', 'museum');
    expect(await next.hold(card)).toBe('green entry-recorded');
    expect(fareOn(next)).toMatchObject({ action: 'enter', amount: 0 });
    expect((await lookAt(card)).balance).toBe(20_000);
  },
);

test.each(
  generations.flatMap((generation) => [true, false].map((heard) => ({ generation, heard }))),
)('ends an entry once wherever the card is torn off: %o', async ({ generation, heard }) => {
  for (let answered = 0; ; answered += 1) {
    const { clock, at } = city(bahari);
    const card = await aTransitCard({ generation });
    const gate = at('rapid-1', 'harbour');
    await gate.hold(card);
    await clock.advance(190 * minute);
    await gate.inspect(card);
    gate.resetEntry();

    const torn = await gate.inspect(card, { answered, heard });
    if (torn === 'amber The entry was ended on the card') {
      expect(answered).toBeGreaterThan(8);
      break;
    }
    await gate.inspect(card);
    const next = at('rapid-1', 'museum');
    expect(await next.hold(card)).toBe('green entry-recorded');
    await clock.advance(20 * minute);
    // It is no ride that was paid for: its own gate lets nobody through for it.
    expect(await gate.hold(card)).toBe('green fare-debited');
    expect(fareOn(gate)).toMatchObject({ action: 'exit' });
  }
});

test('takes a reset whose end nobody saw for no ride', async () => {
  for (let answered = 0, torn = ''; !/was ended/.test(torn); answered += 1) {
    const { clock, at } = city(bahari);
    const card = await aTransitCard();
    const [gate, next] = [at('rapid-1', 'harbour'), at('rapid-1', 'gardens')];
    await gate.hold(card);
    await gate.inspect(card);
    gate.resetEntry();
    torn = await gate.inspect(card, { answered, heard: true });

    expect(await gate.hold(card)).toBe('green entry-recorded');
    await clock.advance(20 * minute);
    expect(await next.hold(card)).toBe('green fare-debited');
    expect(fareOn(next)).toMatchObject({ action: 'exit' });
  }
});

test('charges nothing for a forgotten exit that the driver of this bus has reset', async () => {
  const { clock, at } = city(bahari);
  const card = await aTransitCard();
  const bus = at('rapid-1', 'gardens');
  await at('rapid-1', 'harbour').hold(card);
  await clock.advance(190 * minute);

  await bus.inspect(card);
  bus.resetEntry();

  expect(await bus.hold(card)).toBe('green entry-recorded');
  expect(fareOn(bus)).toMatchObject({ action: 'enter', amount: 0 });
});

test.each(
  generations.flatMap((generation) => [true, false].map((heard) => ({ generation, heard }))),
)('gives a free transfer once wherever the card is torn off: %o', async ({ generation, heard }) => {
  for (let answered = 0; ; answered += 1) {
    const { clock, at } = city(semarang);
    const card = await aTransitCard({ generation });
    await at('koridor-1', 'mangkang').hold(card);
    await clock.advance(40 * minute);
    const bus = at('koridor-2', 'balai-kota');
    const last = at('koridor-3a', 'simpang-lima');

    const first = await bus.hold(card, { answered, heard });
    if (first === 'green transfer-applied') {
      expect(answered).toBeGreaterThan(8);
      break;
    }
    expect(first).toMatch(/^amber/);
    expect(await bus.hold(card)).toBe('green transfer-applied');
    expect(fareOn(bus)).toMatchObject({ amount: 0, transfers: 1 });
    await clock.advance(40 * minute);
    expect(await last.hold(card)).toBe('green transfer-applied');
    expect(fareOn(last)).toMatchObject({ amount: 0, transfers: 2 });
    expect((await lookAt(card)).balance).toBe(16_500);
  }
});
