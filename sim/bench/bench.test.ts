import { expect, test } from 'vitest';
import type { CliIo } from '../../src/cli/cli-io.ts';
import { bench, roundsMax } from './bench.ts';

const io: CliIo = {
  out: () => {},
  err: () => {},
  readInput: async () => new Uint8Array(),
  stopping: AbortSignal.abort(),
  inColour: false,
};

test('knows no other benchmark', async () => {
  await expect(bench('cards', { rounds: '1' }, io)).rejects.toMatchObject({
    code: 'bench/unknown',
    hint: 'one of tokens, lists, trip',
  });
});

test.each(['0', '-1', '1.5', 'many', `${roundsMax + 1}`])('takes no %s rounds', async (rounds) => {
  await expect(bench('tokens', { rounds }, io)).rejects.toMatchObject({ code: 'bench/bad-rounds' });
});
