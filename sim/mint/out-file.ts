/** Files that `halte mint` writes: what the system refuses becomes a code and a hint. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../../device/message-of.ts';
import { CliError } from '../../src/cli/cli-io.ts';

/** A picture, where its folder is there: a folder that is not was most likely mistyped. @throws CliError */
export function writePicture(file: string, content: Uint8Array): void {
  writing(file, () => writeFileSync(file, content));
}

/** Whoever reads it may know it; an older one is written over. @throws CliError */
export function writePublicFile(file: string, content: string): void {
  writing(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  });
}

/** As {@link writePublicFile}, for its owner alone. @throws CliError */
export function writeSecretFile(file: string, text: string): void {
  writing(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o600 });
  });
}

/** Never over a file: a key that is written over is lost, with all that it opens. @throws CliError */
export function writeNewSecretFile(file: string, text: string): void {
  writing(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  });
}

/** @throws CliError for whatever the system refuses while it writes. */
export function writing(file: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    if (code !== 'EEXIST' || syscall !== 'open') {
      const hint =
        code === 'ENOENT'
          ? `there is no folder ${dirname(file)}: make it first, or correct the path`
          : 'check the path and its permissions';
      throw new CliError('mint/cannot-write', messageOf(error), hint);
    }
    const hint = 'choose another --out, or remove it first if nobody needs it';
    throw new CliError('mint/file-exists', `${file} is there already`, hint);
  }
}
