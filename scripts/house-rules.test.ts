import { expect, test } from 'vitest';
import { offencesIn } from './house-rules.ts';

test.each([
  ['core-has-no-clock', 'src/core/decide.ts', 'const now = Date.now();'],
  ['core-has-no-effects', 'src/core/decide.ts', 'export async function decide() {}'],
  ['clock-is-injected', 'src/runtime/sync-loop.ts', 'setTimeout(run, 5);'],
  ['process-in-main-only', 'src/cli/run.ts', 'process.exit(1);'],
  ['no-mocks', 'src/core/decide.test.ts', "vi.mock('./decide.ts');"],
  ['no-silenced-checks', 'sim/bus.ts', '// @ts-ignore'.slice(3)],
])('finds %s', (rule, path, line) => {
  const offences = offencesIn(path, `\n${line}\n`);

  expect(offences).toContainEqual(expect.objectContaining({ rule, file: path, line: 2 }));
});

test('leaves comments and main files alone', () => {
  const comment = offencesIn('src/core/decide.ts', '// Date.now() is not for core');
  const main = offencesIn('src/main.ts', 'process.exitCode = 1;');

  expect([...comment, ...main]).toEqual([]);
});
