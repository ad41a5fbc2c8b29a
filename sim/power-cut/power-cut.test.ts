import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { createSystemRandom } from '../../device/os/system-chance.ts';
import { createSimRandom } from '../sim-chance.ts';
import { aFolder } from '../testing/ledger-builders.ts';
import { cutPower } from './power-cut.ts';

function hasCompiler(): boolean {
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** scripts/power-cut has more, and takes a seed. */
const states = 1_000;

test.skipIf(!hasCompiler())(
  'loses nothing over 1,000 power cuts, whatever the disk made of what was not synced (skipped without cc)',
  { timeout: 300_000 },
  async () => {
    const seed = Math.floor(createSystemRandom().next() * 1e9);

    const report = await cutPower({ folder: aFolder(), states, rows: 200 }, createSimRandom(seed));

    expect(report.bad, `seed ${seed}`).toEqual([]);
    expect(report.states).toBe(states);
    expect(report.greens).toBeGreaterThan(100);
    expect(report.syncs).toBeGreaterThan(report.greens);
  },
);

test.skipIf(!hasCompiler())(
  'sees that synchronous=NORMAL loses accepted taps (skipped without cc)',
  { timeout: 120_000 },
  async () => {
    const options = { folder: aFolder(), states: 100, rows: 100, isNormal: true };

    const { bad } = await cutPower(options, createSimRandom(1));

    expect(bad.length).toBeGreaterThan(50);
    expect(bad.filter((what) => what.includes('is lost')).length).toBeGreaterThan(50);
  },
);
