/**
 * Power cuts of a real ledger: one life of it is logged, call by call (io-log.c), then the disk is put
 * into states in which a cut at some moment may have left it (disk-model.ts), and the ledger opened
 * on each as after a boot. What somebody relied on before the cut must be there.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Random } from '../../device/clock.ts';
import { createDiskModel } from './disk-model.ts';
import { inspectDisk } from './inspect-disk.ts';
import { type FileOperation, readIoLog } from './io-log.ts';
import { type Mark, readMarks } from './marks.ts';

export interface PowerCutOptions {
  /** For everything that is written; it must be there. */
  readonly folder: string;
  readonly states: number;
  /** What the ledger lives through. */
  readonly rows: number;
  /** Weakened to synchronous=NORMAL: states must then be bad. */
  readonly isNormal?: boolean;
  onState?(states: number): void;
}

export interface PowerCutReport {
  readonly operations: number;
  readonly syncs: number;
  readonly greens: number;
  readonly states: number;
  /** What was wrong, a line for each bad state. */
  readonly bad: readonly string[];
}

const run = promisify(execFile);
const here = import.meta.dirname;

/** @throws Error when there is no C compiler or the life ended badly. */
export async function cutPower(options: PowerCutOptions, random: Random): Promise<PowerCutReport> {
  const { operations, marks } = await liveOnce(options);
  const moments = Array.from({ length: options.states }, () =>
    Math.floor(random.next() * (operations.length + 1)),
  ).sort((a, b) => a - b);
  const disk = createDiskModel();
  const bad: string[] = [];
  let done = 0;
  let promised = 0;
  moments.forEach((moment, index) => {
    for (; done < moment; done += 1) {
      const operation = operations[done];
      if (operation === undefined) break;
      if (isMark(operation)) promised += 1;
      else disk.apply(operation);
    }
    const at = join(options.folder, 'after');
    layOut(at, disk.cut(random));
    const wrong = inspectDisk(at, marks.slice(0, promised));
    if (wrong !== undefined) bad.push(`cut after call ${moment}, state ${index}: ${wrong}`);
    options.onState?.(index + 1);
  });
  return {
    ...{ operations: operations.length, states: moments.length, bad },
    syncs: operations.filter(({ kind }) => kind === 'synced').length,
    greens: marks.filter(({ kind }) => kind === 'green').length,
  };
}

function isMark({ kind, path }: FileOperation): boolean {
  return kind === 'written' && basename(path) === 'marks';
}

interface Life {
  readonly operations: readonly FileOperation[];
  readonly marks: readonly Mark[];
}

async function liveOnce({ folder, rows, isNormal = false }: PowerCutOptions): Promise<Life> {
  const [library, log, disk] = [
    join(folder, 'io-log.so'),
    join(folder, 'io.log'),
    join(folder, 'disk'),
  ];
  rmSync(log, { force: true });
  rmSync(disk, { recursive: true, force: true });
  mkdirSync(disk);
  await run('cc', ['-shared', '-fPIC', '-O2', '-o', library, join(here, 'io-log.c')]);
  const life = join(here, 'ledger-life.ts');
  await run(process.execPath, [life, disk, String(rows), ...(isNormal ? ['--normal'] : [])], {
    env: { ...process.env, LD_PRELOAD: library, HALTE_IO_FOLDER: disk, HALTE_IO_LOG: log },
  });
  return {
    operations: readIoLog(readFileSync(log)),
    marks: readMarks(readFileSync(join(disk, 'marks'), 'utf8')),
  };
}

function layOut(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [path, content] of files) writeFileSync(join(folder, basename(path)), content);
}
