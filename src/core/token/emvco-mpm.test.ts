import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyed } from '../../../sim/testing/builders.ts';
import { utf8 } from '../bytes.ts';
import {
  encodeIdLengthValue,
  type IdLengthValue,
  readIdLengthValue,
} from '../encoding/id-length-value.ts';
import { faulty } from '../parsed.ts';
import { emvcoMpm, isMerchantCodeTemplate, merchantCodeChecksum } from './emvco-mpm.ts';

/** Sample of the EMVCo specification, as in the tests of mvallim/emv-qrcode (Apache-2.0). */
const emvcoSample =
  '00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016A0112233449988770708123456786304A13A';
/** The QRIS specification's fictional merchant, as in the tests of astrapay/spring-qris (MIT). */
const qrisSample =
  '00020101021126670018ID.CO.EXAMPLE2.WWW01159360001404567890215MIDCONTOH1234560303UMI51370014ID.CO.QRIS.WWW0215ID10191234567815204123453033605802ID5914NamaMerchantC16009NamaKota16110123456789062070703K196304B22E';
/** Test merchant of astrapay/spring-qris whose CRC is wrong: it states A79C. */
const wrongChecksum =
  '00020101021126640018ID.CO.ASTRAPAY.WWW011893600822321000024002092100002400303UBE51440014ID.CO.QRIS.WWW0215ID20210662463920303UBE5204581253033605802ID5913TEST MERCHANT6007Jakarta61054433562080704AP016304A79C';

function judge(text: string) {
  return emvcoMpm.parse(utf8(text), keyed);
}

const merchantCode = faulty('merchant-code', 'a merchant-presented code');

/** With the CRC that the text ought to have. */
function sealed(text: string): string {
  return `${text}6304${merchantCodeChecksum(utf8(`${text}6304`))}`;
}

test.each([
  ['the EMVCo sample', emvcoSample],
  ['the QRIS sample', qrisSample],
  ['the least that can be', sealed('000201')],
  ['the test merchant once its CRC is right', `${wrongChecksum.slice(0, -4)}7F7A`],
])('tells %s to be a merchant’s', (_, text) => {
  expect(emvcoMpm.recognises(utf8(text))).toBe(true);
  expect(judge(text)).toEqual(merchantCode);
});

test('tells where a CRC does not match, and nothing of what stands there', () => {
  const { length } = utf8(wrongChecksum);

  expect(judge(wrongChecksum)).toEqual(
    faulty('malformed-token', `CRC does not match, byte ${length - 4}`),
  );
});

test.each([
  ['half an object', '0002016', 'ends inside an object at byte 6'],
  ['no CRC', '0002015802ID', 'no CRC at the end, byte 12'],
  ['a CRC under another ID', '0002016004FFFF', 'no CRC at the end, byte 14'],
  ['an object after the CRC', `${sealed('000201')}5802ID`, 'no CRC at the end, byte 20'],
  ['a CRC in small letters', qrisSample.replace('B22E', 'b22e'), 'no CRC at the end, byte 209'],
  ['a CRC of three digits', '0002016303B22', 'no CRC at the end, byte 13'],
  ['a CRC of other letters', '0002016304ZZZZ', 'no CRC at the end, byte 14'],
  ['an ID twice', sealed('0002015802ID5802ID'), 'ID 58 twice at byte 12'],
  ['a malformed template', sealed('00020162040101'), 'value runs past its end at byte 14'],
])('refuses a code with %s', (_, text, detail) => {
  expect(judge(text)).toEqual(faulty('malformed-token', detail));
});

test('refuses what is not UTF-8', () => {
  const bytes = Uint8Array.from(Buffer.from(qrisSample.replace('Kota', 'K\xf6ta'), 'latin1'));

  expect(emvcoMpm.parse(bytes, keyed)).toEqual(
    faulty('malformed-token', `not UTF-8 at byte ${bytes.indexOf(0xf6)}`),
  );
});

test('finds every cut', () => {
  for (let at = 6; at < qrisSample.length; at += 1) {
    expect(judge(qrisSample.slice(0, at))).toMatchObject({ fault: { reason: 'malformed-token' } });
  }
});

test('finds every change of one byte', () => {
  const sample = utf8(emvcoSample);
  for (const [at, byte] of sample.entries()) {
    const changed = Uint8Array.from(sample);
    changed[at] = byte ^ 1;

    expect(emvcoMpm.parse(changed, keyed)).toMatchObject({ fault: { reason: 'malformed-token' } });
  }
});

test.each([
  ['another version', '000202'],
  ['half the beginning', '00020'],
  ['a payment code', 'hQVDUFYwMWE'],
  ['nothing', ''],
])('does not recognise %s', (_, text) => {
  expect(emvcoMpm.recognises(utf8(text))).toBe(false);
});

/** Writes an object again from the innermost values. */
function rewritten(objects: readonly IdLengthValue[]): string {
  return encodeIdLengthValue(
    objects.map(({ id, value, inner }) => [id, inner.length > 0 ? rewritten(inner) : value]),
  );
}

test.each([emvcoSample, qrisSample, wrongChecksum])(
  'writes sample %# again, byte for byte',
  (text) => {
    const { objects } = readIdLengthValue(utf8(text), isMerchantCodeTemplate);

    expect(rewritten(objects)).toBe(text);
  },
);

test('shows every field of the QRIS sample by name', () => {
  const fields = emvcoMpm.fields(utf8(qrisSample));

  expect(fields.map(({ path, name, value }) => `${path} ${name}: ${value}`)).toEqual([
    '00 payload format indicator: 01',
    '01 point of initiation method: 11 (static)',
    '26.00 globally unique identifier: ID.CO.EXAMPLE2.WWW',
    '26.01 merchant PAN: 936000140456789',
    '26.02 merchant id: MIDCONTOH123456',
    '26.03 merchant criteria: UMI (micro business)',
    '51.00 globally unique identifier: ID.CO.QRIS.WWW',
    '51.02 national merchant id (NMID): ID1019123456781',
    '52 merchant category code (ISO 18245): 1234',
    '53 transaction currency (ISO 4217): 360 (IDR)',
    '58 country code: ID',
    '59 merchant name: NamaMerchantC1',
    '60 merchant city: NamaKota1',
    '61 postal code: 1234567890',
    '62.07 terminal label: K19',
    '63 CRC: B22E',
  ]);
});

test('shows every field of the EMVCo sample by name', () => {
  const fields = emvcoMpm.fields(utf8(emvcoSample));

  expect(fields.map(({ path, name, value }) => `${path} ${name}: ${value}`)).toEqual([
    '00 payload format indicator: 01',
    '01 point of initiation method: 12 (dynamic)',
    '29.00 globally unique identifier: D15600000000',
    '29.05 payment network data: A93FO3230Q',
    '31.00 globally unique identifier: D15600000001',
    '31.03 payment network data: 12345678',
    '52 merchant category code (ISO 18245): 4111',
    '58 country code: CN',
    '59 merchant name: BEST TRANSPORT',
    '60 merchant city: BEIJING',
    '64.00 language: ZH',
    '64.01 merchant name in it: 最佳运输',
    '64.02 merchant city in it: 北京',
    '54 transaction amount: 23.72',
    '53 transaction currency (ISO 4217): 156',
    '55 tip or convenience fee: 01 (the payer is asked for a tip)',
    '62.03 store label: 1234',
    '62.06 customer label: ***',
    '62.07 terminal label: A6008667',
    '62.09 consumer data asked for: ME',
    '91.00 globally unique identifier: A011223344998877',
    '91.07 data of its owner: 12345678',
    '63 CRC: A13A',
  ]);
});

test('tells where each value lies in the bytes, wide characters included', () => {
  const bytes = utf8(emvcoSample);
  const ofBytes = new TextDecoder();

  for (const { value, offset, bytes: count } of emvcoMpm.fields(bytes)) {
    expect(value.startsWith(ofBytes.decode(bytes.subarray(offset, offset + count)))).toBe(true);
  }
});

test('opens what payment systems put into the additional data', () => {
  const fields = emvcoMpm.fields(utf8('62270103abc991600031230105hello'));

  expect(fields.map(({ path, name, value }) => `${path} ${name}: ${value}`)).toEqual([
    '62.01 bill number: abc',
    '62.99.00 globally unique identifier: 123',
    '62.99.01 payment network data: hello',
  ]);
});

test('shows what stands before a fault', () => {
  const paths = (text: string) => emvcoMpm.fields(utf8(text)).map(({ path }) => path);

  expect(paths('00020126100002ab019')).toEqual(['00']);
  expect(paths('00020126100002ab0199')).toEqual(['00', '26.00']);
  expect(paths('')).toEqual([]);
});

test('names a criteria only where one stands, and none by a name that objects have', () => {
  const value = (text: string) => emvcoMpm.fields(utf8(text)).map((field) => field.value);

  expect(value('260703' + '03BLU5803UMI')).toEqual(['BLU (public service agency)', 'UMI']);
  expect(value('26150311constructor')).toEqual(['constructor']);
});

test('has a name for every ID', () => {
  const ids = Array.from({ length: 100 }, (_, id) => String(id).padStart(2, '0'));
  const names = ids.flatMap((id) => {
    const text = isMerchantCodeTemplate(id) ? `${id}050101x` : `${id}01x`;
    return emvcoMpm.fields(utf8(text)).map(({ name }) => name);
  });

  expect(names).toHaveLength(100);
  expect(names.filter((name) => name === 'reserved by EMVCo')).toHaveLength(15);
});

test('never throws, whatever follows the beginning', () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.string({ unit: fc.constantFrom('0', '1', '2', '6', '3', 'é'), maxLength: 60 }).map(utf8),
  );

  fc.assert(
    fc.property(noise, (rest) => {
      const bytes = Uint8Array.from([...utf8('000201'), ...rest]);

      expect(emvcoMpm.parse(bytes, keyed).ok).toBe(false);
      expect(emvcoMpm.fields(bytes).every(({ offset }) => offset <= bytes.length)).toBe(true);
    }),
  );
});
