import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { createSimEntropy } from '../sim-chance.ts';
import { aFolder } from '../testing/ledger-builders.ts';
import { createCanarySearch, piecesOf, placesIn } from './canary-search.ts';
import { disguisesOf } from './disguises.ts';

/** Nobody's: the last digit fails the Luhn check. */
const number = { name: 'number', secret: '9360091400000060708' };
const uid = { name: 'UID', secret: Buffer.from('04c0ffee5a4b7c', 'hex') };
const search = createCanarySearch([number, uid]);

function found(bytes: Uint8Array | string): string[] {
  return search.find([{ name: 'here', bytes: Buffer.from(bytes) }]);
}

/** Written out here by other means than those of the search. */
test.each<[string, Uint8Array | string]>([
  ['text', 'a9360091400000060708b'],
  ['UTF-16LE', Buffer.from('pay 9360091400000060708', 'utf16le')],
  ['UTF-16BE', Buffer.from('pay 9360091400000060708', 'utf16le').swap16()],
  ['BCD', Buffer.from('5a0a9360091400000060708f', 'hex')],
  ['BCD, shifted', Buffer.from('570b19360091400000060708d4', 'hex')],
  ['hexadecimal of text', Buffer.from('9360091400000060708').toString('hex')],
  ['hexadecimal of BCD', '5a0a9360091400000060708f'],
  ['base64 (0) of text', btoa('9360091400000060708')],
  ['base64 (1) of text', btoa('x9360091400000060708y')],
  ['base64 (2) of text', btoa('xx9360091400000060708yy')],
  ['base64 (0) of BCD', Buffer.from('9360091400000060708f', 'hex').toString('base64')],
  ['base64 (1) of BCD', Buffer.from('0a9360091400000060708f', 'hex').toString('base64')],
  ['base64 (2) of BCD', Buffer.from('5a0a9360091400000060708f', 'hex').toString('base64')],
  ['list of text', JSON.stringify({ code: new TextEncoder().encode('9360091400000060708') })],
  ['list of BCD', JSON.stringify(Buffer.from('5a0a9360091400000060708f', 'hex'))],
])('finds a number as %s', (name, bytes) => {
  expect(found(bytes)).toContain(`here: number as ${name}`);
});

test.each<[string, Uint8Array | string]>([
  ['bytes', uid.secret],
  ['bytes, backwards', Buffer.from('7c4b5aeeffc004', 'hex')],
  ['hexadecimal of bytes', 'uid=04:c0:ff:ee:5a:4b:7c'],
  ['upper-case hexadecimal of bytes', '04 C0 FF EE 5A 4B 7C'],
  ['base64 (0) of bytes', uid.secret.toString('base64')],
  ['list of bytes', inspect(new Uint8Array(uid.secret))],
  ['list of bytes', String(new Uint8Array(uid.secret))],
])('finds a UID as %s', (name, bytes) => {
  expect(found(bytes)).toContain(`here: UID as ${name}`);
});

test('finds every disguise wherever it stands', () => {
  const disguises = [number, uid].flatMap((canary) =>
    disguisesOf(canary).map(({ name, bytes }) => ({ name: `${canary.name} as ${name}`, bytes })),
  );

  expect(disguises.length).toBeGreaterThan(40);
  fc.assert(
    fc.property(
      fc.constantFrom(...disguises),
      fc.uint8Array(),
      fc.uint8Array(),
      (one, ...around) => {
        const [before, after] = around;
        expect(found(Buffer.concat([before, one.bytes, after]))).toContain(`here: ${one.name}`);
      },
    ),
  );
});

test('finds nothing in noise, nor in a number that differs by its last digits', () => {
  expect(found(createSimEntropy(1).bytes(1_000_000))).toEqual([]);
  expect(found('9360091400000060799 9360 0914 0000 0060 799')).toEqual([]);
});

test('finds any part of a long text that is twice as long as a piece', () => {
  const text = Buffer.from(createSimEntropy(2).bytes(150)).toString('base64');
  const inPieces = createCanarySearch(piecesOf('code', text));

  fc.assert(
    fc.property(fc.nat(text.length - 32), (from) => {
      const part = Buffer.from(text.slice(from, from + 31));
      expect(inPieces.find([{ name: 'log', bytes: part }])).not.toEqual([]);
    }),
  );
});

test('looks into every file of a folder, a database and its log among them', () => {
  const folder = aFolder();
  const database = new Database(join(folder, 'taps.db'));
  onTestFinished(() => void database.close());
  database.pragma('journal_mode = wal');
  database.exec('create table tap (payload blob)');
  database.prepare('insert into tap values (?)').run(uid.secret);
  writeFileSync(join(folder, 'signals.log'), `{"account":"${number.secret}"}`);

  expect(search.find(placesIn(folder))).toEqual(
    expect.arrayContaining(['taps.db-wal: UID as bytes', 'signals.log: number as text']),
  );
});

test('does not see through compression: what is compressed is opened first', () => {
  expect(found(gzipSync(number.secret.repeat(3)))).toEqual([]);
});
