/** The files of a page, read once: what is not in its folder is not there for a browser. */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

export interface PageFile {
  /** Media type. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** @returns by the path in a URL, such as `/face.css`; files of other kinds are left out. */
export async function readPageFiles(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const names = (await readdir(folder)).filter((name) => extname(name) in types);
  const files = names.map(async (name): Promise<[string, PageFile]> => {
    const bytes = await readFile(join(folder, name));
    return [`/${name}`, { type: types[extname(name)] ?? '', bytes }];
  });
  return new Map(await Promise.all(files));
}
