import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hex } from '../../../src/core/bytes.ts';
import { bytesOf } from '../../testing/builders.ts';
import { aCard, le, talkTo, transitAid, withApplication } from './card-talk.ts';

/** Sends one APDU as it is. */
function respond(apdu: string, card = aCard()): string {
  return hex(card.respond(bytesOf(apdu)));
}

test('has the ATR of a contactless card with the historical byte of DESFire', () => {
  expect(hex(aCard().atr)).toBe('3b8180018080');
});

test.each([
  ['00a4040007f048414c5445010000', '6a82'],
  ['00b0000000', '6d00'],
  ['8060000000', '6e00'],
  ['90600000', '917e'],
  ['9060010000', '917e'],
  ['905a000003544800', '917e'],
  ['9077000000', '917e'],
  ['9000000000', '911c'],
  ['90af000000', '911c'],
])('answers %s with %s', (apdu, status) => {
  expect(respond(apdu)).toBe(status);
});

test('tells its version in three frames, the last with its UID', () => {
  const talk = talkTo(aCard());

  expect(talk.raw(0x60)).toBe('0401011200180591af');
  expect(talk.raw(0xaf)).toBe('0401010201180591af');
  expect(talk.raw(0xaf)).toBe('04782e21801d80ba0000000001269100');
});

test('refuses another command between the frames of a response', () => {
  const talk = talkTo(aCard());
  talk.raw(0x60);

  expect([talk.raw(0x6a), talk.raw(0xaf)]).toEqual(['91ca', '911c']);
});

test('takes no data with the request for a further frame of its response', () => {
  const talk = talkTo(aCard());
  talk.raw(0x60);

  expect(talk.raw(0xaf, '00')).toBe('917e');
});

test.each([0x71, 0x77, 0xad, 0x8d, 0xab, 0x8b, 0xce])('knows command %i since EV2', (code) => {
  expect(talkTo(aCard({ generation: 'ev1' })).raw(code, '0000')).toBe('911c');
  expect(talkTo(aCard()).raw(code, '0000')).not.toBe('911c');
});

test('starts as a blank card on which anybody may create an application', () => {
  const talk = talkTo(aCard());
  const found = [talk.raw(0x6a), talk.raw(0x45), talk.raw(0x5a, transitAid)];
  const created = [talk.raw(0xca, `${transitAid}0b85`), talk.raw(0x6a)];

  expect(found).toEqual(['9100', '0f819100', '91a0']);
  expect(created).toEqual(['9100', `${transitAid}9100`]);
});

test.each([
  ['an application that is there', `${transitAid}0b85`, '91de'],
  ['DES keys', '0102030b05', '919e'],
  ['no keys', '0102030b80', '919e'],
  ['more than 14 keys', '0102030b8f', '919e'],
  ['no settings', '010203', '917e'],
])('does not create %s', (_, payload, status) => {
  const talk = talkTo(aCard());
  talk.raw(0xca, `${transitAid}0b85`);

  expect(talk.raw(0xca, payload)).toBe(status);
});

test.each([
  ['ev1', 28, '91ce'],
  ['ev2', 64, '910e'],
] as const)('an %s card takes %i applications', (generation, most, status) => {
  const talk = talkTo(aCard({ generation }));
  const create = (number: number) => talk.raw(0xca, `0000${le(number, 1)}0b81`);
  const created = Array.from({ length: most }, (_, index) => create(index + 1));

  expect(new Set(created)).toEqual(new Set(['9100']));
  expect(create(most + 1)).toBe(status);
});

test('creates and lists applications at the level of the card alone', () => {
  const talk = withApplication(aCard());

  expect([talk.raw(0xca, '0102030b85'), talk.raw(0x6a)]).toEqual(['919d', '919d']);
});

test('runs out of memory, and tells how much is left', () => {
  const talk = withApplication(aCard());
  talk.authenticate(0);
  const before = talk.say({ code: 0x6e, answerBytes: 3 });
  const created = talk.say({ code: 0xcd, header: `0100eeee${le(3_900, 3)}` });

  expect(before).toBe(le(4_096 - 128, 3));
  expect([created, talk.say({ code: 0x6e, answerBytes: 3 })]).toEqual(['', le(64, 3)]);
  expect(talk.say({ code: 0xcd, header: `0200eeee${le(65, 3)}` })).toBe('other');
});

test('refuses a wrong key and keys that there are not', () => {
  const talk = withApplication(aCard());

  expect(() => talk.authenticate(0, { key: new Uint8Array(16).fill(1) })).toThrow('91ae');
  expect(talk.raw(0x71, '0500')).toBe('9140');
  expect(talk.raw(0x64, '05')).toBe('9140');
});

test('forgets a session at reset, when another application is selected, and after an error', () => {
  const card = aCard();
  const talk = withApplication(card);
  const ends = [() => card.reset(), () => talk.raw(0x5a, transitAid), () => talk.raw(0xff)];

  const afterwards = ends.map((end) => {
    talk.raw(0x5a, transitAid);
    talk.authenticate(0);
    end();
    return talk.raw(0x51);
  });

  expect(afterwards).toEqual(['91ae', '91ae', '91ae']);
});

test.each(['ev1', 'ev2'] as const)('gives its UID enciphered in an %s session', (generation) => {
  const talk = withApplication(aCard({ generation }));
  talk.authenticate(0, { generation });

  expect(talk.say({ code: 0x51, mode: 'full', answerBytes: 7 })).toBe('04782e21801d80');
});

test('deletes its applications when formatted with the master key of the card', () => {
  const card = aCard();
  withApplication(card);
  card.reset();
  const talk = talkTo(card);
  const refused = talk.raw(0xfc);
  talk.authenticate(0);

  expect([refused, talk.say({ code: 0xfc }), talk.say({ code: 0x6a })]).toEqual(['91ae', '', '']);
});

test('lets an application be deleted with its own master key', () => {
  const talk = withApplication(aCard());
  const refused = talk.raw(0xda, transitAid);
  talk.authenticate(0);
  const command = { code: 0xda, header: transitAid };

  // Its session went with it: no MAC.
  expect(() => talk.say(command)).toThrow('MAC');
  expect([refused, talk.raw(0x6a), talk.raw(0x5a, transitAid)]).toEqual(['91ae', '9100', '91a0']);
});

test('goes on under another key with AuthenticateEV2NonFirst only within a session', () => {
  expect(withApplication(aCard()).raw(0x77, '00')).toBe('91ae');
});

test('is as it was when made of what it remembered', () => {
  const card = aCard();
  withApplication(card);

  const again = aCard({ memory: card.snapshot() });

  expect(again.snapshot()).toEqual(card.snapshot());
  expect(talkTo(again).raw(0x6a)).toBe(`${transitAid}9100`);
});

test('survives whatever is sent to it', () => {
  const code = fc.constantFrom(
    ...[0x71, 0x77, 0xaa, 0xaf, 0x60, 0x6a, 0x6e, 0x51, 0xfc, 0x5a, 0xca, 0xda, 0x45, 0x64, 0xc4],
    ...[0x54, 0xcd, 0xcb, 0xcc, 0xc1, 0xc0, 0xce, 0x6f, 0xf5, 0x5f, 0xdf, 0xbd, 0x3d, 0xad, 0x8d],
    ...[0x6c, 0x0c, 0x1c, 0xdc, 0xbb, 0x3b, 0xab, 0x8b, 0xeb, 0xc7, 0xa7],
  );
  const low = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 20 });
  const payload = fc.oneof(low, fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 60 }));
  const wrapped = fc
    .tuple(code, payload)
    .map(([ins, data]) =>
      data.length === 0 ? [0x90, ins, 0, 0, 0] : [0x90, ins, 0, 0, data.length, ...data, 0],
    );
  const apdu = fc.oneof(wrapped, fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 }));

  fc.assert(
    fc.property(fc.array(apdu, { maxLength: 30 }), fc.boolean(), (apdus, authenticated) => {
      const card = aCard();
      const talk = withApplication(card, '0f');
      if (authenticated) talk.authenticate(0);
      for (const bytes of apdus) {
        const answered = card.respond(Uint8Array.from(bytes));
        expect(answered.length).toBeGreaterThanOrEqual(2);
        expect(answered.length).toBeLessThanOrEqual(258);
      }
    }),
  );
});
