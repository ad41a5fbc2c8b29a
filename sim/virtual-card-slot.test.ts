import { once } from 'node:events';
import net from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createForeignCard } from './cards/foreign-card.ts';
import { createTicketPhone } from './cards/ticket-phone.ts';
import { selectTicket } from './contracts/token-reader-card.ts';
import {
  createVirtualCardSlot,
  frame,
  takeMessages,
  type VirtualCardSlot,
} from './virtual-card-slot.ts';

const askForAtr = Uint8Array.of(0x00, 0x01, 0x04);

/** Plays vpcd: waits for a card on a port of its own. */
let driver: net.Server;
let slot: VirtualCardSlot;

beforeEach(async () => {
  driver = net.createServer().listen(0, '127.0.0.1');
  await once(driver, 'listening');
  slot = createVirtualCardSlot({ port: (driver.address() as net.AddressInfo).port });
});
afterEach(() => {
  driver.close();
});

async function insert(...args: Parameters<VirtualCardSlot['insert']>) {
  const connected = once(driver, 'connection');
  await slot.insert(...args);
  const [socket] = (await connected) as [net.Socket];
  return socket.setNoDelay();
}

async function read(socket: net.Socket): Promise<Uint8Array> {
  const [bytes] = await once(socket, 'data');
  return Uint8Array.from(bytes);
}

test('answers a request for the ATR and a command, whatever way they are cut', async () => {
  const socket = await insert(createForeignCard());
  const answers: Buffer[] = [];
  socket.on('data', (chunk) => answers.push(chunk));
  const asked = [...askForAtr, ...frame(selectTicket)];

  for (const byte of asked)
    await new Promise<void>((done) => socket.write(Uint8Array.of(byte), () => done()));
  const atr = frame(createForeignCard().atr);
  while (Buffer.concat(answers).length < atr.length + 4) await once(socket, 'data');

  expect(Buffer.concat(answers)).toEqual(Buffer.of(...atr, 0x00, 0x02, 0x6a, 0x82));
  socket.destroy();
});

test('forgets the selection when the card is powered off', async () => {
  const socket = await insert(createTicketPhone(Buffer.from('ticket')));
  socket.write(frame(selectTicket));
  await read(socket);

  socket.write(frame(Uint8Array.of(0)));
  socket.write(frame(Buffer.from('00b0000000', 'hex')));

  expect(await read(socket)).toEqual(Uint8Array.of(0x00, 0x02, 0x69, 0x85));
  socket.destroy();
});

test('tears the card off at the command after the given number', async () => {
  const socket = await insert(createForeignCard(), { tearAfterApdus: 1 });
  socket.write(frame(selectTicket));
  await read(socket);

  socket.write(frame(selectTicket));

  await once(socket.resume(), 'close');
});

test.each([true, false])(
  'tears the card off at a command that it hears: %s',
  async (isLastHeard) => {
    const heard: Uint8Array[] = [];
    const foreign = createForeignCard();
    const respond = (apdu: Uint8Array) => foreign.respond(heard[heard.push(apdu) - 1] ?? apdu);
    const socket = await insert({ ...foreign, respond }, { tearAfterApdus: 0, isLastHeard });
    let answered = 0;
    socket.on('data', (chunk: Uint8Array) => {
      answered += chunk.length;
    });

    socket.write(frame(selectTicket));
    await once(socket, 'close');

    expect([heard.length, answered]).toEqual([isLastHeard ? 1 : 0, 0]);
  },
);

test('holds nothing to the slot for one poll before the removal resolves', async () => {
  const card = await insert(createForeignCard());
  const held: net.Socket[] = [];
  driver.on('connection', (nothing) => held.push(nothing.resume()));

  await Promise.all([slot.remove(), once(card.resume(), 'close')]);

  expect(held).toHaveLength(1);
  expect(held[0]?.bytesRead).toBe(0);
});

test('removes a card from a driver that has gone', async () => {
  const socket = await insert(createForeignCard());
  driver.close();
  socket.destroy();

  await expect(slot.remove()).resolves.toBeUndefined();
});

test('fails to insert where no driver listens', async () => {
  driver.close();

  await expect(slot.insert(createForeignCard())).rejects.toThrow('ECONNREFUSED');
});

test('takes the same messages from every division into chunks', () => {
  const aMessage = fc.uint8Array({ minLength: 0, maxLength: 300 });
  fc.assert(
    fc.property(fc.array(aMessage), fc.array(fc.nat(300)), (messages, cuts) => {
      let rest = new Uint8Array();
      const taken: Uint8Array[] = [];
      const stream = Buffer.concat(messages.map(frame));

      for (let at = 0; at < stream.length; ) {
        const end = at + 1 + (cuts.shift() ?? 300);
        const step = takeMessages(Buffer.concat([rest, stream.subarray(at, end)]));
        taken.push(...step.messages.map((message) => Uint8Array.from(message)));
        rest = step.rest;
        at = end;
      }

      expect(taken).toEqual(messages);
      expect(rest).toHaveLength(0);
    }),
  );
});
