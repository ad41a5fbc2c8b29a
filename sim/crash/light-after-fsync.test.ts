/** The order of system calls of the real runtime: first the row on the disk, then the light. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { openWorkshop } from '../demo/workshop.ts';
import { createPtyLine, isSocatInstalled } from '../pty-line.ts';
import { createSimEntropy } from '../sim-chance.ts';
import { aFolder } from '../testing/ledger-builders.ts';
import { startDevice, warmUp } from './device-process.ts';
import { createRider, holdUntilLight } from './riders.ts';
import { openSignalLog } from './signal-log.ts';

const canTrace =
  isSocatInstalled() && spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
const unreachable = 'https://127.0.0.1:1';
const taps = 5;

/** The runtime under strace while some riders tap. @returns the trace, one system call a line. */
async function aTraceOfTaps(): Promise<string[]> {
  const folder = aFolder();
  const now = createSystemClock().wallNow();
  const workshop = await openWorkshop(folder, createSimEntropy(1), now);
  const config = workshop.configure(unreachable, { pcsc: false });
  const scanner = await createPtyLine({ path: workshop.scannerPath });
  onTestFinished(() => scanner.close());
  const log = openSignalLog(join(folder, 'signals.log'));
  onTestFinished(() => log.close());
  const compileCache = join(folder, 'compile-cache');
  warmUp(compileCache);
  const trace = join(folder, 'trace');
  writeFileSync(trace, '');
  const calls = 'trace=write,pwrite64,writev,pwritev,fsync,fdatasync';
  // -D: strace steps aside, so that the process is the runtime itself and can be told to end.
  const under = ['strace', '-D', '-f', '-y', '-s', '80', '-e', calls, '-o', trace];
  const device = startDevice({ config, compileCache, under });
  onTestFinished(() => void device.signal('SIGKILL'));
  for (let tap = 0; tap < taps; tap += 1) {
    await holdUntilLight(
      createRider(workshop.office, workshop.keyed, now).text,
      { scanner, log },
      device.ended,
    );
  }
  await device.signal('SIGTERM');
  return readFileSync(trace, 'utf8').split('\n');
}

type Deed = 'row written' | 'row synced' | 'green';

/** What the calls did, in the order in which they ended. */
function deedsOf(trace: readonly string[]): Deed[] {
  const begun = new Map<string, string>();
  return trace.flatMap((line) => {
    const [thread = '', ...rest] = line.split(' ');
    const call = rest.join(' ').trim();
    if (call.endsWith('<unfinished ...>')) begun.set(thread, call);
    if (!/ = \d+$/.test(call)) return [];
    const whole = call.startsWith('<... ') ? `${begun.get(thread)} ${call}` : call;
    if (/^p?write.*ledger\.db-wal>/.test(whole)) return ['row written'];
    if (/^f(data)?sync\(.*ledger\.db-wal>/.test(whole)) return ['row synced'];
    return /^write.*signals\.log>.*\\"light\\":\\"green\\"/.test(whole) ? ['green'] : [];
  });
}

test.skipIf(!canTrace)(
  'writes no green line before the rows of the ledger are synced (skipped without strace or socat)',
  { timeout: 60_000 },
  async () => {
    const deeds = deedsOf(await aTraceOfTaps());

    const sequences = deeds.join(', ').split('green');
    const afterLast = sequences.pop();
    expect(sequences).toHaveLength(taps);
    for (const sequence of sequences) expect(sequence).toMatch(/row written, row synced, $/);
    expect(afterLast).not.toContain('row written');
  },
);
