import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyed } from '../../../sim/testing/builders.ts';
import { utf8 } from '../bytes.ts';
import { emvcoMpm } from '../token/emvco-mpm.ts';
import { fareCode, type Merchant } from './merchant-code.ts';

/** Nobody: names and numbers of the QRIS specification's example. */
const merchant: Merchant = {
  name: 'NamaMerchantC1',
  city: 'NamaKota1',
  postalCode: '12345',
  criteria: 'BLU',
  accounts: [
    { id: 26, domain: 'ID.CO.EXAMPLE2.WWW', pan: '936000140456789', merchantId: 'MIDCONTOH123456' },
  ],
  nmid: 'ID1019123456781',
  terminalLabel: 'K19',
};
const [account] = merchant.accounts;
const fare = { amount: 3_500, currency: 'IDR' };

/** Values of a code by path. */
function shown(text: string): ReadonlyMap<string, string> {
  return new Map(emvcoMpm.fields(utf8(text)).map(({ path, value }) => [path, value]));
}

test('writes a code for one fare', () => {
  const text = fareCode(merchant, fare, 'H-1/1/42');

  expect(text).toBe(
    '00020101021226670018ID.CO.EXAMPLE2.WWW01159360001404567890215MIDCONTOH1234560303BLU51440014ID.CO.QRIS.WWW0215ID10191234567810303BLU520441115303360540435005802ID5914NamaMerchantC16009NamaKota161051234562190108H-1/1/420703K1963045E70',
  );
});

test('writes what Halte itself knows for a merchant’s code', () => {
  const text = fareCode(merchant, fare, 'H-1/1/42');

  expect(emvcoMpm.recognises(utf8(text))).toBe(true);
  expect(emvcoMpm.parse(utf8(text), keyed)).toMatchObject({ fault: { reason: 'merchant-code' } });
  expect(shown(text).get('01')).toBe('12 (dynamic)');
  expect(shown(text).get('54')).toBe('3500');
  expect(shown(text).get('62.01')).toBe('H-1/1/42');
});

test('takes another category when it is given, and leaves out what the merchant has not', () => {
  const { nmid, terminalLabel, ...plain } = merchant;
  const values = shown(fareCode({ ...plain, categoryCode: '4131' }, fare, '1'));

  expect(values.get('52')).toBe('4131');
  expect([...values.keys()].some((path) => path.startsWith('51') || path === '62.07')).toBe(false);
});

test('needs no account of a merchant that has a national id', () => {
  const values = shown(fareCode({ ...merchant, accounts: [] }, fare, '1'));

  expect(values.get('51.02')).toBe('ID1019123456781');
});

test.each([
  ['no name', { name: '' }, 'merchant name is not 1 to 25 printable characters'],
  [
    'a name too long',
    { name: 'x'.repeat(26) },
    'merchant name is not 1 to 25 printable characters',
  ],
  ['a bar in the name', { name: 'a|b' }, 'merchant name is not 1 to 25 printable characters'],
  ['a line end in the name', { name: 'a\n' }, 'merchant name is not 1 to 25 printable characters'],
  [
    'a city too long',
    { city: 'x'.repeat(16) },
    'merchant city is not 1 to 15 printable characters',
  ],
  ['a postal code of four', { postalCode: '1234' }, 'postal code is not five digits'],
  ['a category of letters', { categoryCode: 'taxi' }, 'category code is not four digits'],
  ['a short national id', { nmid: 'ID1' }, 'national merchant id is not ID and 13 digits'],
  [
    'no terminal label',
    { terminalLabel: '' },
    'terminal label is not 1 to 25 printable characters',
  ],
  [
    'unknown criteria',
    { criteria: 'XXX' as 'BLU' },
    'criteria is not one of UMI, UKE, UME, UBE, URE, PSO, BLU',
  ],
])('refuses a merchant with %s', (_, change, message) => {
  expect(() => fareCode({ ...merchant, ...change }, fare, '1')).toThrow(new RangeError(message));
});

test.each([
  ['an id below 26', { id: 25 }, 'account id is not 26 to 45'],
  ['an id above 45', { id: 46 }, 'account id is not 26 to 45'],
  [
    'a PAN outside the NNS',
    { pan: '4111111111111111' },
    'account PAN is not 9360 and 5 to 15 digits',
  ],
  [
    'a PAN too long',
    { pan: `9360${'1'.repeat(16)}` },
    'account PAN is not 9360 and 5 to 15 digits',
  ],
  ['no domain', { domain: '' }, 'account domain is not 1 to 32 printable characters'],
  [
    'an id of the merchant too long',
    { merchantId: 'x'.repeat(16) },
    'merchant id is not 1 to 15 printable characters',
  ],
])('refuses an account with %s', (_, change, message) => {
  const accounts = account ? [{ ...account, ...change }] : [];

  expect(() => fareCode({ ...merchant, accounts }, fare, '1')).toThrow(new RangeError(message));
});

test('refuses a merchant who cannot be paid, or twice at one place', () => {
  const { nmid, ...local } = merchant;
  const [first] = merchant.accounts;
  const twice = first ? [first, first] : [];

  expect(() => fareCode({ ...local, accounts: [] }, fare, '1')).toThrow(
    new RangeError('a merchant has an account or a national merchant id'),
  );
  expect(() => fareCode({ ...merchant, accounts: twice }, fare, '1')).toThrow(
    new RangeError('two merchant accounts have the same id'),
  );
});

test('refuses more accounts than a code can hold', () => {
  const many = [26, 27, 28, 29, 30, 31].flatMap((id) => (account ? [{ ...account, id }] : []));

  expect(() => fareCode({ ...merchant, accounts: many.slice(0, 4) }, fare, '1')).not.toThrow();
  expect(() => fareCode({ ...merchant, accounts: many }, fare, '1')).toThrow(
    new RangeError('a merchant code has at most 512 characters'),
  );
});

test.each([
  ['nothing', 0, 'IDR'],
  ['less than nothing', -3_500, 'IDR'],
  ['part of a rupiah', 0.5, 'IDR'],
  ['no number', Number.NaN, 'IDR'],
  ['more than 13 digits', 10_000_000_000_000, 'IDR'],
  ['another currency', 350, 'EUR'],
])('refuses a fare of %s', (_, amount, currency) => {
  expect(() => fareCode(merchant, { amount, currency }, '1')).toThrow(RangeError);
});

test.each([
  ['nothing', ''],
  ['too much', 'x'.repeat(26)],
  ['letters outside ASCII', 'é'],
])('refuses a reference of %s', (_, reference) => {
  expect(() => fareCode(merchant, fare, reference)).toThrow(RangeError);
});

const printable = (maxLength: number) =>
  fc
    .string({ unit: 'grapheme-ascii', minLength: 1, maxLength })
    .map((text) => text.replaceAll('|', '/'));

test('writes only codes that are sound and say what was asked', () => {
  const asked = fc.record({
    name: printable(25),
    city: printable(15),
    terminalLabel: printable(25),
  });
  const amounts = fc.integer({ min: 1, max: 9_999_999_999_999 });

  fc.assert(
    fc.property(asked, amounts, printable(25), (change, amount, reference) => {
      const text = fareCode({ ...merchant, ...change }, { amount, currency: 'IDR' }, reference);
      const values = shown(text);

      expect(emvcoMpm.parse(utf8(text), keyed)).toMatchObject({
        fault: { reason: 'merchant-code' },
      });
      expect(values.get('59')).toBe(change.name);
      expect(values.get('60')).toBe(change.city);
      expect(values.get('54')).toBe(`${amount}`);
      expect(values.get('62.01')).toBe(reference);
      expect(values.get('62.07')).toBe(change.terminalLabel);
    }),
  );
});
