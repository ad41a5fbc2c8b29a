/**
 * `halte fleet`: the fleet before a backend that it starts and kills itself; exits 0 only when the
 * history checker finds nothing. With `--postgres` the database is a server of its own, killed too.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Clock, Entropy } from '../../device/clock.ts';
import { CliError, type CliIo, type ExitCode } from '../../src/cli/cli-io.ts';
import { countProgress } from '../count-progress.ts';
import { wholeNumber } from '../mint/option-parsers.ts';
import { noPostgres, startPostgres } from '../postgres-server.ts';
import { type FleetReport, type FleetTrialDeps, runFleetTrial } from './fleet-trial.ts';

export interface FleetCommandOptions {
  readonly devices: number;
  readonly taps: number;
  readonly faults: number;
  readonly kills: number;
  readonly seed: number;
  readonly pause: number;
  /** Where the ledgers lie. */
  readonly work?: string;
  readonly postgres?: boolean;
  readonly json?: boolean;
}

/** More than one machine carries through; the log of lights is read into memory at the end. */
const devicesMax = 100_000;
const tapsMax = 10_000;

export function addFleetCommand(
  program: Command,
  run: (options: FleetCommandOptions) => Promise<void>,
): void {
  program
    .command('fleet')
    .description('many devices before one backend, and whether a tap was lost')
    .option('--devices <n>', 'how many', wholeNumber(1, devicesMax), 100)
    .option('--taps <n>', 'of each device', wholeNumber(1, tapsMax), 20)
    .option('--faults <share>', 'of the uploads that are disturbed, 0 to 0.9', shareOf, 0.2)
    .option('--kills <n>', 'how often the backend is killed on the way', wholeNumber(0, 100), 0)
    .option('--pause <ms>', 'between two taps, at most', wholeNumber(0, 60_000), 100)
    .option('--seed <n>', 'draws taps and disturbances', wholeNumber(0, 1e9), 1)
    .option('--work <folder>', 'where the ledgers lie; in memory they need no disk', tmpdir())
    .option('--postgres', 'on a PostgreSQL server of its own, killed too; else on SQLite')
    .option('--json', 'one line for programs')
    .action(run);
}

function shareOf(text: string): number {
  const share = Number(text);
  if (/^0(\.\d{1,6})?$/.test(text) && share <= 0.9) return share;
  throw new InvalidArgumentError('It is a share from 0 to 0.9.');
}

interface FleetCommandDeps {
  readonly io: CliIo;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** @throws CliError when there is no PostgreSQL here. */
export async function fleet(
  options: FleetCommandOptions,
  { io, clock, entropy }: FleetCommandDeps,
): Promise<ExitCode> {
  const { devices, taps, work = tmpdir() } = options;
  const folder = mkdtempSync(join(work, 'halte-fleet-'));
  const backendFolder = mkdtempSync(join(tmpdir(), 'halte-fleet-backend-'));
  const onRow = options.json
    ? () => {}
    : countProgress(io, { total: devices * taps, what: 'taps' });
  const deps = { clock, entropy, signal: io.stopping, onRow };
  const report = await runOn({ ...options, folder, backendFolder }, deps);
  const isWell = report?.verdict.faults === 0;
  if (report === undefined) io.err('fleet: stopped, nothing is judged');
  else for (const line of linesOf(report, options)) io.out(line);
  if (isWell) for (const one of [folder, backendFolder]) rmSync(one, { recursive: true });
  else io.err(`→ everything is kept in ${folder} and ${backendFolder}`);
  return isWell ? 0 : 1;
}

async function runOn(
  options: FleetCommandOptions & { readonly folder: string; readonly backendFolder: string },
  deps: FleetTrialDeps,
): Promise<FleetReport | undefined> {
  const trial = { ...options, pauseMs: options.pause };
  if (options.postgres !== true) {
    return runFleetTrial(deps, {
      ...trial,
      db: `sqlite:${join(trial.backendFolder, 'backend.db')}`,
    });
  }
  const why = noPostgres();
  if (why !== undefined) throw new CliError('fleet/no-postgres', why, 'install its server');
  await using postgres = await startPostgres(options.backendFolder);
  const killDatabase = async () => {
    await postgres.kill();
    await postgres.start();
  };
  return await runFleetTrial({ ...deps, killDatabase }, { ...trial, db: postgres.url });
}

function linesOf(report: FleetReport, { json, taps }: FleetCommandOptions): readonly string[] {
  if (json === true) return [JSON.stringify(report)];
  const { devices, kills, rows, seconds, uploads, latency, bars, verdict } = report;
  const { answered, brokenOff, failed } = uploads;
  const ms = [latency.p50, latency.p90, latency.p99, latency.max].map((one) => one.toFixed(0));
  return [
    `${devices} devices, ${taps} taps each: ${rows} rows in ${seconds.toFixed(0)} s`,
    `uploads: ${answered} answered, ${brokenOff} disturbed, ${failed} failed; ${kills} kills`,
    `answered after ms: p50 ${ms[0]}, p90 ${ms[1]}, p99 ${ms[2]}, max ${ms[3]}`,
    ...bars,
    `${verdict.greens} green lights, ${verdict.rows} rows at the backend`,
    `amounts: ${verdict.amountLogged} seen, ${verdict.amountStored} stored`,
    ...verdict.broken.map((what) => `fleet/broken: ${what}`),
    verdict.faults === 0 ? 'nothing lost, nothing twice, chains whole' : 'PROMISES BROKEN',
  ];
}
