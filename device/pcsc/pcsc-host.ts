/**
 * The host process of a card reader: loads nfc-pcsc and speaks host-protocol with its parent. A
 * process of its own, because the library can spin for ever on its JavaScript thread while pcscd is
 * down, block the event loop behind a lock, and abort on native assertions. It has no state worth
 * saving: the parent ends it with SIGKILL and starts another.
 *
 * Argument: part of the names of the slots to read; empty for all.
 */
import type { Reader } from 'nfc-pcsc';
import { type CardSlot, createCardSlot, describeError } from './card-slot.ts';
import {
  aliveEveryMs,
  type HostCommand,
  type HostFailure,
  type HostMessage,
} from './host-protocol.ts';

const slotName = process.argv[2] ?? '';
const slots = new Set<CardSlot>();
let cards = 0;

function tell(message: HostMessage): void {
  if (process.connected) process.send?.(message);
}

function fail(code: HostFailure['code'], error: unknown): void {
  const last: HostMessage = { kind: 'failed', code, cause: describeError(error) };
  if (!process.connected) process.exit(1);
  process.send?.(last, undefined, undefined, () => process.exit(1));
}

async function loadLibrary() {
  try {
    return await import('nfc-pcsc');
  } catch (error) {
    fail('reader/driver-missing', error);
    return undefined;
  }
}

async function run(): Promise<void> {
  const library = await loadLibrary();
  if (library === undefined) return;
  const nfc = new library.NFC();
  nfc.on('error', (error) => fail('reader/service-unreachable', error));
  nfc.on('reader', (reader) => {
    // The library's own status handling connects to every card and sends commands of its own.
    reader.reader.removeAllListeners('status');
    const isOurs = reader.name.includes(slotName);
    // A slot that failed is not watched any longer and would stay silent: start over.
    reader.on('error', (error) => isOurs && fail('reader/failed', error));
    if (isOurs) watch(reader);
  });
  tell({ kind: 'alive' });
  setInterval(() => tell({ kind: 'alive' }), aliveEveryMs);
}

function watch(reader: Reader): void {
  const slot = createCardSlot({ monotonicNow, nextCard: () => ++cards, tell }, reader);
  slots.add(slot);
  reader.on('end', () => slots.delete(slot));
}

/** CLOCK_MONOTONIC is one for all processes of a machine, so the parent may compare with it. */
function monotonicNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

process.on('disconnect', () => process.exit());
process.on('uncaughtException', (error) => fail('reader/failed', error));
process.on('unhandledRejection', (error) => fail('reader/failed', error));
process.on('message', async ({ card, apdu }: HostCommand) => {
  const slot = [...slots].find((one) => one.card === card);
  if (slot === undefined) tell({ kind: 'transmit-failed', card, cause: 'the card has left' });
  else await slot.transmit(apdu);
});
await run();
