/** A disk of our own, on a loop device: made, mounted, and cut off from its power. Takes root. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface LoopDisk extends AsyncDisposable {
  /** Where it is mounted. */
  readonly folder: string;
  /**
   * Whatever the kernel still held is gone; the journal is replayed at the next mount.
   * @param marks a file elsewhere. @returns its bytes just before.
   */
  cutPower(marks: string): Promise<number>;
  /** After a power cut, when nobody has files of it open any more. */
  boot(): Promise<void>;
}

/** @returns why there can be none here; undefined when there can. */
export function noLoopDisk(): string | undefined {
  if (process.getuid?.() !== 0) return 'mounting a disk takes root';
  try {
    execFileSync('losetup', ['--find'], { stdio: 'ignore' });
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
    execFileSync('mkfs.ext4', ['-V'], { stdio: 'ignore' });
    return undefined;
  } catch (error) {
    return `no loop device, cc or mkfs.ext4: ${error instanceof Error ? error.message : error}`;
  }
}

/** @param place a folder of its own for image, mount point and helper. */
export async function makeLoopDisk(place: string, mebibytes: number): Promise<LoopDisk> {
  const [image, folder, helper] = ['disk.img', 'mounted', 'shut-down-fs'].map((name) =>
    join(place, name),
  ) as [string, string, string];
  mkdirSync(folder);
  await run('cc', ['-O2', '-o', helper, join(import.meta.dirname, 'shut-down-fs.c')]);
  await run('truncate', ['-s', `${mebibytes}M`, image]);
  await run('mkfs.ext4', ['-q', '-F', image]);
  const device = (await run('losetup', ['--find', '--show', image])).stdout.trim();
  const mount = () => run('mount', ['-t', 'ext4', '-o', 'noatime', device, folder]);
  await mount().catch(async (error) => {
    await run('losetup', ['-d', device]);
    throw error;
  });
  return {
    folder,
    cutPower: async (marks) => Number((await run(helper, [folder, marks])).stdout),
    async boot() {
      await run('umount', [folder]);
      await mount();
    },
    async [Symbol.asyncDispose]() {
      await run('umount', [folder]);
      await run('losetup', ['-d', device]);
    },
  };
}
