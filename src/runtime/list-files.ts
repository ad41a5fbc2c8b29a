/** Which published files are of a device's security list, by their names, and which comes next. */
import type { Target } from '../targets/target.ts';

export interface ListFile {
  readonly target: Target;
  /** That it leads to. */
  readonly version: number;
  readonly isDelta: boolean;
}

const listFile = /^(.+)-(\d{1,10})\.hlist(\.delta)?$/;

/** `NAME-VERSION.hlist` and `NAME-VERSION.hlist.delta`, as `halte lists build` writes them. */
export function listFilesOf(targets: readonly Target[], name: string): readonly ListFile[] {
  return targets.flatMap((target) => {
    const [, listName, version, delta] = listFile.exec(target.name) ?? [];
    if (listName !== name) return [];
    return [{ target, version: Number(version), isDelta: delta !== undefined }];
  });
}

/**
 * The earliest delta beyond the installed version, for it is the likeliest to fit; without one, or
 * with nothing installed, the newest full file.
 */
export function nextListFile(
  files: readonly ListFile[],
  installed: number | undefined,
): Target | undefined {
  const newer = files
    .filter(({ version }) => version > (installed ?? 0))
    .toSorted((left, right) => left.version - right.version);
  const delta = installed === undefined ? undefined : newer.find(({ isDelta }) => isDelta);
  return (delta ?? newer.findLast(({ isDelta }) => !isDelta))?.target;
}
