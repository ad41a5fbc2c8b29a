import { expect, test } from 'vitest';
import { aSignal, indicatorContract } from '../../sim/contracts/indicator.ts';
import { createSimClock } from '../../sim/sim-clock.ts';
import { createConsoleIndicator } from './console-indicator.ts';

indicatorContract('the console', (clock) => {
  const lines: string[] = [];
  const indicator = createConsoleIndicator({ clock, write: (line) => lines.push(line) });
  return { indicator, trace: () => lines };
});

const clock = createSimClock({ monotonic: 1_000 });

test('prints light, fields and milliseconds, in columns', () => {
  const lines: string[] = [];
  const console = createConsoleIndicator({ clock, write: (line) => lines.push(line) });

  console.show(aSignal({ lastByteAt: 992.75 }));
  console.show(aSignal({ light: 'red', fields: { reason: 'token-expired' }, lastByteAt: 996 }));

  expect(lines).toEqual(['● green  qr  Rp 3.500  7.3 ms', '● red    token-expired  4.0 ms']);
});

test('colours the dot and nothing else', () => {
  const lines: string[] = [];
  const deps = { clock, write: (line: string) => lines.push(line) };

  createConsoleIndicator(deps, { colour: true }).show(aSignal({ light: 'amber', lastByteAt: 999 }));

  expect(lines).toEqual(['\u001b[33m●\u001b[0m amber  qr  Rp 3.500  1.0 ms']);
});

test('goes on, and counts, when the terminal is gone', () => {
  const write = () => {
    throw new Error('EPIPE');
  };
  const console = createConsoleIndicator({ clock, write });

  console.show(aSignal());

  expect(console.failed).toBe(1);
});
