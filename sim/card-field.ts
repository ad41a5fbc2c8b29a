/**
 * The twin of the PC/SC card reader: slots with cards in them, in this process, without a daemon.
 * A card that is held while nobody has opened the reader, or while its slot is unplugged, is read
 * when that changes, as on the real one.
 */
import type { Clock } from '../device/clock.ts';
import { createCardChannel } from '../device/pcsc/card-channel.ts';
import { createScanQueue, type ScanQueue } from '../device/scan-queue.ts';
import {
  type CardChannel,
  ReaderError,
  type Scan,
  type TokenReader,
} from '../device/token-reader.ts';
import { respondThroughReader } from './card-reader-layer.ts';
import type { CardModel } from './cards/card-model.ts';

interface PresentOptions {
  /** The card answers so many commands, and the next one tears it off the field. */
  readonly tearAfterApdus?: number;
  /** How long the card takes for each answer. Infinity: it stays silent. Default: 0. */
  readonly apduMs?: number;
  /** Default: the field's own name. */
  readonly slot?: string;
}

export interface SimCardField extends TokenReader {
  /** Holds a card to a slot, in place of the one that was there. */
  present(card: CardModel, options?: PresentOptions): void;
  remove(slot?: string): void;
  /** Holds something to a slot to which the reader cannot connect. */
  failConnect(slot?: string): void;
  /** Holds two cards to a slot at once. */
  collide(slot?: string): void;
  /** Unplugs all slots and plugs them in again; the session goes on. */
  unplug(): void;
  replug(): void;
  /** The daemon dies: the session ends with an error, and opening fails until it is started. */
  stopService(): void;
  startService(): void;
}

export function createSimCardField(
  { clock }: { readonly clock: Clock },
  { name = 'sim-card-field' }: { readonly name?: string } = {},
): SimCardField {
  const held = createHeldCards(clock);
  let queue: ScanQueue | undefined;
  let plugged = true;
  let serving = true;

  function hold(card: Held, options: PresentOptions): void {
    const one = held.hold(options.slot ?? name, card, options);
    if (plugged) queue?.push(one.scan());
  }

  function scanAll(): void {
    if (plugged) for (const scan of held.scans()) queue?.push(scan);
  }

  /** A session that is over already must not end the one that was opened after it. */
  function end(session: ScanQueue | undefined, error?: ReaderError): void {
    if (session === undefined || session !== queue) return;
    held.loseAll();
    session.end(error);
    queue = undefined;
  }

  return {
    name,
    reportsCollision: true,
    async *open(signal) {
      if (signal.aborted) return;
      if (!serving) throw serviceStopped();
      const session = createScanQueue();
      queue = session;
      const onAbort = () => end(session);
      signal.addEventListener('abort', onAbort);
      scanAll();
      try {
        yield* session;
      } finally {
        signal.removeEventListener('abort', onAbort);
        end(session);
      }
    },
    present: (card, options = {}) => hold(card, options),
    remove: (slot = name) => held.remove(slot),
    failConnect: (slot = name) => hold('connect-failed', { slot }),
    collide: (slot = name) => hold('card-collision', { slot }),
    unplug() {
      plugged = false;
      held.loseAll();
    },
    replug() {
      if (plugged) return;
      plugged = true;
      scanAll();
    },
    stopService() {
      serving = false;
      end(queue, serviceStopped());
    },
    startService() {
      serving = true;
    },
  };
}

/** A card, or why the reader cannot connect to what is there. */
type Held = CardModel | 'connect-failed' | 'card-collision';

/** What is held to which slot. */
function createHeldCards(clock: Clock) {
  const held = new Map<string, HeldCard>();
  const remove = (slot: string) => {
    held.get(slot)?.lose();
    held.delete(slot);
  };

  return {
    remove,
    hold(slot: string, card: Held, options: PresentOptions): HeldCard {
      remove(slot);
      const one = createHeldCard({ clock, leave: () => remove(slot) }, slot, card, options);
      held.set(slot, one);
      return one;
    },
    scans: () => [...held.values()].map((one) => one.scan()),
    loseAll(): void {
      for (const one of held.values()) one.lose();
    },
  };
}

interface HeldCard {
  /** Powers the card up; once for each time that the reader finds it. */
  scan(): Scan;
  /** The card loses the reader: it has left, or the reader has gone. */
  lose(): void;
}

function createHeldCard(
  { clock, leave }: { readonly clock: Clock; leave(): void },
  reader: string,
  card: Held,
  { tearAfterApdus = Number.POSITIVE_INFINITY, apduMs = 0 }: PresentOptions,
): HeldCard {
  let gone = new AbortController();

  function connect(model: CardModel): CardChannel {
    model.reset?.();
    gone = new AbortController();
    const { signal } = gone;
    let answered = 0;
    const exchange = async (apdu: Uint8Array) => {
      if (answered === tearAfterApdus) leave();
      if (apduMs === Number.POSITIVE_INFINITY) await new Promise(() => {});
      if (apduMs > 0) await clock.sleep(apduMs, signal);
      signal.throwIfAborted();
      answered += 1;
      return respondThroughReader(model, apdu);
    };
    return createCardChannel({ clock, exchange }, signal);
  }

  return {
    scan() {
      const lastByteAt = clock.monotonicNow();
      if (typeof card === 'string') {
        return { medium: 'unreadable', reader, fault: card, lastByteAt };
      }
      return { medium: 'nfc', reader, atr: card.atr, lastByteAt, channel: connect(card) };
    },
    lose: () => gone.abort(),
  };
}

function serviceStopped(): ReaderError {
  return new ReaderError(
    'reader/service-unreachable',
    'the simulated card service is stopped',
    'Call startService() on the card field.',
  );
}
