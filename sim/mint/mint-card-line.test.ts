import { expect, test } from 'vitest';
import { mint } from './mint-line.ts';

const keys = ['card', '--keys', 'card-keys.json'];

test('asks for an empty purse and no pass unless told otherwise', async () => {
  const { exitCode, text } = await mint(keys);

  expect(exitCode).toBe(0);
  expect(JSON.parse(text)).toEqual({ keys: 'card-keys.json', balance: '0', days: '30' });
});

test('asks for the pass that was typed', async () => {
  const pass = ['--product', 'langganan', '--days', '7', '--category', 'pelajar'];

  const { text } = await mint([...keys, ...pass, '--balance', '50000']);

  expect(JSON.parse(text)).toMatchObject({
    ...{ product: 'langganan', days: '7', category: 'pelajar' },
    balance: '50000',
  });
});

test.each([
  ['--balance 2000001', 'It is a whole number from 0 to 2000000.'],
  ['--balance -1', 'It is a whole number from 0 to 2000000.'],
  ['--balance 1e3', 'It is a whole number from 0 to 2000000.'],
  ['--product x --days 0', 'It is a whole number from 1 to 3660.'],
  ['--product x --days 3661', 'It is a whole number from 1 to 3660.'],
  [`--product ${'x'.repeat(33)}`, 'It is 1 to 32 characters of ASCII.'],
  ['--category pelajar-é', 'It is 1 to 32 characters of ASCII.'],
  ['--days 7', '--days is how long a --product is valid, and there is none'],
])('calls %s wrong usage, and says what it could be', async (typed, message) => {
  const { exitCode, outs, errs } = await mint([...keys, ...typed.split(' ')]);

  expect([exitCode, outs]).toEqual([2, []]);
  expect(errs.join(' ')).toContain(message);
});
