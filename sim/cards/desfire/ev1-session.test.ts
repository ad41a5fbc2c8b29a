import { expect, test } from 'vitest';
import { hex } from '../../../src/core/bytes.ts';
import { bytesOf } from '../../testing/builders.ts';
import { createEv1Session } from './ev1-session.ts';
import { managed } from './secure-session.ts';

const changeOfOther = {
  ...managed,
  mode: 'full',
  carries: 'command',
  headerBytes: 1,
  dataBytes: 17,
  trailerBytes: 4,
} as const;

// Elmü's library for the PN532, test output of a DESFire EV1: ChangeKey of key 1 under key 0.
const session = () => createEv1Session(0, bytesOf('c2a1e47bd8100044fe6d00a74d7ab17c'));
const payload = bytesOf('01e7eccb6bd1ca64bc161a12b1c024f71430337408c8a87eacab7a1ff18951fca3');

test('deciphers a command and answers with the MAC that goes on from it', () => {
  const card = session();

  expect(hex(card.unprotect({ code: 0xc4, payload }, changeOfOther))).toBe(
    '0100102030405060708090a0b0b0a0908010bfe37919',
  );
  expect(hex(card.protect(new Uint8Array(0), changeOfOther))).toBe('2128d3cd9c9acfff');
});

test.each([
  ['another command code', 0xc5, payload],
  ['another key number', 0xc4, Uint8Array.of(2, ...payload.subarray(1))],
  ['another ciphertext', 0xc4, Uint8Array.of(...payload.subarray(0, 32), 0)],
])('refuses %s for its check sum', (_, code, changed) => {
  expect(() => session().unprotect({ code, payload: changed }, changeOfOther)).toThrow(
    'integrityError',
  );
});

test('refuses a ciphertext of another length', () => {
  const command = { code: 0xc4, payload: payload.subarray(0, 17) };

  expect(() => session().unprotect(command, changeOfOther)).toThrow('lengthError');
});

test('needs the MAC of data that goes to a file with MAC', () => {
  const writing = { ...managed, carries: 'command', headerBytes: 1, dataBytes: 4 } as const;
  const command = { code: 0xdc, payload: new Uint8Array(13) };

  expect(() => session().unprotect(command, writing)).toThrow('integrityError');
  expect(session().payloadBytes(writing)).toBe(13);
});
