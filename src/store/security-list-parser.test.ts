import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf } from '../../sim/testing/builders.ts';
import { concat, hex, utf8 } from '../core/bytes.ts';
import {
  listingEffects,
  listingKinds,
  listingReasons,
  type SecurityListing,
} from '../core/lists/security-listing.ts';
import {
  compareRecords,
  encodeHeader,
  encodeRecord,
  type ListHeader,
  type ListRecord,
  listingOf,
  recordOf,
} from './security-list-format.ts';
import { createListParser, parseListFile } from './security-list-parser.ts';

const header: ListHeader = {
  ...{ listId: 'test', version: 7, keyVersion: 2, madeAt: 1_795_000_000_000, entries: 2 },
};

/** Written by hand from the tables of docs/lists.md. */
const example = {
  header: '48414c54454c5354 01 00 04 74657374 00000007 00000002 01a1ee565e00 00000002',
  range: '35 00 04 39333630',
  card: `2e 0d ${'ab'.repeat(32)} 01a1ee565e00 05 706c757331 07 70656c616a6172`,
};

function framed(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = concat(...parts);
  return concat(whole, createHash('sha256').update(whole).digest());
}

function fileOf(head: ListHeader, records: readonly ListRecord[]): Uint8Array {
  return framed(encodeHeader(head), ...records.map(encodeRecord));
}

function faultOf(bytes: Uint8Array) {
  const file = parseListFile(bytes);
  return file.ok ? undefined : file.fault;
}

test('reads the example of the documentation, and writes the same bytes', () => {
  const [head, range, card] = [example.header, example.range, example.card].map((text) =>
    bytesOf(text.replaceAll(' ', '')),
  );
  const bytes = framed(head ?? utf8(''), range ?? utf8(''), card ?? utf8(''));
  const file = parseListFile(bytes);

  if (!file.ok) throw new Error(`byte ${file.fault.at}: ${file.fault.detail}`);
  expect(file.value.header).toEqual(header);
  expect(file.value.records.map(({ key }) => hex(key))).toEqual(['39333630', 'ab'.repeat(32)]);
  expect(file.value.records.map(listingOf)).toEqual([
    { kind: 'issuer-range', effect: 'deny', reason: 'blocked' },
    {
      ...{ kind: 'card', effect: 'allow', reason: 'other', from: 1_795_000_000_000 },
      ...{ product: 'plus1', riderCategory: 'pelajar' },
    },
  ]);
  expect(hex(fileOf(header, file.value.records))).toBe(hex(bytes));
});

const name = fc.stringMatching(/^[!-~é€😀]{1,60}$/u);
const listing: fc.Arbitrary<SecurityListing> = fc
  .record(
    {
      kind: fc.constantFrom(...listingKinds),
      effect: fc.constantFrom(...listingEffects),
      reason: fc.constantFrom(...listingReasons),
      from: fc.integer({ min: 0, max: 2 ** 40 }),
      until: fc.integer({ min: 2 ** 40 + 1, max: 2 ** 48 - 1 }),
      product: name,
      riderCategory: name,
    },
    { requiredKeys: ['kind', 'effect', 'reason'] },
  )
  .map(({ product, riderCategory, ...one }) =>
    one.effect === 'deny'
      ? one
      : { ...one, ...(product && { product }), ...(riderCategory && { riderCategory }) },
  );

const record = fc
  .tuple(listing, fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.integer({ min: 1_000 }))
  .map(([one, hash, digits]) =>
    recordOf(one.kind === 'issuer-range' ? utf8(`${digits}`.slice(0, 8)) : hash, one),
  );

const records = fc
  .uniqueArray(record, { maxLength: 20, comparator: (a, b) => compareRecords(a, b) === 0 })
  .map((list) => list.toSorted(compareRecords));

const plain = (list: readonly ListRecord[]) => list.map((one) => ({ ...one, key: hex(one.key) }));

test('reads what was written, in pieces of any size', () => {
  fc.assert(
    fc.property(records, fc.integer({ min: 1, max: 200 }), (list, size) => {
      const bytes = fileOf({ ...header, entries: list.length }, list);
      const parser = createListParser();
      const read: ListRecord[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        const pushed = parser.push(bytes.subarray(at, at + size));
        if (!pushed.ok) throw new Error(pushed.fault.detail);
        read.push(...pushed.records);
      }
      expect(parser.end()).toBeUndefined();
      expect(plain(read)).toEqual(plain(list));
      expect(hex(parser.digest() ?? utf8(''))).toBe(hex(bytes.subarray(-32)));
    }),
  );
});

const one = recordOf(new Uint8Array(32).fill(1), {
  ...{ kind: 'card', effect: 'allow', reason: 'other', product: 'p', until: 5 },
});
const two = recordOf(new Uint8Array(32).fill(2), { kind: 'card', effect: 'deny', reason: 'lost' });
const whole = fileOf(header, [one, two]);

test('refuses a file that is cut at any byte', () => {
  for (let length = 0; length < whole.length; length += 1) {
    expect(faultOf(whole.subarray(0, length))).toEqual({
      at: length,
      detail: 'an end before its time',
    });
  }
});

test('refuses a file with any byte altered', () => {
  for (let at = 0; at < whole.length; at += 1) {
    const altered = Uint8Array.from(whole);
    altered[at] = (altered[at] ?? 0) ^ 0x01;
    expect(faultOf(altered)).toBeDefined();
  }
});

test('refuses bytes after the end, at once or later', () => {
  expect(faultOf(concat(whole, utf8('x')))?.detail).toBe('bytes after the end');
  const parser = createListParser();
  parser.push(whole);
  expect(parser.push(utf8('x'))).toMatchObject({ ok: false, fault: { at: whole.length } });
});

const delta = {
  baseVersion: 6,
  baseDigest: new Uint8Array(32).fill(6),
  resultDigest: new Uint8Array(32).fill(7),
  changes: 2,
};

test('reads a delta', () => {
  const changes = [one, { ...two, removed: true }];
  const file = parseListFile(fileOf({ ...header, delta }, changes));

  if (!file.ok) throw new Error(file.fault.detail);
  expect(file.value.header).toEqual({ ...header, delta });
  expect(plain(file.value.records)).toEqual(plain(changes));
});

function patched(at: number, ...bytes: readonly number[]): Uint8Array {
  const body = Uint8Array.from(whole.subarray(0, -32));
  body.set(bytes, at);
  return framed(body);
}

/** Bytes of the header of this list, and of its first record, which has until and product. */
const headEnd = 33;

test.each([
  ['another magic', patched(0, 0x49), 0, 'no security list'],
  ['a later format', patched(8, 2), 8, 'a format that is not known'],
  ['a third type', patched(9, 2), 9, 'neither full nor delta'],
  ['a list id in upper case', patched(11, 0x54), 10, 'no list id of 1 to 32 of a-z, 0-9, -'],
  ['version 0', patched(15, 0, 0, 0, 0), 15, 'a version 0'],
  ['key version 0', patched(19, 0, 0, 0, 0), 19, 'a version 0'],
  ['too many entries', patched(29, 255, 255, 255, 255), 29, 'more than 50000000 records'],
  ['a kind that is none', patched(headEnd, 0x4e), headEnd, 'an unknown kind or reason'],
  ['a reason that is none', patched(headEnd, 0x2f), headEnd, 'an unknown kind or reason'],
  ['a field that is none', patched(headEnd + 1, 0x16), headEnd + 1, 'fields that it cannot have'],
  [
    'a removal in a full file',
    patched(headEnd + 1, 0x80),
    headEnd + 1,
    'fields that it cannot have',
  ],
  ['a product of the denied', patched(headEnd, 0x26), headEnd + 1, 'fields that it cannot have'],
  [
    'an empty name',
    patched(headEnd + 40, 0),
    headEnd + 40,
    'no name of 1 to 64 visible characters',
  ],
  [
    'a line feed for a name',
    patched(headEnd + 41, 10),
    headEnd + 40,
    expect.stringContaining('name'),
  ],
  ['half a character', patched(headEnd + 41, 0xc3), headEnd + 40, expect.stringContaining('name')],
])('refuses %s and says where', (_, bytes, at, detail) => {
  expect(faultOf(bytes)).toEqual({ at, detail });
});

test.each([
  ['in another order', [two, one]],
  ['twice', [one, one]],
])('refuses records %s', (_, list) => {
  expect(faultOf(fileOf(header, list))).toEqual({
    at: headEnd + encodeRecord(list[0] ?? one).length,
    detail: 'a record that does not come after the one before it',
  });
});

test.each([
  ['fewer', 1, 'bytes after the end'],
  ['more', 3, expect.any(String)],
])('refuses %s records than there are', (_, entries, detail) => {
  expect(faultOf(fileOf({ ...header, entries }, [one, two]))).toMatchObject({ detail });
});

test.each([3, 9, 255])('refuses an issuer range of %i digits', (digits) => {
  const range = framed(
    encodeHeader({ ...header, entries: 1 }),
    Uint8Array.of(0x35, 0, digits),
    utf8('9'.repeat(digits)),
  );

  expect(faultOf(range)?.detail).toBe('an issuer range of other than 4 to 8 digits');
});

test('refuses letters in an issuer range, and a listing that ends before it begins', () => {
  const range = recordOf(utf8('93a0'), { kind: 'issuer-range', effect: 'deny', reason: 'other' });
  const single = { ...header, entries: 1 };

  expect(faultOf(fileOf(single, [range]))?.detail).toContain('other than digits');
  expect(faultOf(fileOf(single, [{ ...one, from: 5 }]))?.detail).toContain('not after');
});

test('refuses a delta onto a later version, and one of too many changes', () => {
  const later = { ...header, delta: { ...delta, baseVersion: 7 } };
  const huge = { ...header, delta: { ...delta, changes: 1_000_001 } };

  expect(faultOf(fileOf(later, []))?.detail).toBe('a base that is not older');
  expect(faultOf(fileOf(huge, []))?.detail).toBe('more than 1000000 records');
});

test('never throws, whatever it is fed', () => {
  const beginning = whole.subarray(0, headEnd);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, isAfterHeader) => {
      const file = parseListFile(isAfterHeader ? concat(beginning, bytes) : bytes);
      expect(file.ok).toBe(false);
    }),
  );
});
