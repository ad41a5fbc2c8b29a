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
    execFileSync(tool, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    // Whatever keeps it from telling its version keeps the test from using it.
    return false;
  }
}

/** The bytes in the only QR code of the picture, a character each. */
export function readByZbar(png: string): string {
  const args = ['--raw', '--quiet', '-Sdisable', '-Sqrcode.enable', '-Sbinary', png];
  // What it says to standard error is of the desktop's bus, which a bus does not have.
  return latin1(execFileSync('zbarimg', args, { stdio: ['ignore', 'pipe', 'ignore'] }));
}

/** @returns the path of a PNG. */
export function madeByQrencode(text: string): string {
  const png = join(aFolder(), 'qrencode.png');
  execFileSync('qrencode', ['-l', 'M', '-s', '4', '-o', png, '--', text]);
  return png;
}

/** The smallest version that qrencode finds at error correction M. */
export function versionByQrencode(text: string, { asBytes = false } = {}): number {
  const args = ['-l', 'M', '-m', '0', '-t', 'ASCII', ...(asBytes ? ['-8'] : []), '--', text];
  const rows = execFileSync('qrencode', args, { encoding: 'utf8' }).trimEnd().split('\n');
  return (rows.length - 17) / 4;
}

export function readPngByZbar(png: Uint8Array): string {
  const file = join(aFolder(), 'code.png');
  writeFileSync(file, png);
  return readByZbar(file);
}
