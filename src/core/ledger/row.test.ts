import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf } from '../../../sim/testing/builders.ts';
import { aRowOfEachKind, aTapRow } from '../../../sim/testing/row-builders.ts';
import { concat, hex } from '../bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from '../crypto/cbor.ts';
import { decodeRow, encodeRow, type Row, rowBytesMax } from './row.ts';

const rows = Object.entries(aRowOfEachKind);

/** The row's fields as they stand in its bytes, with some of them changed; undefined takes one out. */
function altered(row: Row, change: Readonly<Record<string, Cbor | undefined>>): Uint8Array {
  const fields = decodeCbor(encodeRow(row)) as Map<string, Cbor>;
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) fields.delete(name);
    else fields.set(name, value);
  }
  return encodeCbor(fields);
}

test.each(rows)('reads back a row of kind %s', (_, row) => {
  expect(decodeRow(encodeRow(row))).toEqual(row);
});

/** A change here is a change of format: every ledger on the road has the old one. */
const tapRowBytes = [
  'b4646b696e646374617065626173697368766572696669656466616d6f756e740066626f6f744964',
  '68306631653264336366666f726d61746c68616c74652d7469636b6574666d656469756d62717266',
  '7265616465726566726f6e7466726561736f6e6c7469636b65742d76616c69646677616c6c41741b',
  '000001a1998e4400676f7574636f6d6568616363657074656467726f75746549646131686c617469',
  '747564653a006a916168746f6b656e4b65795000112233445566778899aabbccddeeff696c6f6e67',
  '69747564651a0694b9066976656869636c65496463482d316b6661726550726f6475637466686172',
  '69616e6b6d6f6e6f746f6e696341741a0001e2406c636c6f636b5175616c697479636e74706c6375',
  '7272656e637954797065634944526c72756c657356657273696f6e66746573742d31',
].join('');

test('writes the same bytes for the same tap, for ever', () => {
  expect(hex(encodeRow(aTapRow()))).toBe(tapRowBytes);
});

test('writes the same bytes whatever the order of the fields', () => {
  const backwards = Object.fromEntries(Object.entries(aTapRow()).reverse()) as unknown as Row;

  expect(hex(encodeRow(backwards))).toBe(hex(encodeRow(aTapRow())));
});

const optional = [
  'basis',
  'format',
  'tokenKey',
  'fareProduct',
  'amount',
  'currencyType',
  'vehicleId',
  'routeId',
  'latitude',
  'longitude',
];
const where = ['vehicleId', 'routeId', 'stopId', 'latitude', 'longitude'];
const optionalElsewhere: Partial<Record<Row['kind'], readonly string[]>> = {
  tap: optional,
  'card-intent': ['lastTrip', 'cardCounter', 'sealedSecret'],
  'card-outcome': ['cardCounter', 'cardMac'],
  gap: ['gapEpoch'],
  'cash-fare': [...where, 'riderCategory', 'provisional'],
  'rider-count': where,
  inspection: where,
  'entry-reset': ['accountKey'],
  'fare-code': [...where, 'riderCategory'],
  refusals: ['tokenKey', 'sample'],
  salvaged: ['salvagedHash', 'salvagedPrevious'],
};

function mayBeAbsent({ kind }: Row, name: string): boolean {
  return optionalElsewhere[kind]?.includes(name) ?? false;
}

test('leaves out what is not known of a tap, and reads it back without', () => {
  const nothingKnown = Object.fromEntries(optional.map((name) => [name, undefined]));

  const fields = decodeCbor(encodeRow(aTapRow(nothingKnown))) as Map<string, Cbor>;
  const row = decodeRow(encodeRow(aTapRow(nothingKnown)));

  expect([...fields.keys()].filter((name) => optional.includes(name))).toEqual([]);
  expect(row).toMatchObject({ kind: 'tap', outcome: 'accepted' });
});

test.each(rows)('refuses a row of kind %s without any one field that it must have', (_, row) => {
  const needed = Object.keys(row).filter((name) => !mayBeAbsent(row, name));

  const accepted = needed.filter((name) => decodeRow(altered(row, { [name]: undefined })));

  expect(accepted).toEqual([]);
});

test.each(rows)('refuses a row of kind %s with any one field of another type', (_, row) => {
  const wrong = (value: unknown): Cbor[] =>
    [true, null, 'text', 1.5, bytesOf('00'), []].filter((other) => typeof other !== typeof value);

  const accepted = Object.entries(row).flatMap(([name, value]) =>
    wrong(value).filter((other) => decodeRow(altered(row, { [name]: other }))),
  );

  expect(accepted).toEqual([]);
});

test('refuses bytes, lists and numbers between two in place of each other', () => {
  const changes = [{ tokenKey: [] }, { tokenKey: new Map() }, { amount: 0.5 }, { wallAt: 1.5 }];

  expect(changes.map((change) => decodeRow(altered(aTapRow(), change)))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('allows fields of newer devices and keeps them', () => {
  const bytes = altered(aTapRow(), { driverId: 'd-7', extra: [1, 2] });

  expect(decodeRow(bytes)).toEqual({ ...aTapRow(), driverId: 'd-7', extra: [1, 2] });
});

test.each([
  ['an unknown kind', 'refund'],
  ['a kind that is a number', 1],
  ['a kind that every object has', 'toString'],
  ['a kind that every object inherits', '__proto__'],
  ['no kind', undefined],
])('does not know a row of %s', (_, kind) => {
  expect(decodeRow(altered(aTapRow(), { kind }))).toBeUndefined();
});

test('does not let a key that is no text stand in for the kind', () => {
  const oneMoreField = bytesOf(`b5${tapRowBytes.slice(2)}`);
  const key = bytesOf('81646b696e64');

  expect(decodeRow(concat(oneMoreField, key, bytesOf('63676170')))).toBeUndefined();
});

test('does not let a field named __proto__ change what a row is', () => {
  const row = decodeRow(altered(aTapRow(), { ['__proto__']: new Map([['reader', 'x']]) }));

  expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
});

test.each([
  ['no bytes', new Uint8Array()],
  ['no map', encodeCbor([1, 2])],
  ['a byte too few', encodeRow(aTapRow()).slice(0, -1)],
  ['a byte too many', Uint8Array.of(...encodeRow(aTapRow()), 0)],
])('takes %s for no row', (_, bytes) => {
  expect(decodeRow(bytes)).toBeUndefined();
});

test('reads a row of the greatest length and none longer', () => {
  const rowOf = (length: number) => {
    const room = length - altered(aTapRow(), { note: 'x'.repeat(10_000) }).length;
    return altered(aTapRow(), { note: 'x'.repeat(10_000 + room) });
  };

  expect(rowOf(rowBytesMax)).toHaveLength(rowBytesMax);
  expect(decodeRow(rowOf(rowBytesMax))).toBeDefined();
  expect(decodeRow(rowOf(rowBytesMax + 1))).toBeUndefined();
});

const someTaps = fc.record({
  wallAt: fc.maxSafeInteger(),
  monotonicAt: fc.maxSafeNat(),
  reader: fc.string(),
  latitude: fc.option(fc.integer(), { nil: undefined }),
  tokenKey: fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 }), { nil: undefined }),
});

test('reads back every tap that it wrote', () => {
  fc.assert(
    fc.property(someTaps, (change) => {
      expect(decodeRow(encodeRow(aTapRow(change)))).toEqual(aTapRow(change));
    }),
  );
});

test.each([
  ['a fraction of a millisecond', { monotonicAt: 0.5 }],
  ['a leading byte order mark, which decoding drops', { reader: '\uFEFFfront' }],
])('refuses to write %s', (_, change) => {
  expect(() => encodeRow(aTapRow(change))).toThrow(TypeError);
});

test('takes no row with a number among its keys', () => {
  const fields = decodeCbor(encodeRow(aRowOfEachKind['clock-step'])) as Map<string, Cbor>;

  expect(decodeRow(encodeCbor(new Map<string | number, Cbor>([...fields, [1, 'x']])))).toBe(
    undefined,
  );
});
