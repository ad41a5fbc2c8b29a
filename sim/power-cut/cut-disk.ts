/**
 * Power cuts of a real file system: a ledger lives on a disk of its own until the kernel is told to
 * forget all that is not on it; then the journal is replayed and the ledger opened as after a boot.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../device/clock.ts';
import { inspectDisk } from './inspect-disk.ts';
import { makeLoopDisk } from './loop-disk.ts';
import { type Mark, readMarks } from './marks.ts';

export interface DiskCutOptions {
  /** A folder of its own; it must be there. */
  readonly folder: string;
  readonly cuts: number;
  onCut?(cuts: number): void;
}

export interface DiskCutReport {
  readonly greens: number;
  readonly bad: readonly string[];
}

const diskMebibytes = 64;
/** More than any life lasts. */
const rowsMax = 1_000_000;
const lifeMsMax = 400;

export async function cutDisk(options: DiskCutOptions, random: Random): Promise<DiskCutReport> {
  await using disk = await makeLoopDisk(options.folder, diskMebibytes);
  const bad: string[] = [];
  let greens = 0;
  for (let cut = 1; cut <= options.cuts; cut += 1) {
    const data = join(disk.folder, `life-${cut}`);
    const life = { data, marksFile: join(options.folder, `marks-${cut}`) };
    const marks = await liveUntilCut(life, async () => {
      await delay(random.next() * lifeMsMax);
      return disk.cutPower(life.marksFile);
    });
    await disk.boot();
    const wrong = inspectDisk(data, marks);
    if (wrong !== undefined) bad.push(`cut ${cut}: ${wrong}`);
    greens += marks.filter(({ kind }) => kind === 'green').length;
    rmSync(data, { recursive: true });
    options.onCut?.(cut);
  }
  return { greens, bad };
}

interface Life {
  readonly data: string;
  readonly marksFile: string;
}

/**
 * @param cut says how many bytes of marks there were before it.
 * @returns what was promised by then. What the process says without its disk is its own affair.
 * @throws Error when the process ends before there is anything to lose, killed by a signal too.
 */
async function liveUntilCut(
  { data, marksFile }: Life,
  cut: () => Promise<number>,
): Promise<readonly Mark[]> {
  mkdirSync(data);
  const life = join(import.meta.dirname, 'ledger-life.ts');
  const child = spawn(process.execPath, [life, data, String(rowsMax), '--marks', marksFile], {
    stdio: 'ignore',
  });
  let end: unknown;
  const ended = once(child, 'exit').then(([code, signal]) => {
    end = code ?? signal;
  });
  while (!existsSync(marksFile) && end === undefined) await delay(10);
  if (!existsSync(marksFile)) throw new Error(`a life ended before its first row: ${end}`);
  const promised = await cut();
  await ended;
  return readMarks(readFileSync(marksFile).subarray(0, promised).toString());
}
