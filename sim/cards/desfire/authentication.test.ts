import { expect, test } from 'vitest';
import { concat, hex } from '../../../src/core/bytes.ts';
import { bytesOf } from '../../testing/builders.ts';
import { cmac, decryptCbc, encryptCbc, rotated, truncatedMac, zeroBlock } from './card-crypto.ts';
import { aCard, transitAid, withApplication } from './card-talk.ts';
import { ev2SessionKeys } from './ev2-session.ts';

const key = new Uint8Array(16);
const rndA = bytesOf('b04d0787c93ee0cc8cacc8e86f16c6fe');
const identifier = '11223344';

/** Answers the challenge of command 71 or 77. @returns the card's last response, and its RndB. */
function authenticate(talk: ReturnType<typeof withApplication>, code: number, payload: string) {
  const challenge = bytesOf(talk.raw(code, payload)).slice(0, 16);
  const rndB = decryptCbc(key, zeroBlock, challenge);
  const proof = encryptCbc(key, zeroBlock, concat(rndA, rotated(rndB)));
  return { rndB, answered: bytesOf(talk.raw(0xaf, hex(proof))) };
}

function withIdentifier() {
  let drawn = 0;
  return {
    bytes(length: number) {
      drawn += 1;
      return length === 4 ? bytesOf(identifier) : new Uint8Array(length).fill(drawn);
    },
  };
}

test.each([
  ['0000', '000000000000'],
  ['0003010203', '010203000000'],
  ['0006010203040506', '010203040506'],
  ['00080102030405060708', '010203040506'],
])('repeats the capabilities of the reader: %s', (payload, echo) => {
  const talk = withApplication(aCard({ entropy: withIdentifier() }));

  const { answered } = authenticate(talk, 0x71, payload);

  expect(hex(decryptCbc(key, zeroBlock, answered.slice(0, 32)))).toBe(
    `${identifier}${hex(rotated(rndA))}000000000000${echo}`,
  );
});

test('goes on counting in the same session after AuthenticateEV2NonFirst', () => {
  const talk = withApplication(aCard({ entropy: withIdentifier() }));
  authenticate(talk, 0x71, '0000');
  talk.raw(0xbd, '00'.repeat(7));
  const lost = talk.raw(0x77, '01');
  const first = authenticate(talk, 0x71, '0000');
  const counted = say(talk, first.rndB, 0);
  const second = authenticate(talk, 0x77, '01');

  expect(lost).toBe('91ae');
  expect(hex(decryptCbc(key, zeroBlock, second.answered.slice(0, 16)))).toBe(hex(rotated(rndA)));
  expect([counted, say(talk, second.rndB, 1)]).toEqual(['0b859100', '0b859100']);
});

/** GetKeySettings under the MAC of a session that has counted so far. @returns data and status. */
function say(talk: ReturnType<typeof withApplication>, rndB: Uint8Array, counter: number): string {
  const keys = ev2SessionKeys(key, { rndA, rndB });
  const mac = cmac(keys.mac, concat(Uint8Array.of(0x45, counter, 0), bytesOf(identifier)));
  const response = talk.raw(0x45, hex(truncatedMac(mac)));
  return `${response.slice(0, 4)}${response.slice(-4)}`;
}

test('is not impressed by a proof of another challenge, or of another length', () => {
  const talk = withApplication(aCard());
  talk.raw(0x71, '0000');
  const wrong = talk.raw(0xaf, '00'.repeat(32));
  talk.raw(0xaa, '00');

  expect([wrong, talk.raw(0xaf, '00'.repeat(31)), talk.raw(0xaf, '00'.repeat(32))]).toEqual([
    '91ae',
    '917e',
    '911c',
  ]);
});

test('drops an authentication that another command interrupts', () => {
  const talk = withApplication(aCard());
  talk.raw(0x71, '0000');

  expect([talk.raw(0x5a, transitAid), talk.raw(0xaf, '00'.repeat(32))]).toEqual(['91ca', '911c']);
});
