import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nmeaSentence } from '../../sim/gnss-receiver.ts';
import { checksumOf, readNmeaLine, sentenceCharsMax } from './nmea-line.ts';

test.each([
  // ITxPT/S02, S02P03_GNSSLocation/examples/GNSSLocationDelivery.xml.
  '$GPRMC,080530.526,A,4852.655,N,00220.337,E,,,241019,000.0,W*70',
  // The four sentences of D. DePriest, NMEA data, https://gpsinformation.org/dale/nmea.htm.
  '$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47',
  '$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A',
  '$GPVTG,054.7,T,034.4,M,005.5,N,010.2,K*48',
  '$GPGSA,A,3,04,05,,09,12,,,24,,,,,2.5,1.3,2.1*39',
])('finds the published checksum of %s', (line) => {
  const [talker, kind] = [line.slice(1, 3), line.slice(3, 6)];

  expect(readNmeaLine(line)).toMatchObject({ talker, kind });
});

test.each(['GP', 'GN', 'GL', 'GA', 'BD', 'GB', 'GQ', 'QZ', 'GI', 'II'])(
  'reads what %s says',
  (talker) => {
    expect(readNmeaLine(nmeaSentence(`${talker}RMC,1,,3`).trimEnd())).toEqual({
      ...{ talker, kind: 'RMC', fields: ['1', '', '3'] },
    });
  },
);

test.each([
  ['', 'no-sentence'],
  ['GPRMC,1*00', 'no-sentence'],
  ['$', 'no-checksum'],
  ['$GPRMC,123519,A', 'no-checksum'],
  ['$GPRMC,123519,A*', 'no-checksum'],
  ['$GPRMC,123519,A*1', 'no-checksum'],
  ['$GPRMC,123519,A*G1', 'no-checksum'],
  ['$GPRMC,123519,A*00', 'wrong-checksum'],
  ['$gprmc,1*5E', 'wrong-checksum'],
  [nmeaSentence('PUBX,00,081350.00').trimEnd(), 'proprietary'],
  [nmeaSentence('GPRM,1').trimEnd(), 'no-sentence'],
  [nmeaSentence('GPRMC').trimEnd(), 'no-sentence'],
])('takes no sentence from %j', (line, fault) => {
  expect(readNmeaLine(line)).toBe(fault);
});

test('passes over half a sentence, or a binary message, before a whole one', () => {
  const whole = nmeaSentence('GNVTG,,T,,M,,N,,K,N').trimEnd();

  expect(readNmeaLine(`$GNRMC,0805${whole}`)).toMatchObject({ kind: 'VTG' });
  expect(readNmeaLine(`\u00b5b\u0001\u0007\u0000$${whole}`)).toMatchObject({ kind: 'VTG' });
});

test('takes a sentence of 128 characters and none of 129', () => {
  const sentenceOf = (length: number) => nmeaSentence(`GPTXT,${'x'.repeat(length - 10)}`).trimEnd();

  expect(sentenceOf(128)).toHaveLength(sentenceCharsMax);
  expect(readNmeaLine(sentenceOf(128))).toMatchObject({ kind: 'TXT' });
  expect(readNmeaLine(sentenceOf(129))).toBe('too-long');
});

test('takes a checksum in small letters too', () => {
  const body = 'GPRMC,1,,,,,,,,,,';
  const checksum = checksumOf(body).toString(16).padStart(2, '0');

  expect(readNmeaLine(`$${body}*${checksum}`)).toMatchObject({ kind: 'RMC' });
});

test('never throws', () => {
  fc.assert(fc.property(fc.string(), (text) => void readNmeaLine(text)));
});

test('takes no sentence of which one character is another', () => {
  const line = '$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47';
  const taken = Array.from(line.slice(0, -3)).flatMap((_, at) =>
    Array.from({ length: 95 }, (_unused, i) => String.fromCharCode(0x20 + i))
      .map((other) => line.slice(0, at) + other + line.slice(at + 1))
      .filter((changed) => changed !== line && typeof readNmeaLine(changed) !== 'string'),
  );

  expect(taken).toEqual([]);
});
