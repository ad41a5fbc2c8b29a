/**
 * The cards that a host process has connected, seen from the parent: turns the host's messages into
 * scans and the scans' channels into commands to the host. It holds one entry per card in a field,
 * at most as many as there are slots.
 */
import type { Clock } from '../clock.ts';
import type { CardScan, Scan } from '../token-reader.ts';
import { createCardChannel } from './card-channel.ts';
import type { HostCommand, HostMessage } from './host-protocol.ts';

export interface HostedCardsDeps {
  readonly clock: Clock;
  send(command: HostCommand): void;
  scanned(scan: Scan): void;
}

export interface HostedCards {
  hear(message: HostMessage): void;
  /** All cards are gone, for the session ends. */
  end(): void;
}

interface HostedCard {
  readonly gone: AbortController;
  respond(bytes: Uint8Array): void;
  fail(error: Error): void;
}

export function createHostedCards(deps: HostedCardsDeps): HostedCards {
  const cards = new Map<number, HostedCard>();

  function forget(card: number): void {
    cards.get(card)?.gone.abort();
    cards.delete(card);
  }

  return {
    hear(message) {
      switch (message.kind) {
        case 'card-in': {
          const { hosted, scan } = welcomeCard(deps, message);
          cards.set(message.card, hosted);
          return deps.scanned(scan);
        }
        case 'card-out':
          return forget(message.card);
        case 'connect-failed':
          return deps.scanned(unreadable(message));
        case 'response':
          return cards.get(message.card)?.respond(message.bytes);
        case 'transmit-failed':
          return cards.get(message.card)?.fail(new Error(message.cause));
        case 'alive':
        case 'failed':
          return;
      }
    },
    end() {
      for (const card of [...cards.keys()]) forget(card);
    },
  };
}

type CardIn = Extract<HostMessage, { kind: 'card-in' }>;

function welcomeCard({ clock, send }: HostedCardsDeps, { card, slot, atr, at }: CardIn) {
  const gone = new AbortController();
  let pending = Promise.withResolvers<Uint8Array>();

  const exchange = (apdu: Uint8Array) => {
    pending = Promise.withResolvers();
    send({ kind: 'transmit', card, apdu });
    return pending.promise;
  };
  const hosted: HostedCard = {
    gone,
    respond: (bytes) => pending.resolve(Uint8Array.from(bytes)),
    fail: (error) => pending.reject(error),
  };
  const channel = createCardChannel({ clock, exchange }, gone.signal);
  const scan: CardScan = {
    medium: 'nfc',
    reader: slot,
    atr: Uint8Array.from(atr),
    lastByteAt: at,
    channel,
  };
  return { hosted, scan };
}

function unreadable({ slot, at }: Extract<HostMessage, { kind: 'connect-failed' }>): Scan {
  return { medium: 'unreadable', reader: slot, fault: 'connect-failed', lastByteAt: at };
}
