import { expect, test } from 'vitest';
import { getUidApdu } from '../src/core/card/apdu.ts';
import { respondThroughReader } from './card-reader-layer.ts';
import { createForeignCard } from './cards/foreign-card.ts';
import { createUidCard } from './cards/uid-card.ts';
import { bytesOf } from './testing/builders.ts';

const uid = bytesOf('04112233445566');

test('tells the UID, and the card hears nothing of the question', () => {
  const card = {
    ...createUidCard(uid),
    respond: () => expect.fail('the card was asked'),
  };

  expect(respondThroughReader(card, getUidApdu)).toEqual(bytesOf('041122334455669000'));
});

test('refuses the UID of a card that has none', () => {
  expect(respondThroughReader(createForeignCard(), getUidApdu)).toEqual(bytesOf('6a81'));
});

test.each([
  ['for the ATS', 'ffca010000'],
  ['for what P2 has no meaning of', 'ffca000100'],
  ['to load a key', 'ff82000006ffffffffffff'],
])('refuses to be asked %s, and does not pass it on', (_, apdu) => {
  expect(respondThroughReader(createUidCard(uid), bytesOf(apdu))).toEqual(bytesOf('6a81'));
});

test('passes every other class on as it is', () => {
  const heard: Uint8Array[] = [];
  const apdu = bytesOf('905a0000035448f500');
  const card = {
    ...createForeignCard(),
    respond(said: Uint8Array) {
      heard.push(said);
      return bytesOf('91a0');
    },
  };

  expect(respondThroughReader(card, apdu)).toEqual(bytesOf('91a0'));
  expect(heard).toEqual([apdu]);
});
