/**
 * Kills the real runtime at random moments while riders tap, and lets it come up again, over and
 * over. Afterwards no accepted tap may be missing or counted twice, at the device or the backend.
 *
 *   riders ─ pty ─ runtime (a process, killed -9) ─ HTTPS, replies lost ─ backend (this process)
 *                     └ log of lights: what riders saw
 *
 * It shows the death of a process; what a power cut does to the disk is shown by the order of fsync
 * and light (light-after-fsync.test.ts). Moments are drawn from a seed, but a process is never as
 * deterministic as that: the seed gives the same moments, not the same run.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Random } from '../../device/clock.ts';
import { openLedgerView } from '../../src/cli/ledger-view.ts';
import { readDeviceConfig } from '../../src/config/device-config.ts';
import { startLosingBackend } from '../demo/losing-backend.ts';
import { openWorkshop, type Workshop } from '../demo/workshop.ts';
import { createPtyLine, type PtyLine } from '../pty-line.ts';
import { createSimEntropy, createSimRandom } from '../sim-chance.ts';
import { type DeviceProcess, startDevice, warmUp } from './device-process.ts';
import { createRider, foreignText, holdUntilLight, type Rider } from './riders.ts';
import { openSignalLog, type SignalLog } from './signal-log.ts';
import { type CrashFindings, inspectWreck } from './wreck.ts';

export interface CrashOptions {
  readonly kills: number;
  readonly seed: number;
  /** For everything that device and backend write; it must be there. */
  readonly folder: string;
  /** Called after each kill. */
  onKill(kills: number): void;
}

export interface CrashReport extends CrashFindings {
  readonly kills: number;
  readonly riders: number;
  /** Riders who saw green themselves. */
  readonly greens: number;
  /** Riders during whose tap the box was killed after the row was durable, before the light. */
  readonly darkened: number;
  readonly repliesLost: number;
}

/** Of the kills, this share comes while the runtime starts. */
const earlyShare = 0.2;
const startMsMax = 1_000;
/** The others come within this time after the first light of a life … */
const lifeMsMax = 500;
/** … and so soon after a code was held to the scanner: a tap takes a few milliseconds. */
const tapMsMax = 8;
const foreignShare = 0.1;
const repliesLostShare = 0.3;
const ridersAtTheEnd = 5;
const drainsMax = 20;

interface Stage {
  readonly workshop: Workshop;
  readonly config: string;
  readonly scanner: PtyLine;
  readonly log: SignalLog;
  readonly compileCache: string;
  readonly random: Random;
  readonly entropy: ReturnType<typeof createSimEntropy>;
  readonly clock: Clock;
  readonly riders: Rider[];
}

export async function runCrashLoop(
  options: CrashOptions,
  { clock }: { readonly clock: Clock },
): Promise<CrashReport> {
  await using parts = new AsyncDisposableStack();
  const random = createSimRandom(options.seed);
  const entropy = createSimEntropy(options.seed);
  const { folder } = options;
  const workshop = await openWorkshop(folder, entropy, clock.wallNow());
  const database = join(folder, 'backend.db');
  const { url, replies } = parts.use(
    await startLosingBackend(
      workshop,
      { clock, random: createSimRandom(options.seed + 1) },
      { database, lost: repliesLostShare },
    ),
  );
  const config = configure(workshop, url);
  const scanner = await createPtyLine({ path: workshop.scannerPath });
  parts.defer(() => scanner.close());
  const log = openSignalLog(join(folder, 'signals.log'));
  parts.defer(() => log.close());
  const compileCache = join(folder, 'compile-cache');
  warmUp(compileCache);

  const riders: Rider[] = [];
  const stage = { workshop, config, scanner, log, compileCache, random, entropy, clock, riders };
  for (let kill = 1; kill <= options.kills; kill += 1) {
    await liveUntilKilled(stage);
    options.onKill(kill);
  }
  await liveToTheEnd(stage);

  const findings = inspectWreck({ config, database, riders });
  const saw = (reason: string) => riders.filter(({ light }) => light?.reason === reason).length;
  return {
    ...findings,
    ...{ kills: options.kills, riders: riders.length, repliesLost: replies.lost },
    ...{ greens: saw('ticket-valid'), darkened: saw('already-tapped') },
  };
}

/** The demo's device, in more of a hurry to sync. */
function configure(workshop: Workshop, url: string): string {
  const path = workshop.configure(url, { pcsc: false });
  const config = JSON.parse(readFileSync(path, 'utf8'));
  const indicators = [{ type: 'log', path: 'signals.log' }, { type: 'console' }];
  const sync = { intervalMs: 100, startJitterMs: 0 };
  writeFileSync(path, JSON.stringify({ ...config, indicators, sync }));
  return path;
}

async function liveUntilKilled(stage: Stage): Promise<void> {
  const { random, clock } = stage;
  const isEarly = random.next() < earlyShare;
  const life = random.next() * (isEarly ? startMsMax : lifeMsMax);
  const device = await wakeUp(stage);
  const killAfter = async (ms: number) => {
    await delay(ms);
    await device.signal('SIGKILL');
  };
  let killed = isEarly ? killAfter(life) : undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  while (!device.ended.aborted) {
    const served = serveOne(stage, device);
    if (clock.monotonicNow() >= dueAt) killed ??= killAfter(random.next() * tapMsMax);
    await served;
    dueAt = Math.min(dueAt, clock.monotonicNow() + life);
  }
  await killed;
}

async function liveToTheEnd(stage: Stage): Promise<void> {
  const device = await wakeUp(stage);
  const enough = stage.riders.length + ridersAtTheEnd;
  while (stage.riders.length < enough || isWaiting(stage.riders.at(-1))) {
    await serveOne(stage, device);
    if (device.ended.aborted) throw new Error(`the runtime died by itself: ${device.said()}`);
  }
  await drain(stage.config);
  const code = await device.signal('SIGTERM');
  if (code !== 0) throw new Error(`the runtime ended with ${code}: ${device.said()}`);
  // At its end it has written what it counted: refusals of a code that was read again and again.
  await drain(stage.config);
}

/** A new line for each life: nothing that was sent to the last one must reach this one. */
async function wakeUp({ scanner, config, compileCache }: Stage): Promise<DeviceProcess> {
  await scanner.unplug();
  await scanner.replug();
  return startDevice({ config, compileCache });
}

const isWaiting = (rider: Rider | undefined) => rider !== undefined && rider.light === undefined;

async function serveOne(stage: Stage, device: DeviceProcess): Promise<void> {
  const { riders, random, entropy, workshop, clock } = stage;
  const waiting = riders.at(-1);
  if (!isWaiting(waiting) && random.next() < foreignShare) {
    await holdUntilLight(foreignText(entropy), stage, device.ended);
    return;
  }
  const rider =
    waiting !== undefined && isWaiting(waiting)
      ? waiting
      : createRider(workshop.office, workshop.keyed, clock.wallNow());
  if (rider !== waiting) riders.push(rider);
  const light = await holdUntilLight(rider.text, stage, device.ended);
  if (light === undefined) rider.kills += 1;
  else rider.light = light;
}

async function drain(configFile: string): Promise<void> {
  await using view = await openLedgerView(readDeviceConfig(configFile));
  const { signal } = new AbortController();
  for (let drains = 0; drains < drainsMax; drains += 1) {
    if ((await view.drain(signal)).unsent === 0) return;
  }
}
