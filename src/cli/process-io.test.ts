import { type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';

/** Processes of their own: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

/** Prints a few lines, each in a turn of its own, once its standard input ends. */
const printing = (exitCode: number) => `
  import { setImmediate } from 'node:timers/promises';
  import { createProcessIo } from ${JSON.stringify(new URL('./process-io.ts', import.meta.url))};
  const io = createProcessIo();
  await io.readInput();
  for (let line = 0; line < 5; line += 1) {
    io.out('out');
    io.err('err');
    await setImmediate();
  }
  process.exitCode = ${exitCode};
`;

function spawnPrinting(exitCode: number, stdio: StdioOptions) {
  const script = printing(exitCode);
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio });
}

test('lives on when whoever read its output has gone', async () => {
  const child = spawnPrinting(7, ['pipe', 'pipe', 'pipe']);
  await Promise.all(
    [child.stdout, child.stderr].map((stream) => stream && once(stream.destroy(), 'close')),
  );

  child.stdin?.end();

  expect(await once(child, 'exit')).toEqual([7, null]);
});

test('is well when its reader wanted only the beginning', async () => {
  const child = spawnPrinting(0, ['pipe', 'pipe', 'ignore']);
  child.stdout?.destroy();

  child.stdin?.end();

  expect(await once(child, 'exit')).toEqual([0, null]);
});

test.each([
  [0, 1],
  [2, 2],
])(
  'lives on when output is lost on a full disk, and turns exit code %i into %i',
  async (own, shown) => {
    const full = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(full));
    const child = spawnPrinting(own, ['pipe', full, 'ignore']);

    child.stdin?.end();

    expect(await once(child, 'exit')).toEqual([shown, null]);
  },
);
