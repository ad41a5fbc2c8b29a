/** What vpcd cannot show: a reader unplugged, cards that bounce, a library that trips over them. */
import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SlotStatus } from 'nfc-pcsc';
import { expect, test } from 'vitest';
import { createCardSlot } from './card-slot.ts';
import type { HostMessage } from './host-protocol.ts';

const present = 0x20;
const empty = 0x10;
const atr = Buffer.of(0x3b, 0x80);

/** The library's side of a slot, as nfc-pcsc 0.8.1 behaves, with its connect under control. */
function aSlot() {
  const told: HostMessage[] = [];
  const connects: PromiseWithResolvers<void>[] = [];
  const native = Object.assign(new EventEmitter<{ status: [SlotStatus] }>(), { connected: false });
  const library = Object.assign(new EventEmitter(), {
    name: 'a slot',
    reader: native,
    card: null as object | null,
    connection: null as object | null,
    async connect() {
      const attempt = Promise.withResolvers<void>();
      connects.push(attempt);
      await attempt.promise;
      library.connection = { protocol: native.connected ? undefined : 2 };
      native.connected = true;
    },
    async disconnect() {
      library.connection = null;
      native.connected = false;
    },
    transmit: async (apdu: Buffer) => apdu,
  });
  let cards = 0;
  let now = 0;
  const deps = {
    monotonicNow: () => now++,
    nextCard: () => ++cards,
    tell: (message: HostMessage) => told.push(message),
  };
  const slot = createCardSlot(deps, library);
  const status = async (state: number, count: number) => {
    native.emit('status', { state: state | (count << 16), atr });
    await nextTurn();
  };
  const settleConnect = async (error?: Error) => {
    const attempt = connects.shift();
    if (error === undefined) attempt?.resolve();
    else attempt?.reject(error);
    await nextTurn();
  };
  const kinds = () => told.map(({ kind }) => kind);
  return { slot, library, told, kinds, connects, status, settleConnect };
}

test('tells a card once, however often the status of its visit is repeated', async () => {
  const { status, settleConnect, told } = aSlot();

  await status(empty, 0);
  await status(present, 1);
  await settleConnect();
  await status(present | 0x100, 1);

  const bytes = Uint8Array.from(atr);
  expect(told).toEqual([{ kind: 'card-in', card: 1, slot: 'a slot', atr: bytes, at: 0 }]);
});

test('tells a card that was swapped between two statuses as two cards', async () => {
  const { status, settleConnect, kinds, library } = aSlot();
  await status(present, 1);
  await settleConnect();

  await status(present, 3);
  await settleConnect();

  expect(kinds()).toEqual(['card-in', 'card-out', 'card-in']);
  expect(library.connection).toEqual({ protocol: 2 });
});

test('tells connect-failed with the reason that PC/SC gave', async () => {
  const { status, settleConnect, told } = aSlot();
  const previous = new Error('Card is unpowered');
  await status(present, 1);

  await settleConnect(Object.assign(new Error('An error occurred'), { previous }));

  expect(told).toMatchObject([{ kind: 'connect-failed', cause: 'Card is unpowered' }]);
});

test('tells connect-failed for a card that left while it was being connected', async () => {
  const { status, settleConnect, kinds, slot, library } = aSlot();
  await status(present, 1);
  await status(empty, 2);

  await settleConnect();

  expect(kinds()).toEqual(['connect-failed']);
  expect(slot.card).toBeUndefined();
  expect(library.connection).toBeNull();
});

test('connects to the card that replaced another one during its connect', async () => {
  const { status, settleConnect, kinds, connects } = aSlot();
  await status(present, 1);
  await status(empty, 2);
  await status(present, 3);
  expect(connects).toHaveLength(1);

  await settleConnect(new Error('removed'));
  await settleConnect();

  expect(kinds()).toEqual(['connect-failed', 'card-in']);
});

test('loses its card when the reader is unplugged', async () => {
  const { status, settleConnect, kinds, library } = aSlot();
  await status(present, 1);
  await settleConnect();

  library.emit('end');

  expect(kinds()).toEqual(['card-in', 'card-out']);
});

test('connects anew after a disconnect that failed because the card had gone', async () => {
  const { status, settleConnect, library } = aSlot();
  await status(present, 1);
  await settleConnect();
  library.disconnect = () => Promise.reject(new Error('removed'));

  await status(empty, 2);
  await status(present, 3);
  await settleConnect();

  expect(library.connection).toEqual({ protocol: 2 });
});
