import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSystemEntropy } from '../../device/os/system-chance.ts';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { noPostgres, startPostgres } from '../postgres-server.ts';
import { aFolder } from '../testing/ledger-builders.ts';
import { runFleetTrial } from './fleet-trial.ts';

/** scripts/fleet has a thousand devices. */
const small = { devices: 20, taps: 20, faults: 0.2, kills: 2, seed: 7, pauseMs: 100 };
const deps = {
  clock: createSystemClock(),
  entropy: createSystemEntropy(),
  signal: new AbortController().signal,
  onRow: () => {},
};
const whole = { faults: 0, broken: [], rows: 400 };

test('loses nothing and holds nothing twice while the backend on SQLite is killed', {
  timeout: 180_000,
}, async () => {
  const folder = aFolder();
  const backendFolder = aFolder();
  const db = `sqlite:${join(backendFolder, 'backend.db')}`;

  const report = await runFleetTrial(deps, { ...small, folder, backendFolder, db });

  expect(report).toMatchObject({ kills: 2, rows: 400, verdict: whole });
  expect(report?.uploads.brokenOff).toBeGreaterThan(0);
});

test.skipIf(noPostgres() !== undefined)(
  'loses nothing and holds nothing twice while backend and PostgreSQL are killed',
  { timeout: 240_000 },
  async () => {
    const folder = aFolder();
    await using postgres = await startPostgres(aFolder());
    const killDatabase = async () => {
      await postgres.kill();
      await postgres.start();
    };

    const report = await runFleetTrial(
      { ...deps, killDatabase },
      { ...small, folder, backendFolder: aFolder(), db: postgres.url },
    );

    expect(report).toMatchObject({ kills: 2, rows: 400, verdict: whole });
  },
);
