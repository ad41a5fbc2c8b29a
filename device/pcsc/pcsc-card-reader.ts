/**
 * The TokenReader over PC/SC, for contactless readers of any make and for pcscd's virtual slots.
 * It keeps the library at arm's length:
 *
 *   pcscd ─ libpcsclite ─ nfc-pcsc ─ card-slot │ host-protocol │ hosted-cards ─ scan queue
 *     │                    host process        │               │     this process
 *     └──────────────────── lifeline ──────────────────────────────────────┘
 *
 * Slots come and go within a session. What ends it with an error is the service, the library or the
 * host; opening again starts a fresh host.
 */
import type { Clock } from '../clock.ts';
import { createScanQueue } from '../scan-queue.ts';
import type { ReaderError, Scan, TokenReader } from '../token-reader.ts';
import { startHost } from './host-process.ts';
import { createHostedCards } from './hosted-cards.ts';
import { serviceUnreachable } from './pcsc-errors.ts';
import { openLifeline, pcscdSocketPath } from './pcscd-lifeline.ts';

/**
 * When pcscd dies, its slots or the host may fail a little before the lifeline closes; a failure
 * waits so long for it, to be reported by what lies beneath.
 */
const lifelineGraceMs = 200;

export interface PcscCardReaderDeps {
  readonly clock: Clock;
  /** The host's main file, when it does not lie beside this one (as in a bundle). */
  readonly hostModule?: URL;
}

export interface PcscCardReaderOptions {
  /** As reports call it; scans carry the name of their slot. Default: `pcsc`. */
  readonly name?: string;
  /** Part of the names of the slots to read, such as `ACR122`. Default: every slot. */
  readonly slot?: string | undefined;
  /** pcscd's socket; the value of PCSCLITE_CSOCK_NAME where that is used. */
  readonly socketPath?: string;
  /**
   * A host that says nothing for so long is taken for stuck. Longer than the slowest connect to a
   * mute card and the start of the host on a slow disk. Default: 10,000.
   */
  readonly silenceMsMax?: number;
}

export function createPcscCardReader(
  deps: PcscCardReaderDeps,
  options: PcscCardReaderOptions = {},
): TokenReader {
  return {
    name: options.name ?? 'pcsc',
    reportsCollision: false,
    open: (signal) => readCards(deps, options, signal),
  };
}

async function* readCards(
  { clock, hostModule = new URL('./pcsc-host.ts', import.meta.url) }: PcscCardReaderDeps,
  { slot = '', socketPath = pcscdSocketPath, silenceMsMax = 10_000 }: PcscCardReaderOptions,
  signal: AbortSignal,
): AsyncGenerator<Scan, void> {
  if (signal.aborted) return;
  const session = createSession(signal);
  try {
    const lost = () => session.end(serviceUnreachable(socketPath));
    await openLifeline({ clock, lost }, socketPath, session.over);
    const host = startHost(
      {
        clock,
        hear: (message) => cards.hear(message),
        failed: async (error) => {
          await clock.sleep(lifelineGraceMs, session.over);
          session.end(error);
        },
      },
      { module: hostModule, slotName: slot, socketPath, silenceMsMax },
      session.over,
    );
    const cards = createHostedCards({ clock, send: host.send, scanned: session.queue.push });
    session.over.addEventListener('abort', () => cards.end());
    session.closed = host.closed;
    yield* session.queue;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    session.end();
    await session.closed;
  }
}

/** What ends together: the queue, the lifeline, the host and its cards. */
function createSession(signal: AbortSignal) {
  const over = new AbortController();
  const queue = createScanQueue();
  const end = (error?: ReaderError) => {
    queue.end(error);
    over.abort();
  };
  signal.addEventListener('abort', () => end(), { once: true, signal: over.signal });
  return { queue, end, over: over.signal, closed: Promise.resolve() };
}
