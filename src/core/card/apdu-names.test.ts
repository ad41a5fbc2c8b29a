import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf } from '../../../sim/testing/builders.ts';
import { hex } from '../bytes.ts';
import { beginsDesfireSession, commandName, statusName } from './apdu-names.ts';

test.each([
  ['00a4040007f048414c54450100', 'SELECT Halte ticket'],
  ['00a4040007a0000006022020', 'SELECT QRIS'],
  ['00a404000e325041592e5359532e444446303100', 'SELECT payment cards (PPSE)'],
  ['00a4040007a000000003101000', 'SELECT application A0000000031010'],
  ['00a40000023f00', 'SELECT'],
  ['00b20100', 'READ RECORD 1'],
  ['00b000f0f0', 'READ BINARY from byte 240'],
  ['00b00100f0', 'READ BINARY from byte 256'],
  ['008800000400112233', 'INTERNAL AUTHENTICATE'],
  ['0084000008', 'GET CHALLENGE'],
  ['00c0000010', 'GET RESPONSE'],
  ['ffca000000', 'GET DATA UID'],
  ['ffca010000', 'GET DATA answer to select'],
  ['ffb0000410', 'reader: READ BINARY of a storage card'],
  ['ff00400005', 'reader: command 00'],
  ['905a00000301020300', 'DESFire SelectApplication'],
  ['907100000200000000', 'DESFire AuthenticateEV2First'],
  ['90dc000000', 'DESFire Debit'],
  ['90c7000000', 'DESFire CommitTransaction'],
  ['9000000000', 'DESFire command 00'],
  ['9032030000', 'class 90, instruction 32'],
  ['80a8000002830000', 'class 80, instruction A8'],
  ['00a404', 'too short for a command'],
  ['', 'too short for a command'],
])('calls %s %s', (apdu, name) => {
  expect(commandName(bytesOf(apdu))).toBe(name);
});

test.each([
  [0x9000, 'ok'],
  [0x61ff, 'more to come'],
  [0x6110, '16 bytes more to come'],
  [0x6c10, 'wrong length, 16 bytes are there'],
  [0x63c2, 'not verified, 2 tries left'],
  [0x6a82, 'application or file not found'],
  [0x6985, 'conditions of use not satisfied'],
  [0x9100, 'ok'],
  [0x91af, 'more to come'],
  [0x91ae, 'authentication error'],
  [0x9177, 'DESFire error'],
  [0x0000, 'not known: 0000'],
])('says what status %i means: %s', (status, meaning) => {
  expect(statusName(status)).toBe(meaning);
});

test.each([
  ['907100000200000000', true],
  ['90aa0000010000', true],
  ['905a00000301020300', false],
  ['9032030000', false],
  ['00710000', false],
  ['', false],
])('knows by %s whether a session under keys begins: %s', (apdu, begins) => {
  expect(beginsDesfireSession(bytesOf(apdu))).toBe(begins);
});

test('names every command and status there can be, and never tells the data', () => {
  const data = 'c0ffeec0ffee';
  const header = fc.uint8Array({ minLength: 4, maxLength: 4 }).filter(([, ins]) => ins !== 0xa4);

  fc.assert(
    fc.property(header, fc.integer({ min: 0, max: 0xffff }), (begin, status) => {
      expect(commandName(bytesOf(`${hex(begin)}06${data}`)).toLowerCase()).not.toContain(data);
      expect(statusName(status)).not.toBe('');
    }),
  );
});
