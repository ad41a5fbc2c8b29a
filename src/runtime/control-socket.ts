/**
 * The control socket: HTTP on a Unix socket in the data folder, so that commands can look at the
 * ledger of a running validator, which alone has it open, and a technician can press what a driver
 * presses. Only the validator's user may ask.
 */
import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { GnssReceiver } from '../../device/gnss/gnss-receiver.ts';
import { messageOf } from '../../device/message-of.ts';
import type { LedgerCursor } from '../store/ledger-outbox.ts';
import type { Rescue } from '../store/ledger-rescue.ts';
import type { TapLedger } from '../store/tap-ledger.ts';
import { batchBytesMax, batchRowsMax } from '../sync/wire.ts';
import type { DriverDesk } from './driver-desk.ts';
import { answerDriver } from './driver-route.ts';
import { batchAsJson, entryAsJson } from './ledger-json.ts';
import { textOf } from './request-text.ts';
import type { ServerClock } from './server-clock.ts';
import { receiptLinesMax, type StickReceipts, takeReceipts } from './stick-receipts.ts';
import type { SyncLoop } from './sync-loop.ts';
import type { TargetsWatch } from './targets-watch.ts';
import type { Whereabouts } from './whereabouts.ts';

export interface ControlDeps {
  readonly ledger: TapLedger;
  /** What became of a damaged ledger at this start. */
  readonly rescue?: Rescue | undefined;
  readonly sync: SyncLoop | undefined;
  /** What the clock is off by, as far as the backend's signed time tells. */
  readonly serverClock?: Pick<ServerClock, 'offsetMs'> | undefined;
  /** By what receipts from a stick are told. */
  readonly receipts: Omit<StickReceipts, 'ledger'>;
  readonly driver: Pick<DriverDesk, 'carryOut'>;
  readonly targets?: TargetsWatch | undefined;
  readonly whereabouts: Pick<Whereabouts, 'context'>;
  /** Undefined where none is configured. */
  readonly gnss: Pick<GnssReceiver, 'counters'> | undefined;
}

class ControlError extends Error {
  readonly code = 'control/cannot-listen';
  readonly hint = 'check that dataDir is writable and short: a socket path has 107 bytes at most';

  constructor(path: string, cause: unknown) {
    super(`${path}: ${messageOf(cause)}`, { cause });
    this.name = 'ControlError';
  }
}

/** Entries of one answer: few, for they are read while a tap may wait. */
const controlEntriesMax = 200;
/** Rows checked for one answer: some milliseconds. */
const verifiedAtOnceMax = 500;
/** Of one answer with rows for a stick. */
const batchLimits = { rowsMax: batchRowsMax, bytesMax: batchBytesMax };
/** A receipt has some 250 bytes. */
const receiptsBytesMax = receiptLinesMax * 1_024;

export function controlSocketPath(dataDir: string): string {
  return join(dataDir, 'control.sock');
}

/**
 * Listens until disposed. A socket left by a killed validator is replaced: its ledger lock is gone.
 * @throws ControlError
 */
export async function openControlSocket(
  deps: ControlDeps,
  dataDir: string,
): Promise<AsyncDisposable> {
  const path = controlSocketPath(dataDir);
  const server = createServer((request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    answer(deps, request, gone.signal).then(
      ({ status, body }) => send(response, status, body),
      (error) => send(response, 500, { code: 'control/failed', message: String(error) }),
    );
  });
  try {
    await rm(path, { force: true });
    await once(server.listen(path), 'listening');
    await chmod(path, 0o600);
  } catch (error) {
    server.close();
    throw new ControlError(path, error);
  }
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Reply {
  readonly status: number;
  readonly body: object;
}

async function answer(
  deps: ControlDeps,
  request: IncomingMessage,
  gone: AbortSignal,
): Promise<Reply> {
  const url = new URL(request.url ?? '/', 'http://control');
  const { ledger, sync } = deps;
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /taps': {
      const entries = ledger.audit.entries(controlEntriesMax, cursorOf(url));
      return found({ entries: entries.map(entryAsJson) });
    }
    case 'GET /verify':
      return found(ledger.audit.verifySlice(verifiedAtOnceMax, cursorOf(url)));
    case 'GET /epochs':
      return found({ epochs: ledger.audit.epochs() });
    case 'GET /status': {
      const { epoch, seq } = ledger.head;
      const targets = deps.targets?.status();
      const { context: trip } = deps.whereabouts;
      const gnss = deps.gnss?.counters;
      const { unsent } = ledger.outbox;
      const clockOffsetMs = deps.serverClock?.offsetMs;
      const state = { epoch, seq, unsent, clockOffsetMs, rescue: deps.rescue, trip, gnss };
      return found({ ...state, ...targets });
    }
    case 'POST /drain':
      return found((await sync?.drain(gone)) ?? { unsent: ledger.outbox.unsent });
    case 'GET /batch':
      return found({ batch: batchAsJson(ledger.outbox.nextBatch(batchLimits, cursorOf(url))) });
    case 'POST /receipts':
      return answerReceipts(deps, request);
    case 'POST /driver':
      return answerDriver(deps.driver, request);
    default:
      return { status: 404, body: { code: 'control/unknown' } };
  }
}

async function answerReceipts(
  { ledger, receipts }: ControlDeps,
  request: IncomingMessage,
): Promise<Reply> {
  const text = await textOf(request, receiptsBytesMax);
  const lines = text?.split('\n').filter((line) => line !== '') ?? [];
  if (text === undefined || lines.length > receiptLinesMax) {
    return { status: 413, body: { code: 'control/too-many' } };
  }
  return found(takeReceipts(lines, { ledger, ...receipts }));
}

function found(body: object): Reply {
  return { status: 200, body };
}

function cursorOf(url: URL): LedgerCursor {
  const number = (name: string) => Number(url.searchParams.get(name) ?? 0) || 0;
  return { epoch: number('epoch'), seq: number('seq') };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
