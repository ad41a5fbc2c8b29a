import { expect, test } from 'vitest';
import { hex } from '../../../src/core/bytes.ts';
import { bytesOf } from '../../testing/builders.ts';
import { crc32 } from './card-crypto.ts';
import { aCard, talkTo, transitAid, withApplication } from './card-talk.ts';

const newKey = '00102030405060708090a0b0b0a09080';
const key = bytesOf(newKey);

test.each(['ev1', 'ev2'] as const)('changes the own key and ends the %s session', (generation) => {
  const talk = withApplication(aCard({ generation }));
  talk.authenticate(0, { generation });
  const change = { code: 0xc4, header: '00', data: `${newKey}01`, mode: 'full' } as const;

  // No MAC behind the status: the session that would make it is over.
  expect(() => talk.say(change)).toThrow('MAC');
  expect(talk.raw(0x64, '00')).toBe('019100');
  expect(() => talk.authenticate(0, { generation })).toThrow();
  talk.authenticate(0, { key, generation });
});

test('changes another key, which comes mixed with the old one and with a check sum', () => {
  const talk = withApplication(aCard());
  talk.authenticate(0);
  const data = `${newKey}01${hex(crc32(key))}`;

  expect(talk.say({ code: 0xc4, header: '02', data, mode: 'full' })).toBe('');
  expect(talk.say({ code: 0x64, header: '02', answerBytes: 1 })).toBe('01');
  talk.authenticate(2, { key });
});

test('refuses another key with a wrong check sum', () => {
  const talk = withApplication(aCard());
  talk.authenticate(0);
  const data = `${newKey}0100000000`;

  expect(talk.say({ code: 0xc4, header: '02', data, mode: 'full' })).toBe('integrity-error');
  expect(talk.raw(0x64, '02')).toBe('009100');
});

test.each([
  ['another key than the changing one', '0b', 1, '03', 'authentication-error'],
  ['any key when all are frozen', 'fb', 0, '03', 'permission-denied'],
  ['the master key when it is frozen', '0a', 0, '00', 'permission-denied'],
  ['another key where each changes itself', 'eb', 0, '03', 'authentication-error'],
])('does not change %s', (_, settings, session, number, status) => {
  const talk = withApplication(aCard(), settings);
  talk.authenticate(session);
  const check = number === '00' ? '' : hex(crc32(key));

  const data = `${newKey}01${check}`;
  expect(talk.say({ code: 0xc4, header: number, data, mode: 'full' })).toBe(status);
});

test('changes the settings of an application, unless they are frozen', () => {
  const talk = withApplication(aCard());
  talk.authenticate(0);
  const frozen = talk.say({ code: 0x54, data: '02', mode: 'full' });
  const settings = talk.say({ code: 0x45, answerBytes: 2 });

  expect([frozen, settings]).toEqual(['', '0285']);
  expect(talk.say({ code: 0x54, data: '0b', mode: 'full' })).toBe('permission-denied');
});

test('changes no settings for another key than the master key', () => {
  const talk = withApplication(aCard());
  talk.authenticate(1);

  expect(talk.say({ code: 0x54, data: '0f', mode: 'full' })).toBe('authentication-error');
});

test('lists files only with the master key when listing is not free', () => {
  const card = aCard();
  const talk = withApplication(card, '09');
  const refused = [talk.raw(0x6f), talk.raw(0x45), talk.raw(0xf5, '01')];
  talk.authenticate(0);

  expect(refused).toEqual(['91ae', '91ae', '91ae']);
  expect(talk.say({ code: 0x6f })).toBe('');
  expect(talkTo(card).raw(0x5a, transitAid)).toBe('9100');
});

test('creates files only with the master key when creating is not free', () => {
  const talk = withApplication(aCard());
  const refused = talk.raw(0xcd, '0100eeee200000');
  talk.authenticate(1);

  expect(refused).toBe('91ae');
  expect(talk.say({ code: 0xcd, header: '0100eeee200000' })).toBe('authentication-error');
});
