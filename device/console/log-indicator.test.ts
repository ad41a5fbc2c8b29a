import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { aSignal, indicatorContract } from '../../sim/contracts/indicator.ts';
import { createSimClock } from '../../sim/sim-clock.ts';
import { createLogIndicator } from './log-indicator.ts';

function aLogPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'halte-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'signals.jsonl');
}

const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n').slice(0, -1);

indicatorContract('the log', (clock) => {
  const path = aLogPath();
  const indicator = createLogIndicator({ clock }, { path });
  return { indicator, trace: () => linesOf(path), close: () => indicator.close() };
});

const clock = createSimClock({ monotonic: 1_000, wall: 1_800_000_000_000 });

test('writes one JSON object per signal, with wall time and the wait', () => {
  const path = aLogPath();
  const log = createLogIndicator({ clock }, { path });
  onTestFinished(() => log.close());

  log.show(aSignal({ lastByteAt: 992.75 }));

  expect(linesOf(path).map((line) => JSON.parse(line))).toEqual([
    {
      at: 1_800_000_000_000,
      light: 'green',
      fields: { medium: 'qr', fare: 'Rp 3.500' },
      text: { id: 'Silakan masuk', en: 'Welcome aboard' },
      elapsedMs: 7.25,
    },
  ]);
});

test('appends to the file of an earlier run', () => {
  const path = aLogPath();
  for (let run = 0; run < 2; run += 1) {
    const log = createLogIndicator({ clock }, { path });
    log.show(aSignal());
    log.close();
  }

  expect(linesOf(path)).toHaveLength(2);
});

test('begins a new file past its limit and keeps one old one', () => {
  const path = aLogPath();
  const log = createLogIndicator({ clock }, { path, bytesMax: 1_000 });
  onTestFinished(() => log.close());

  for (let count = 0; count < 50; count += 1) log.show(aSignal());

  expect(statSync(path).size).toBeLessThan(1_200);
  expect(statSync(`${path}.1`).size).toBeLessThan(1_200);
  expect(existsSync(`${path}.2`)).toBe(false);
  expect(log.failed).toBe(0);
});

test.skipIf(!existsSync('/dev/full'))('goes on, and counts, when the disk is full', () => {
  const log = createLogIndicator({ clock }, { path: '/dev/full' });
  onTestFinished(() => log.close());

  log.show(aSignal());

  expect(log.failed).toBe(1);
});

test('says so at once when its file cannot be made', () => {
  const path = join(aLogPath(), 'no-such-folder', 'signals.jsonl');

  expect(() => createLogIndicator({ clock }, { path })).toThrow('ENOENT');
});
