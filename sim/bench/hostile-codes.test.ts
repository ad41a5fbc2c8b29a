import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { frameBytesMax } from '../../device/serial/frame-bounds.ts';
import { reasons } from '../../src/core/reason.ts';
import { parseQrToken, recogniseToken } from '../../src/core/token/parse-token.ts';
import { keyed } from '../testing/builders.ts';
import { hostileCodes } from './hostile-codes.ts';
import { allocationBytesMax, type HostileResult } from './tokens.ts';

const codes = hostileCodes();

test.each(codes)('$format: $name is refused by its own format', ({ format, bytes }) => {
  const token = parseQrToken(bytes, keyed);

  expect(bytes.length).toBeLessThanOrEqual(frameBytesMax);
  expect(format === 'frame' || recogniseToken(bytes)?.name === format).toBe(true);
  expect(token.ok).toBe(false);
  expect(!token.ok && reasons[token.fault.reason].code).toBeGreaterThanOrEqual(200);
});

test('has codes of both kinds', () => {
  const kinds = codes.map(({ kind }) => kind);

  expect(kinds.filter((kind) => kind === 'false-length').length).toBeGreaterThan(40);
  expect(kinds.filter((kind) => kind === 'burden').length).toBeGreaterThan(25);
});

/** Alone in a process: what the test runner allocates meanwhile would be counted. */
const measure = `
  const { createCollector } = await import('./sim/fuzz/heap.ts');
  const { createKeyedHash } = await import('./src/core/crypto/keyed-hash.ts');
  const { hostileCodes } = await import('./sim/bench/hostile-codes.ts');
  const { hostileAllocations } = await import('./sim/bench/tokens.ts');
  const keyed = createKeyedHash(new Uint8Array(32));
  const found = hostileAllocations(hostileCodes(), { keyed, collect: createCollector() });
  process.stdout.write(JSON.stringify(found));
`;

test('allocates little for any hostile code, and nothing for what is only claimed', () => {
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', measure];
  const cwd = new URL('../../', import.meta.url);
  const child = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  const found = JSON.parse(child.stdout) as readonly HostileResult[];

  const greedy = found.filter((one) => one.allocatedBytes > allocationBytesMax[one.kind]);

  expect(found).toHaveLength(codes.length);
  expect(greedy).toEqual([]);
}, 30_000);
