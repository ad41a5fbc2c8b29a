import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { fareCode } from '../core/qris/merchant-code.ts';
import { readMerchant } from './merchant-file.ts';

const example = fileURLToPath(new URL('../../fixtures/merchant.json', import.meta.url));

function merchantWith(change: object): string {
  const file = join(aFolder(), 'merchant.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(example, 'utf8')), ...change }));
  return file;
}

const account = { id: 26, domain: 'ID.CO.EXAMPLE.WWW', pan: '936000000000', merchantId: 'CONTOH1' };

test('reads the example as a merchant that can ask for any fare', () => {
  const merchant = readMerchant(example);

  expect(merchant.name).toBe('BUS KOTA CONTOH');
  expect(fareCode(merchant, { amount: 3_500, currency: 'IDR' }, 'H1-42')).toContain('54043500');
});

test('takes a merchant that has a national id and no account', () => {
  expect(readMerchant(merchantWith({ accounts: undefined })).accounts).toEqual([]);
});

test.each<[string, object, string]>([
  ['a slip in a key', { nnid: 'ID1020000000000' }, 'nnid: unknown key → did you mean "nmid"?'],
  ['no city', { city: undefined }, 'city: missing'],
  ['a name that is too long', { name: 'x'.repeat(26) }, 'merchant name is not 1 to 25'],
  ['a postal code of four digits', { postalCode: '5013' }, 'postal code is not five digits'],
  ['criteria of nobody', { criteria: 'XYZ' }, 'criteria: '],
  ['a short national id', { nmid: 'ID123' }, 'national merchant id is not'],
  ['nobody to pay to', { nmid: undefined, accounts: [] }, 'an account or a national merchant id'],
  ['an account twice', { accounts: [account, account] }, 'two merchant accounts'],
  ['an account outside its range', { accounts: [{ ...account, id: 51 }] }, 'account id is not 26'],
  ['a label with a bar', { terminalLabel: 'H|1' }, 'terminal label is not'],
  [
    'more accounts than a code holds',
    { accounts: Array.from({ length: 12 }, (_, index) => ({ ...account, id: 26 + index })) },
    'a merchant code has at most',
  ],
])('refuses %s', (_, change, message) => {
  expect(() => readMerchant(merchantWith(change))).toThrow(message);
});
