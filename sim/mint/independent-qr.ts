/**
 * QR codes made and read by others, for tests: `zbarimg` of ZBar reads, `qrencode` makes. A test that
 * needs them is skipped, and says so, where they are not installed.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { latin1 } from '../../src/core/bytes.ts';
import { aFolder } from '../testing/ledger-builders.ts';

const packages = { zbarimg: 'zbar-tools', qrencode: 'qrencode' } as const;
type Tool = keyof typeof packages;

/** Skips the test when one of the tools is missing. */
export function requireTools({ skip }: TestContext): void {
  for (const tool of Object.keys(packages) as Tool[]) {
    if (!isThere(tool)) skip(`${tool} is missing: apt-get install ${packages[tool]}`);
  }
}

function isThere(tool: Tool): boolean {
  try {
    run(tool, ['--version']);
    return true;
  } catch {
    // Whatever keeps it from telling its version keeps the test from using it.
    return false;
  }
}

/** The bytes in the only QR code of the picture, a character each. */
export function readByZbar(png: string): string {
  const only = ['-Sdisable', '-Sqrcode.enable', '-Sbinary'];
  return latin1(run('zbarimg', ['--raw', '--quiet', ...only, png]));
}

export function readPngByZbar(png: Uint8Array): string {
  const file = join(aFolder(), 'code.png');
  writeFileSync(file, png);
  return readByZbar(file);
}

/** @returns the path of a PNG. */
export function madeByQrencode(text: string): string {
  const png = join(aFolder(), 'qrencode.png');
  run('qrencode', ['-l', 'M', '-s', '4', '-o', png, '--', text]);
  return png;
}

/** The smallest version that qrencode finds at error correction M. */
export function versionByQrencode(text: string, { asBytes = false } = {}): number {
  const args = ['-l', 'M', '-m', '0', '-t', 'ASCII', ...(asBytes ? ['-8'] : []), '--', text];
  const rows = latin1(run('qrencode', args)).trimEnd().split('\n');
  return (rows.length - 17) / 4;
}

/** What it complains of without failing, such as a missing desktop, is nobody's concern. */
function run(tool: Tool, args: readonly string[]): Uint8Array {
  return execFileSync(tool, args, { stdio: ['ignore', 'pipe', 'ignore'] });
}
