import { expect, test } from 'vitest';
import { createKeyedHash } from '../../src/core/crypto/keyed-hash.ts';
import { createSimEntropy } from '../sim-chance.ts';
import { tokenCases } from './token-cases.ts';
import { benchTokens, type TokenBenchDeps } from './tokens.ts';

const entropy = createSimEntropy(1);
const keyed = createKeyedHash(entropy.bytes(32));
const cases = tokenCases({ entropy, keyed, codes: 2 });
const few = { rounds: 2, samples: 4 };

function someDeps(change: Partial<TokenBenchDeps> = {}): TokenBenchDeps {
  return {
    clock: { sleep: async () => {} },
    stopwatch: (call) => {
      call();
      return 1;
    },
    collect: () => {},
    keyed,
    signal: new AbortController().signal,
    ...change,
  };
}

test('measures every case in every round', async () => {
  const results = await benchTokens(cases.slice(0, 3), someDeps(), few);

  expect(results?.map(({ name, kept }) => [name, kept])).toEqual(
    cases.slice(0, 3).map(({ name }) => [name, few.rounds * few.samples]),
  );
}, 10_000);

test('judges every code as its case says', async () => {
  const results = await benchTokens(cases, someDeps(), { rounds: 1, samples: 1 });

  expect(results).toHaveLength(cases.length);
}, 30_000);

test.each([
  ['ticket, EdDSA', 1],
  ['ticket, ES256', 1],
  ['ticket and proof, EdDSA', 2],
  ['ticket and proof, ES256', 2],
  ['pretix ticket, 1 key', 1],
  ['pretix ticket, 8 keys', 8],
  ['payment code', 1],
])('measures %s against %i verifications, of which the last holds', (name, count) => {
  const verifications = cases.find((one) => one.name === name)?.bare ?? [];

  expect(verifications.map((one) => one.length)).toEqual([count, count]);
  expect(verifications.map((one) => one.at(-1)?.())).toEqual([true, true]);
});

test('fails when a code is not judged as it should be', async () => {
  const wrong = cases.slice(0, 1).map((one) => ({ ...one, reason: 'token-expired' as const }));

  await expect(benchTokens(wrong, someDeps(), few)).rejects.toThrow('judged ticket-valid');
});

test('stops between two cases', async () => {
  const stopped = someDeps({ signal: AbortSignal.abort() });

  expect(await benchTokens(cases.slice(0, 1), stopped, few)).toBeUndefined();
});
