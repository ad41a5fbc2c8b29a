/**
 * One slot inside the host process: turns the library's status words into "card in" and "card
 * out". It stands in for the status handling of nfc-pcsc, which loses a failed connect (it emits
 * the error as an event name) and reports a card that left while it was connecting.
 *
 * Invariants:
 * - each visit of a card ends in exactly one of `card-in` and `connect-failed`;
 * - `card-out` follows `card-in` as soon as the status tells, before anything is awaited;
 * - at most one connect or disconnect runs at a time;
 * - nothing here calls close(): the library runs status callbacks inside its own lock and would
 *   wait for itself. The process exits instead.
 */
import type { EventEmitter } from 'node:events';
import type { Reader } from 'nfc-pcsc';
import type { MonotonicMs } from '../clock.ts';
import { type HostMessage, responseBytesMax } from './host-protocol.ts';

/** SCARD_STATE_PRESENT, the same number in every PC/SC implementation. */
const statePresent = 0x20;

/** The slot is empty, its state unknown, or the reader unplugged. */
const noVisit = -1;

/** What is needed of an nfc-pcsc Reader, its own status listener removed. */
export type LibrarySlot = EventEmitter &
  Pick<Reader, 'name' | 'reader' | 'card' | 'connection' | 'connect' | 'disconnect' | 'transmit'>;

export interface CardSlotDeps {
  monotonicNow(): MonotonicMs;
  nextCard(): number;
  tell(message: HostMessage): void;
}

export interface CardSlot {
  /** The number of the card that is connected, if one is. */
  readonly card: number | undefined;
  transmit(apdu: Uint8Array): Promise<void>;
}

interface Visit {
  readonly id: number;
  readonly atr: Uint8Array;
  readonly at: MonotonicMs;
}

export function createCardSlot(deps: CardSlotDeps, library: LibrarySlot): CardSlot {
  let seen: Visit = { id: noVisit, atr: new Uint8Array(), at: 0 };
  let settled = noVisit;
  let settling = false;
  let card: number | undefined;

  function see(id: number, atr: Iterable<number> = []): void {
    if (id === seen.id) return;
    seen = { id, atr: Uint8Array.from(atr), at: deps.monotonicNow() };
    if (card !== undefined) deps.tell({ kind: 'card-out', card });
    card = undefined;
    if (!settling) void settle();
  }

  /** Follows the latest status until the connection matches it; more statuses come meanwhile. */
  async function settle(): Promise<void> {
    settling = true;
    while (settled !== seen.id) {
      const visit = seen;
      settled = visit.id;
      await leave(library);
      if (visit.id !== noVisit) await welcome(visit);
    }
    settling = false;
  }

  async function welcome(visit: Visit): Promise<void> {
    const fault = await connect(library, visit.atr);
    if (fault === undefined && visit.id === seen.id) {
      card = deps.nextCard();
      deps.tell({ kind: 'card-in', card, slot: library.name, atr: visit.atr, at: visit.at });
    } else {
      const cause = fault ?? 'the card left while the reader was connecting';
      deps.tell({ kind: 'connect-failed', slot: library.name, at: visit.at, cause });
    }
  }

  library.reader.on('status', ({ state, atr }) => see(visitIn(state), atr));
  library.on('end', () => see(noVisit));

  return {
    get card() {
      return card;
    },
    async transmit(apdu) {
      if (card !== undefined) deps.tell(await exchange(library, card, apdu));
    },
  };
}

/** The count of insertions and removals tells two visits apart even if nobody saw the gap. */
function visitIn(state: number): number {
  return (state & statePresent) === 0 ? noVisit : state >>> 16;
}

async function exchange(library: LibrarySlot, card: number, apdu: Uint8Array) {
  try {
    const response = await library.transmit(Buffer.from(apdu), responseBytesMax);
    return { kind: 'response', card, bytes: Uint8Array.from(response) } as const;
  } catch (error) {
    return { kind: 'transmit-failed', card, cause: describeError(error) } as const;
  }
}

/** Gives what went wrong, or undefined. */
async function connect(library: LibrarySlot, atr: Uint8Array): Promise<string | undefined> {
  library.card = { atr };
  try {
    await library.connect();
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}

async function leave(library: LibrarySlot): Promise<void> {
  if (library.connection === null) return;
  try {
    await library.disconnect();
  } catch {
    // The card is gone already. Unless its leftovers are cleared, the library takes the next
    // connect for done and gives a connection without a protocol.
    library.connection = null;
    library.reader.connected = false;
  }
}

/** The library wraps the PC/SC error, which alone tells what happened, as `previous`. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const previous = 'previous' in error && error.previous instanceof Error ? error.previous : error;
  return previous.message;
}
