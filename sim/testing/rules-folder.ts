/** Rule bundles for tests: the one of the captures, changed. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aFolder } from './ledger-builders.ts';

/** One fare for every ride, the keys of the captures, GoPay at risk. */
export const rulesOfCaptures = join(import.meta.dirname, '../../fixtures/scans/rules');

/**
 * Removed when the test ends.
 * @param policy keys of acceptance.json that differ. @param files that are added or replaced.
 */
export function aRulesFolder(
  policy: Readonly<Record<string, unknown>> = {},
  files: Readonly<Record<string, string>> = {},
): string {
  const folder = join(aFolder(), 'rules');
  cpSync(rulesOfCaptures, folder, { recursive: true });
  const acceptance = join(folder, 'acceptance.json');
  const known = JSON.parse(readFileSync(acceptance, 'utf8'));
  writeFileSync(acceptance, JSON.stringify({ ...known, ...policy }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
