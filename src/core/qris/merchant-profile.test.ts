import { expect, test } from 'vitest';
import { utf8 } from '../bytes.ts';
import { encodeIdLengthValue } from '../encoding/id-length-value.ts';
import { fareCode } from './merchant-code.ts';
import { merchantProfileOf } from './merchant-profile.ts';

/** Sample of the EMVCo specification, as in the tests of mvallim/emv-qrcode (Apache-2.0). */
const emvcoSample =
  '00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016A0112233449988770708123456786304A13A';
/** The QRIS specification's fictional merchant, as in the tests of astrapay/spring-qris (MIT). */
const qrisSample =
  '00020101021126670018ID.CO.EXAMPLE2.WWW01159360001404567890215MIDCONTOH1234560303UMI51370014ID.CO.QRIS.WWW0215ID10191234567815204123453033605802ID5914NamaMerchantC16009NamaKota16110123456789062070703K196304B22E';

const ownCode = fareCode(
  {
    ...{ name: 'BUS KOTA CONTOH', city: 'SEMARANG', postalCode: '50131', criteria: 'BLU' },
    ...{ accounts: [], nmid: 'ID1020000000000' },
  },
  { amount: 3_500, currency: 'IDR' },
  'H1-42',
);

test.each([
  ['the EMVCo sample', emvcoSample, 'EMVCo MPM'],
  ['the QRIS sample', qrisSample, 'QRIS MPM'],
  ['the validator’s own code', ownCode, 'QRIS MPM'],
])('finds nothing amiss in %s', (_, text, name) => {
  expect(merchantProfileOf(utf8(text))).toEqual({ name, flaws: [] });
});

/** Every ID that QRIS asks for, the national account among them. */
const sound: Readonly<Record<string, string>> = {
  '00': '01',
  '51': encodeIdLengthValue([
    ['00', 'ID.CO.QRIS.WWW'],
    ['02', 'ID1020000000000'],
    ['03', 'BLU'],
  ]),
  ...{ '52': '4111', '53': '360', '58': 'ID', '59': 'CONTOH', '60': 'SEMARANG', '61': '50131' },
  '63': '0000',
};

function flawsOf(change: Readonly<Record<string, string | undefined>>) {
  const objects = Object.entries({ ...sound, ...change });
  const there = objects.flatMap(([id, value]) => (value === undefined ? [] : [[id, value]]));
  const text = encodeIdLengthValue(there.sort() as [string, string][]);
  return merchantProfileOf(utf8(text))?.flaws;
}

test.each([
  ['00', 'payload format indicator'],
  ['52', 'merchant category code (ISO 18245)'],
  ['53', 'transaction currency (ISO 4217)'],
  ['58', 'country code'],
  ['59', 'merchant name'],
  ['60', 'merchant city'],
  ['61', 'postal code'],
  ['63', 'CRC'],
])('names ID %s where it is missing', (id, name) => {
  expect(flawsOf({ [id]: undefined })).toEqual([`${id} ${name} is missing`]);
});

test.each([
  ['no account', { '51': undefined }, ['no merchant account (26 to 45, or 51)']],
  [
    'an account of Visa alone',
    { '51': undefined, '02': '4' },
    ['no merchant account (26 to 45, or 51)'],
  ],
  [
    'an account without its parts',
    { '26': encodeIdLengthValue([['00', 'ID.CO.EXAMPLE.WWW']]) },
    [
      '26.01 merchant PAN is missing',
      '26.02 merchant id is missing',
      '26.03 merchant criteria is missing',
    ],
  ],
  ['another currency', { '53': '840' }, ['53 transaction currency (ISO 4217) is not 360 (IDR)']],
  ['another country', { '58': 'MY' }, ['58 country code is not ID']],
  ['a long name', { '59': 'x'.repeat(26) }, ['59 merchant name has more than 25 characters']],
  ['a long city', { '60': 'x'.repeat(16) }, ['60 merchant city has more than 15 characters']],
])('tells of a QRIS code with %s', (_, change, flaws) => {
  expect(flawsOf(change)).toEqual(flaws);
});

test('asks a code of another scheme for what EMVCo asks only', () => {
  const elsewhere = { '51': undefined, '53': undefined, '58': 'CN', '61': undefined };

  expect(flawsOf({ ...elsewhere, '02': '4' })).toEqual([
    '53 transaction currency (ISO 4217) is missing',
  ]);
  expect(flawsOf(elsewhere)).toContain('no merchant account (02 to 51)');
});

test('says nothing of a code that cannot be read to its end', () => {
  expect(merchantProfileOf(utf8(qrisSample.slice(0, -2)))).toBeUndefined();
});
