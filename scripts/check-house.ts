/** Applies the house rules to every tracked or new TypeScript file; fails when it saw none. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { offencesIn } from './house-rules.ts';

const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z', '*.ts']);
const files = listed.toString().split('\0').filter(Boolean);
const offences = files.flatMap((file) => offencesIn(file, readFileSync(file, 'utf8')));

for (const { rule, file, line, instead } of offences) {
  process.stderr.write(`house/${rule}: ${file}:${line}\n→ ${instead}\n`);
}
if (files.length === 0) process.stderr.write('house/no-files: nothing was looked at\n');
process.exitCode = files.length > 0 && offences.length === 0 ? 0 : 1;
