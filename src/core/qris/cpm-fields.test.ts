import { expect, test } from 'vitest';
import { aCpmCode, bytesOf, gopay } from '../../../sim/testing/builders.ts';
import { utf8 } from '../bytes.ts';
import { encodeTlv } from '../encoding/ber-tlv.ts';
import { qrisCpm, qrisCpmTextMax } from '../token/qris-cpm.ts';

/** EMVCo's second sample, as in mvallim/emv-qrcode (Apache-2.0), DecoderCpmTest. */
const emvco2 =
  'hQVDUFYwMWETTwegAAAAVVVVUAhQcm9kdWN0MWETTwegAAAAZmZmUAhQcm9kdWN0MmJJWggSNFZ4kBI0WF8gDkNBUkRIT0xERVIvRU1WXy0IcnVlc2RlZW5kIZ8QBwYBCgMAAACfJghYT9OF+iNLzJ82AgABnzcEbVjvEw==';

const adf = encodeTlv('4F', bytesOf('a0000006022020'));
const label = encodeTlv('50', utf8('QRISCPM'));
const digits = `${gopay}00000000002`;
const account = encodeTlv('5A', bytesOf(`${digits}f`));

function aCodeOf(...inner: readonly Uint8Array[]): Uint8Array {
  return aCpmCode(encodeTlv('61', ...inner));
}

test('tells each field with its place, and which of them are secret', () => {
  const code = aCodeOf(
    adf,
    label,
    account,
    encodeTlv('5F2D', utf8('iden')),
    encodeTlv('63', encodeTlv('9F74', utf8('cheque:1')), encodeTlv('C4', bytesOf('aa'))),
  );

  expect(qrisCpm.fields(code).map((field) => Object.values(field).join('|'))).toEqual([
    '85|payload format indicator|2|5|CPV01',
    '61|application template|9|53|5 objects',
    '61.4F|application identifier (ADF name)|11|7|A0000006022020',
    '61.50|application label|20|7|QRISCPM',
    `61.5A|account number (PAN)|29|10|${digits}|true`,
    '61.5A.NNS|issuer (NNS)|29|4|93600914 GoPay',
    '61.5F2D|language preference|42|4|iden',
    '61.63|application specific transparent template|48|14|2 objects',
    '61.63.9F74|issuer QRIS data|51|8|cheque:1|true',
    '61.63.C4|not known to this version|61|1|AA|true',
  ]);
});

test('shows track 2 and its issuer, an unknown one by its number', () => {
  const value = bytesOf('9360099900000000d4912201');
  const fields = qrisCpm.fields(aCodeOf(encodeTlv('57', value)));

  expect(fields.slice(2).map((field) => [field.name, field.value, field.secret])).toEqual([
    ['track 2 equivalent data', '9360099900000000D4912201', true],
    ['issuer (NNS)', '93600999', undefined],
  ]);
});

test('shows text that a terminal would act on as hexadecimal', () => {
  const [, , shown] = qrisCpm.fields(aCodeOf(encodeTlv('50', bytesOf('1b5b324a'))));

  expect(shown?.value).toBe('1B5B324A');
});

test('shows of the EMVCo sample all that there is', () => {
  const paths = qrisCpm.fields(utf8(emvco2)).map(({ path }) => path);

  expect(paths.join(' ')).toBe(
    '85 61 61.4F 61.50 61 61.4F 61.50 62 62.5A 62.5F20 62.5F2D 62.64 62.64.9F10 62.64.9F26 62.64.9F36 62.64.9F37',
  );
});

test('shows of a malformed code what comes before the fault', () => {
  const paths = (text: string) => qrisCpm.fields(utf8(text)).map(({ path }) => path);

  // 85 and then a length byte that is not allowed, then a template that is cut off.
  expect(paths(Buffer.from('850543505630316193', 'hex').toString('base64'))).toEqual(['85']);
  expect(paths(emvco2.slice(0, 40))).toEqual(['85', '61', '61.4F', '61.50']);
  expect(paths('not base64')).toEqual([]);
  expect(paths('A'.repeat(qrisCpmTextMax + 4))).toEqual([]);
});
