/**
 * The fleet against a backend that is killed on the way: starts both, kills at even shares of all
 * taps, and lets the history checker say what came of it.
 */
import { join } from 'node:path';
import type { Clock, Entropy } from '../../device/clock.ts';
import { type BackendProcess, startBackendProcess } from './backend-process.ts';
import { type FleetFigures, type FleetOptions, lightLogName, runFleet } from './fleet.ts';
import { checkHistory, type Verdict } from './history-checker.ts';
import { readLightLog } from './light-log.ts';
import { readStoredLedger } from './stored-ledger.ts';

export interface FleetTrialOptions extends Omit<FleetOptions, 'target'> {
  /** As `--db` of `halte backend` says it. */
  readonly db: string;
  /** Of the backend's process. */
  readonly kills: number;
  /** Whose certificates and keys; may be another file system than the ledgers'. */
  readonly backendFolder: string;
}

export interface FleetTrialDeps {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly signal: AbortSignal;
  readonly onRow: (rows: number) => void;
  /** Kills the database's server and starts it again, under the living backend, before each kill of that. */
  readonly killDatabase?: () => Promise<void>;
}

export interface FleetReport extends FleetFigures {
  readonly devices: number;
  readonly kills: number;
  readonly verdict: Verdict;
}

/** @returns undefined when it was stopped: nothing is judged then. */
export async function runFleetTrial(
  deps: FleetTrialDeps,
  options: FleetTrialOptions,
): Promise<FleetReport | undefined> {
  const { clock, signal } = deps;
  const { db, backendFolder, devices, taps } = options;
  const place = { folder: backendFolder, db, now: clock.wallNow() };
  await using backend = await startBackendProcess(deps, place);
  const killer = createKiller(backend, deps, { rows: devices * taps, kills: options.kills });
  const onRow = (rows: number) => {
    killer.onRow(rows);
    deps.onRow(rows);
  };
  const { url, certificates, receiptKey } = backend;
  const target = { url, receiptKey, ca: certificates.ca, device: certificates.device };
  const figures = await runFleet({ clock, signal, onRow }, { ...options, target });
  const kills = await killer.done();
  if (signal.aborted) return undefined;
  const logged = readLightLog(join(options.folder, lightLogName));
  const verdict = await readStoredLedger(db, (stored) => checkHistory(logged, stored));
  return { ...figures, devices, kills, verdict };
}

function createKiller(
  backend: BackendProcess,
  { killDatabase }: FleetTrialDeps,
  { rows: rowsInAll, kills }: { readonly rows: number; readonly kills: number },
) {
  let begun = 0;
  let last: Promise<void> = Promise.resolve();
  const kill = async () => {
    await killDatabase?.();
    await backend.killAndRestart();
  };
  return {
    onRow(rows: number) {
      if (begun === kills || rows < ((begun + 1) * rowsInAll) / (kills + 1)) return;
      begun += 1;
      last = last.then(kill);
      last.catch(() => {});
    },
    /** @returns how often. @throws Error when a life did not begin. */
    async done(): Promise<number> {
      await last;
      return begun;
    },
  };
}
