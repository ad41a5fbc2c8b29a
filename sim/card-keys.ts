/** Master keys of test cards, drawn anew: never those of real cards. */
import { writeFileSync } from 'node:fs';
import type { Entropy } from '../device/clock.ts';
import type { KeyFile } from '../src/config/key-file.ts';
import { hex } from '../src/core/bytes.ts';

/** Every master key of the transit application (docs/card-keys.md). */
const names = ['transit-0', 'transit-1', 'transit-2', 'transit-3', 'transit-4', 'transit-mac'];

/** Writes one of each in its first version, for `createFileKeyStore`. Never over a file. */
export function writeTestKeys(file: string, entropy: Entropy): void {
  const content: KeyFile = {
    warning: 'test keys: never write them to cards that riders pay with',
    keys: names.map((name) => ({ name, version: 1, key: hex(entropy.bytes(16)) })),
  };
  const text = `${JSON.stringify(content, undefined, 2)}\n`;
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
}
