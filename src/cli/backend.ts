/** `halte backend`: the backend, with its ledger in a SQLite file or on PostgreSQL. */
import { createSystemClock } from '../../device/os/system-clock.ts';
import { createBackendServer } from '../backend/server.ts';
import { readTlsFiles } from '../config/tls-files.ts';
import { openDatabaseOf } from './backend-database.ts';
import { readAuthority, readReceiptKey } from './backend-keys.ts';
import { CliError, type CliIo, type ExitCode } from './cli-io.ts';

export interface BackendOptions {
  /** `sqlite:FILE` or `postgres://…`. */
  readonly db: string;
  readonly host: string;
  readonly port: string;
  /** Absent: nobody listens for the office. */
  readonly officePort?: string;
  readonly officeHost?: string;
  readonly cert: string;
  readonly key: string;
  readonly deviceCa: string;
  /** The CA's key; absent: no certificates are made. */
  readonly deviceCaKey?: string;
  readonly receiptKey: string;
  /** Repository of signed targets. */
  readonly targets?: string;
  readonly log?: boolean;
}

export async function backend(options: BackendOptions, io: CliIo): Promise<ExitCode> {
  const devices = { host: options.host, port: portOf(options.port, '--port') };
  const office = options.officePort === undefined ? undefined : officeOf(options);
  const { ca, cert, key } = readTlsFiles({ ...options, ca: options.deviceCa });
  const receiptKey = readReceiptKey(options.receiptKey);
  const authority = await readAuthority(options);
  await using stack = new AsyncDisposableStack();
  const store = await openDatabaseOf(options.db);
  stack.defer(() => store.close());
  const deps = {
    ...{ store, clock: createSystemClock(), receiptKey, authority },
    targetsFolder: options.targets,
  };
  const logLevel = options.log === true ? 'info' : 'warn';
  const listen = async (place: ListeningPlace, deviceCa: string | undefined) => {
    const server = createBackendServer(deps, { cert, key, deviceCa, logLevel });
    stack.defer(() => server.close());
    return server.listen(place).catch((error) => {
      throw asListenError(error, `${place.host}:${place.port}`);
    });
  };
  const address = await listen(devices, ca);
  io.out(`listening on ${address}, OpenAPI at ${address}/openapi.json`);
  if (office !== undefined)
    io.out(`listening for the office on ${await listen(office, undefined)}`);
  await until(io.stopping);
  return 0;
}

interface ListeningPlace {
  readonly host: string;
  readonly port: number;
}

function officeOf({ officeHost = '127.0.0.1', officePort = '' }: BackendOptions): ListeningPlace {
  return { host: officeHost, port: portOf(officePort, '--office-port') };
}

function portOf(text: string, option: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new CliError('backend/bad-port', `${option} ${text} is not a port`, '0 takes any free one');
}

function until(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** What the system refused; anything else passes as it is, for it is our own bug. */
function asListenError(error: unknown, place: string): unknown {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (!(error instanceof Error) || syscall === undefined) return error;
  if (code === 'EADDRINUSE') {
    const hint = 'choose another with --port, or stop the program that has it';
    return new CliError('backend/port-in-use', error.message, hint);
  }
  const hint =
    code === 'EACCES'
      ? 'choose a --port above 1023, or let this user listen there (CAP_NET_BIND_SERVICE)'
      : 'check --host: an address of this machine, 0.0.0.0 or :: for all of them';
  return new CliError('backend/cannot-listen', `${place}: ${error.message}`, hint);
}
