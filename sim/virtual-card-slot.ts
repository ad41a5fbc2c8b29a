/**
 * Puts a card model into a slot of pcscd's virtual reader (vsmartcard-vpcd), for the real path from
 * card to decision. The driver listens on TCP, one port per slot; a connection is a card:
 *
 *   both ways:     length (2 bytes, big-endian) · so many bytes
 *   one byte:      0 power off · 1 power on · 2 reset · 4 asks for the ATR, alone answered
 *   several bytes: a command APDU, answered with the response APDU
 */
import { once } from 'node:events';
import net from 'node:net';
import { respondThroughReader } from './card-reader-layer.ts';
import type { CardModel } from './cards/card-model.ts';

/**
 * Where slot 0 may be, the next port being slot 1: at virtual-reader.conf's port with a pcscd that
 * pcsc-daemon has started, at that of Debian's /etc/reader.conf.d/vpcd with one that ran before.
 */
const slotPorts = [23_970, 35_963];

export interface VirtualCardSlotOptions {
  /** 0 or 1. Default: 0. */
  readonly slot?: number;
  /** Default: whichever of vpcd's usual ports answers. */
  readonly port?: number;
}

interface InsertOptions {
  /** The card answers so many commands, and the next one tears it off the field. */
  readonly tearAfterApdus?: number;
  /** Whether the card still carries out the command that tears it off. Default: not. */
  readonly isLastHeard?: boolean;
  /** The card answers so many commands and stays silent from then on, in its slot. */
  readonly silentAfterApdus?: number;
}

export interface VirtualCardSlot {
  /** Resolves when vpcd has taken the connection; pcscd polls and sees the card within 0.4 s. */
  insert(card: CardModel, options?: InsertOptions): Promise<void>;
  /** Resolves when pcscd has polled the empty slot, within 0.8 s. */
  remove(): Promise<void>;
}

const control = { powerOff: 0, powerOn: 1, reset: 2, atr: 4 } as const;

export function createVirtualCardSlot(options: VirtualCardSlotOptions = {}): VirtualCardSlot {
  const { slot = 0, port } = options;
  const ports = port === undefined ? slotPorts.map((first) => first + slot) : [port];
  let socket: net.Socket | undefined;

  async function remove(): Promise<void> {
    const leaving = socket;
    socket = undefined;
    if (leaving === undefined) return;
    leaving.destroy();
    await showEmptySlot(ports);
  }

  return {
    remove,
    async insert(card, insertOptions = {}) {
      await remove();
      socket = await connectSlot(ports);
      serve(socket, answerFrom(card, insertOptions));
    },
  };
}

async function connectSlot([port, ...others]: readonly number[]): Promise<net.Socket> {
  try {
    return await connectPort(port);
  } catch (error) {
    if (others.length === 0) throw error;
    return connectSlot(others);
  }
}

function connectPort(port = 0): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('connect', () => resolve(socket));
    // After the connect an error means that pcscd has died, and the card with it.
    socket.on('error', reject);
  });
}

/**
 * Were a card replaced before pcscd polls the next time, pcscd would never know that it is another.
 * So a connection that is no card takes its place: vpcd closes it when the poll finds that it does
 * not answer.
 */
async function showEmptySlot(ports: readonly number[]): Promise<void> {
  try {
    const nothing = await connectSlot(ports);
    nothing.resume().end();
    await once(nothing, 'close');
  } catch {
    // No pcscd, no slot, and so no card in it.
  }
}

type Answer = Uint8Array | 'none' | 'tear';

function answerFrom(card: CardModel, options: InsertOptions) {
  const { tearAfterApdus, isLastHeard = false, silentAfterApdus } = options;
  let answered = 0;
  return (message: Uint8Array): Answer => {
    if (message.length === 1) return answerControl(card, message[0]);
    if (answered === tearAfterApdus) {
      if (isLastHeard) respondThroughReader(card, message);
      return 'tear';
    }
    if (answered === silentAfterApdus) return 'none';
    answered += 1;
    return respondThroughReader(card, message);
  };
}

function answerControl(card: CardModel, code: number | undefined): Answer {
  if (code === control.atr) return card.atr;
  card.reset?.();
  return 'none';
}

function serve(socket: net.Socket, answer: (message: Uint8Array) => Answer): void {
  let received = new Uint8Array();
  socket.on('data', (chunk: Uint8Array) => {
    const { messages, rest } = takeMessages(Buffer.concat([received, chunk]));
    received = rest;
    for (const reply of messages.map(answer)) {
      if (reply === 'tear') socket.destroy();
      else if (reply !== 'none') socket.write(frame(reply));
    }
  });
}

/** The complete messages at the start, and what is left; at most 65,537 bytes are ever left. */
export function takeMessages(received: Uint8Array) {
  const messages: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    const [high, low] = received.subarray(at, at + 2);
    if (high === undefined || low === undefined) break;
    const end = at + 2 + ((high << 8) | low);
    if (end > received.length) break;
    messages.push(received.subarray(at + 2, end));
    at = end;
  }
  return { messages, rest: Uint8Array.from(received.subarray(at)) };
}

export function frame(message: Uint8Array): Uint8Array {
  return Uint8Array.of(message.length >> 8, message.length & 0xff, ...message);
}
