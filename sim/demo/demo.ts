/**
 * The demo: a backend over HTTPS, the validator runtime as `halte run` runs it, and a bus door on a
 * pty pair and pcscd's virtual slot. A handful of riders tap, a plug is pulled, pcscd is killed,
 * the acquirer falls silent, half of the backend's replies are lost; then riders, ledger and backend must agree.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Entropy, Random } from '../../device/clock.ts';
import type { BackendStore } from '../../src/backend/backend-store.ts';
import type { CliIo, ExitCode } from '../../src/cli/cli-io.ts';
import { run } from '../../src/cli/run.ts';
import type { FailingReplies } from '../failing-replies.ts';
import { createPtyLine, type PtyLine } from '../pty-line.ts';
import { createRecordingIndicator, type RecordingIndicator } from '../recording-indicator.ts';
import type { SimAcquirer } from '../sim-acquirer.ts';
import { type CardStand, createCardStand } from './card-stand.ts';
import { closeTheDay } from './close-the-day.ts';
import { createDoor, type Door } from './door.ts';
import { startLosingBackend } from './losing-backend.ts';
import { narrateEvent, tapHeading, tapLine } from './narration.ts';
import { type Act, demoActs } from './riders.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

export interface DemoOptions {
  /** Goes on running afterwards, until it is interrupted. */
  readonly stay: boolean;
}

export interface DemoDeps {
  readonly io: CliIo;
  readonly clock: Clock;
  readonly random: Random;
  readonly entropy: Entropy;
}

/** Of the backend's replies, broken off after the batch was stored. */
const repliesLost = 0.5;
const unpluggedMs = 500;

interface Stage {
  readonly workshop: Workshop;
  readonly config: string;
  readonly store: BackendStore;
  readonly replies: FailingReplies;
  readonly acquirer: SimAcquirer;
  readonly scanner: PtyLine;
  readonly cards: CardStand;
  readonly indicator: RecordingIndicator;
}

export async function demo(options: DemoOptions, deps: DemoDeps): Promise<ExitCode> {
  await using parts = new AsyncDisposableStack();
  const stage = await setStage(deps, parts);
  const validator = startValidator(stage, deps, parts);
  const play = async (): Promise<ExitCode> => {
    const surprises = await playActs(stage, deps);
    const agrees = await closeTheDay(stage, deps.io, surprises);
    if (options.stay) await stay(stage, deps.io);
    return agrees && surprises === 0 ? 0 : 1;
  };
  // Awaited here: a promise merely returned would be waited for after the parts are gone.
  return await Promise.race([play(), validator]);
}

async function setStage(deps: DemoDeps, parts: AsyncDisposableStack): Promise<Stage> {
  const { io, clock, random, entropy } = deps;
  const folder = mkdtempSync(join(tmpdir(), 'halte-demo-'));
  parts.defer(() => rmSync(folder, { recursive: true }));
  const workshop = await openWorkshop(folder, entropy, clock.wallNow());
  const backend = parts.use(
    await startLosingBackend(
      workshop,
      { clock, random },
      { database: join(folder, 'backend.db'), lost: repliesLost },
    ),
  );
  const { url, store, replies, acquirer } = backend;
  const cards = parts.use(await createCardStand(clock));
  const scanner = await createPtyLine({ path: workshop.scannerPath });
  parts.defer(() => scanner.close());
  const config = workshop.configure(url, { pcsc: cards.usesPcsc });
  const indicator = createRecordingIndicator({ clock });

  io.out(`backend   ${url}, SQLite; half of its replies are lost on purpose`);
  io.out('acquirer  simulated; asked while the rider waits, 1.5 s at most');
  io.out(`scanner   serial line on a pty pair (${scanner.path})`);
  io.out(`cards     ${cards.description}\n`);
  return { workshop, config, store, replies, acquirer, scanner, cards, indicator };
}

/** Rejects when the runtime fails; it ends only with the demo. */
function startValidator(stage: Stage, { io }: DemoDeps, parts: AsyncDisposableStack) {
  const stop = new AbortController();
  const running = run(
    stage.config,
    { ...io, err: (line) => narrateEvent(line, io), stopping: stop.signal },
    { indicators: [stage.indicator], readers: stage.cards.readers },
  );
  parts.defer(async () => {
    stop.abort();
    await running;
  });
  return running;
}

async function playActs(stage: Stage, { io, entropy, clock }: DemoDeps): Promise<number> {
  const door = createDoor(stage.scanner, stage.cards, stage.indicator);
  const acts = await demoActs({ ...stage.workshop, entropy, now: clock.wallNow() });
  io.out(tapHeading);
  let surprises = 0;
  for (const act of acts) {
    if (io.stopping.aborted) break;
    if (!(await perform(act, stage, door, io))) surprises += 1;
  }
  return surprises;
}

/** @returns false when the light said something else than it should. */
async function perform(act: Act, stage: Stage, door: Door, io: CliIo): Promise<boolean> {
  switch (act.kind) {
    case 'rider': {
      const signal = await door.show(act.shows);
      io.out(tapLine(act.name, signal, { inColour: io.inColour, expect: act.expect }));
      return signal.fields.reason === act.expect;
    }
    case 'silence-acquirer':
      io.out('  · the acquirer falls silent');
      stage.acquirer.setBehaviour({ isSilent: true });
      return true;
    case 'unplug-scanner':
      io.out('  · the scanner is unplugged, and plugged in again');
      await stage.scanner.unplug();
      await delay(unpluggedMs);
      await stage.scanner.replug();
      return true;
    case 'kill-pcscd':
      if (stage.cards.killService === undefined) {
        const why = stage.cards.usesPcsc ? 'it is not ours' : 'there is none';
        io.out(`  · pcscd is not killed: ${why}`);
        return true;
      }
      io.out('  · pcscd is killed, and started again');
      await stage.cards.killService();
      return true;
  }
}

const lookMs = 100;

/** Everything goes on running; taps that someone sends to the scanner's line are shown. */
async function stay({ workshop, config, indicator }: Stage, io: CliIo): Promise<void> {
  const mint = `scripts/halte mint ticket --key ${workshop.ticketKeyFile}`;
  io.out('\nStill running; Ctrl-C ends it. In another terminal:');
  io.out(`  scripts/halte taps list --config ${config}`);
  io.out(`  printf '%s\\r\\n' "$(${mint})" > ${workshop.scannerPath}.far`);
  let told = indicator.signals.length;
  while (!io.stopping.aborted) {
    const fresh = indicator.signals.slice(told);
    for (const signal of fresh) io.out(tapLine('you', signal, { inColour: io.inColour }));
    told += fresh.length;
    await delay(lookMs);
  }
}
