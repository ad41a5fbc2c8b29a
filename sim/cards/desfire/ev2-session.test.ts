import { expect, test } from 'vitest';
import { hex } from '../../../src/core/bytes.ts';
import { bytesOf } from '../../testing/builders.ts';
import { createEv2Session, ev2SessionKeys } from './ev2-session.ts';
import { managed } from './secure-session.ts';

interface Vector {
  readonly enc?: string;
  readonly mac: string;
  readonly identifier: string;
  readonly counter?: number;
}

function session({ enc = '00'.repeat(16), mac, identifier, counter = 0 }: Vector) {
  const keys = { enc: bytesOf(enc), mac: bytesOf(mac) };
  return createEv2Session({ keyNumber: 0, keys, identifier: bytesOf(identifier), counter });
}

test('derives the session keys of NXP AN12343', () => {
  const keys = ev2SessionKeys(new Uint8Array(16), {
    rndA: bytesOf('b04d0787c93ee0cc8cacc8e86f16c6fe'),
    rndB: bytesOf('fa659ad0dca738dd65dc7dc38612ad81'),
  });

  expect(hex(keys.enc)).toBe('63dc07286289a7a6c0334ca31c314a04');
  expect(hex(keys.mac)).toBe('774f26743ece6af5033b6ae8522946f6');
});

// NXP AN12196 §5.3: GetFileSettings of file 2.
const settings = { mac: '8248134a386e86eb7faf54a52e536cb6', identifier: '7a21085e' };
const settingsData = '0040eeee000100d1fe001f00004400004400002000006a0000';

test('takes a command with its MAC and answers with one', () => {
  const card = session(settings);
  const command = { code: 0xf5, payload: bytesOf('026597a457c8cd442c') };

  expect(hex(card.unprotect(command, managed))).toBe('02');
  expect(hex(card.protect(bytesOf(settingsData), managed))).toBe(`${settingsData}2a474282e7a47986`);
});

test.each(['036597a457c8cd442c', '026597a457c8cd442d'])('refuses %s for its MAC', (payload) => {
  const command = { code: 0xf5, payload: bytesOf(payload) };

  expect(() => session(settings).unprotect(command, managed)).toThrow('integrityError');
});

test('does not take the same command twice', () => {
  const card = session(settings);
  const command = { code: 0xf5, payload: bytesOf('026597a457c8cd442c') };
  card.unprotect(command, managed);

  expect(() => card.unprotect(command, managed)).toThrow('integrityError');
});

// NXP AN12196 §5.12: WriteData to file 3, ten bytes.
const writing = {
  enc: '7a93d6571e4b180fca6ac90c9a7488d4',
  mac: 'fc4af159b62e549b5812394cab1918cc',
  identifier: '7614281a',
};
const full = {
  ...managed,
  mode: 'full',
  carries: 'command',
  headerBytes: 7,
  dataBytes: 10,
} as const;

test('deciphers what is written in full protection', () => {
  const card = session(writing);
  const payload = bytesOf('030000000a00006b5e6804909962fc4e3ff5522cf0f8436c0c53315b9c73aa');

  expect(card.payloadBytes(full)).toBe(payload.length);
  expect(hex(card.unprotect({ code: 0x8d, payload }, full))).toBe(
    '030000000a00000102030405060708090a',
  );
  expect(hex(card.protect(new Uint8Array(0), full))).toBe('c26d236e4a7c046d');
});

// NXP AN12196 §7.3: GetCardUID.
test('enciphers what is answered in full protection', () => {
  const card = session({
    enc: '2b4d963c014dc36f24f69a50a394f875',
    mac: '379d32130ce61705dd5fd8c36b95d764',
    identifier: 'df055522',
  });
  const response = { ...managed, mode: 'full', carries: 'response' } as const;

  card.unprotect({ code: 0x51, payload: bytesOf('8e2c155adda99be3') }, response);

  expect(hex(card.protect(bytesOf('04958caa5c5e80'), response))).toBe(
    '70756055688505b52a5e26e59e329cd6595f672298ea41b7',
  );
});

// NXP AN12196 §5.16: ChangeKey of key 2 under key 0.
test('deciphers a new key', () => {
  const card = session({
    enc: '4cf3cb41a22583a61e89b158d252fc53',
    mac: '5529860b2fc5fb6154b7f28361d30bf9',
    identifier: '7614281a',
    counter: 2,
  });
  const sent = '022cf362b7bf4311ff3be1daa295e8c68de09050560d19b9e16c2393ae9cd1fac75d0ce20bcd1d06e6';
  const change = { ...full, headerBytes: 1, dataBytes: 17, trailerBytes: 4 };

  expect(hex(card.unprotect({ code: 0xc4, payload: bytesOf(sent) }, change))).toBe(
    '02f3847d627727ed3bc9c4cc050489b96601789dfadc',
  );
  expect(hex(card.protect(new Uint8Array(0), change))).toBe('203bb55d1089d587');
});

test('counts commands in plain mode too', () => {
  const card = session(settings);
  card.unprotect({ code: 0xbd, payload: new Uint8Array(7) }, { ...managed, mode: 'plain' });
  const command = { code: 0xf5, payload: bytesOf('026597a457c8cd442c') };

  expect(() => card.unprotect(command, managed)).toThrow('integrityError');
});

test('ends when its counter is used up', () => {
  const card = session({ ...settings, counter: 0xffff });
  const command = { code: 0xbd, payload: new Uint8Array(7) };

  expect(() => card.unprotect(command, { ...managed, mode: 'plain' })).toThrow('commandAborted');
});
