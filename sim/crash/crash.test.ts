import { expect, test } from 'vitest';
import { createSystemRandom } from '../../device/os/system-chance.ts';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { isSocatInstalled } from '../pty-line.ts';
import { aFolder } from '../testing/ledger-builders.ts';
import { runCrashLoop } from './crash-loop.ts';

/** scripts/crash has more, and takes a seed. */
const kills = 20;

test.skipIf(!isSocatInstalled())(
  'loses no accepted tap and repeats none over 20 kills (skipped without socat)',
  { timeout: 180_000 },
  async () => {
    const seed = Math.floor(createSystemRandom().next() * 1e9);
    const folder = aFolder();

    const report = await runCrashLoop(
      { kills, seed, folder, onKill: () => {} },
      { clock: createSystemClock() },
    );

    expect(report, `seed ${seed}`).toMatchObject({ broken: [], kills });
    expect(report.greens + report.darkened).toBe(report.riders);
    expect(report.riders).toBeGreaterThan(kills);
    expect(report.rows).toBeGreaterThanOrEqual(report.riders);
  },
);
