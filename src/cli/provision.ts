/**
 * `halte provision`: this device makes its key, asks the backend to be taken in, and keeps the
 * certificate once the office has approved the key. What is in use stays so until then.
 */
import { createPublicKey } from 'node:crypto';
import type { Clock, Random } from '../../device/clock.ts';
import { qrPicture, terminalLines } from '../../device/console/terminal-qr.ts';
import { messageOf } from '../../device/message-of.ts';
import { type DeviceConfig, readDeviceConfig } from '../config/device-config.ts';
import { readText } from '../config/read-file.ts';
import { makeRequest } from '../identity/certificate-request.ts';
import { adoptIdentity, mendIdentity, nextKey, periodOf } from '../identity/identity-files.ts';
import { keyFingerprint } from '../identity/key-fingerprint.ts';
import { SyncError } from '../sync/backend.ts';
import { type EnrolmentAsked, enrolAt } from '../sync/https-identity.ts';
import { noteCharactersMax } from '../sync/wire-identity.ts';
import { CliError, type CliIo, type ExitCode } from './cli-io.ts';
import { notOurs } from './device-identity.ts';
import type { DrawOnTerminal } from './lists-progress.ts';
import { checkMayProvision } from './provision-guard.ts';

export interface ProvisionOptions {
  readonly config: string;
  /** Instead of the configured URL. */
  readonly backend?: string;
  readonly note: string;
  readonly wait: boolean;
  readonly again?: boolean;
  readonly json?: boolean;
}

export interface ProvisionDeps {
  readonly io: CliIo;
  readonly clock: Clock;
  readonly random: Random;
  readonly draw: DrawOnTerminal | undefined;
  /** Between two questions, on average; default: {@link askEveryMs}. */
  readonly everyMs?: number;
}

const askEveryMs = 5_000;

/** @throws CliError, ConfigError, SyncError, StoreError */
export async function provision(options: ProvisionOptions, deps: ProvisionDeps): Promise<ExitCode> {
  const { io, clock } = deps;
  const config = readDeviceConfig(options.config);
  const backend = backendOf(config, options);
  const { device } = config;
  mendIdentity(backend);
  await checkMayProvision(config, { again: options.again === true, now: clock.wallNow() });
  const key = onDisk(backend.key, () => nextKey(backend));
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const fingerprint = keyFingerprint(new Uint8Array(publicKey));
  const asked = { device, csr: await makeRequest(device, key), note: options.note };
  const place = { url: backend.url, ca: readText(backend.ca) };
  const facts = { device, fingerprint };

  let certificate = await enrolAt(place, asked, io.stopping);
  if (certificate === undefined) {
    tellWaiting(facts, { ...options, url: backend.url }, io);
    if (!options.wait) return 0;
    certificate = await approved(place, asked, deps);
    if (certificate === undefined) return 1;
  }
  const granted = certificate;
  if (!onDisk(backend.cert, () => adoptIdentity(backend, device, granted))) throw notOurs();
  const { notAfter } = periodOf(granted);
  const until = new Date(notAfter).toISOString();
  const sentence = `approved: ${backend.cert} holds the certificate, until ${until}`;
  io.out(options.json ? JSON.stringify({ ...facts, state: 'issued', notAfter }) : sentence);
  return 0;
}

type BackendConfig = NonNullable<DeviceConfig['backend']>;

function backendOf(config: DeviceConfig, options: ProvisionOptions): BackendConfig {
  if (config.backend === undefined) {
    const hint = 'add a backend to the configuration: its cert and key name the files to make';
    throw new CliError('config/no-backend', 'there is no backend to ask', hint);
  }
  if (options.note.length > noteCharactersMax) {
    const message = `--note has more than ${noteCharactersMax} characters`;
    throw new CliError('provision/bad-note', message, 'shorten it');
  }
  const { backend: url = config.backend.url } = options;
  if (URL.canParse(url) && new URL(url).protocol === 'https:') return { ...config.backend, url };
  const hint = 'such as https://backend.example:8443';
  throw new CliError('provision/bad-url', `--backend ${url} is no https:// URL`, hint);
}

function onDisk<T>(file: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    const hint = 'its folder must be there, writable and not full';
    throw new CliError('provision/cannot-write', `${file}: ${messageOf(error)}`, hint);
  }
}

interface Facts {
  readonly device: string;
  readonly fingerprint: string;
}

/** The code holds what is typed behind `halte devices approve`. */
function tellWaiting(
  { device, fingerprint }: Facts,
  { url, wait, json }: Pick<ProvisionOptions, 'wait' | 'json'> & { readonly url: string },
  io: CliIo,
): void {
  if (json === true) {
    io.out(JSON.stringify({ device, fingerprint, state: 'waiting' }));
    return;
  }
  io.out(`device       ${device}`);
  io.out(`fingerprint  ${fingerprint}`);
  for (const line of terminalLines(qrPicture(`${device} ${fingerprint}`), io.inColour)) {
    io.out(line);
  }
  io.out(`it waits for approval at ${url}; at the office, after comparing the fingerprint:`);
  io.out(`  halte devices approve ${device} ${fingerprint}`);
  if (!wait) io.out('run "halte provision" again to fetch the certificate');
}

/** @returns undefined when it was told to stop. */
async function approved(
  place: { readonly url: string; readonly ca: string },
  asked: EnrolmentAsked,
  { io, clock, random, draw, everyMs = askEveryMs }: ProvisionDeps,
): Promise<string | undefined> {
  const since = clock.monotonicNow();
  let trouble = '';
  try {
    while (!io.stopping.aborted) {
      const seconds = Math.round((clock.monotonicNow() - since) / 1_000);
      draw?.(`${clearLine}waiting for approval, ${seconds} s${trouble}`);
      await clock.sleep(everyMs * (0.5 + random.next()), io.stopping);
      if (io.stopping.aborted) break;
      const [certificate, failure] = await askedAgain(place, asked, io.stopping);
      if (certificate !== undefined) return certificate;
      trouble = failure === undefined ? '' : ` (${failure.code})`;
    }
    return undefined;
  } finally {
    draw?.(clearLine);
  }
}

const clearLine = '\r\u001b[2K';

/** A network that comes and goes ends nothing: it answered before. */
async function askedAgain(
  place: { readonly url: string; readonly ca: string },
  asked: EnrolmentAsked,
  signal: AbortSignal,
): Promise<readonly [string | undefined, SyncError | undefined]> {
  try {
    return [await enrolAt(place, asked, signal), undefined];
  } catch (error) {
    if (error instanceof SyncError && passing.has(error.code)) return [undefined, error];
    throw error;
  }
}

const passing: ReadonlySet<string> = new Set<SyncError['code']>([
  'sync/unreachable',
  'sync/timeout',
  'sync/later',
]);
