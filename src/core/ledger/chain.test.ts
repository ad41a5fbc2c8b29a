import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { bytesOf } from '../../../sim/testing/builders.ts';
import { aTapRow } from '../../../sim/testing/row-builders.ts';
import { hex } from '../bytes.ts';
import { genesisHash, type RowPlace, rowHash } from './chain.ts';
import { encodeRow } from './row.ts';

const place: RowPlace = { device: 'bus-1', epoch: 1, seq: 1 };
const bytes = encodeRow(aTapRow());

test('gives the same hash for the same row at the same place, for ever', () => {
  const first = rowHash(place, genesisHash, bytes);
  const second = rowHash({ ...place, seq: 2 }, first, bytes);

  expect(hex(genesisHash)).toBe('00'.repeat(32));
  expect([hex(first), hex(second)]).toEqual([
    'cedd09c1bbe5ffbcd0d029485745951dde99769d530a247357d29f6a95424351',
    '95df6dbfb27a8e353fed4989d7d94a5d0ad93705ac8fb67eb63d6f962107e9de',
  ]);
});

test('hashes the parts that are documented, each behind its length', () => {
  const spelled = [
    `0000000b${Buffer.from('halte/row/1').toString('hex')}`,
    `00000005${Buffer.from('bus-1').toString('hex')}`,
    '000000100000000000000001000000000000000a',
    `00000020${'ab'.repeat(32)}`,
    '00000002c0de',
  ].join('');

  const hash = rowHash({ ...place, seq: 10 }, bytesOf('ab'.repeat(32)), bytesOf('c0de'));

  expect(hex(hash)).toBe(createHash('sha256').update(bytesOf(spelled)).digest('hex'));
});

const changes: readonly (readonly [string, RowPlace, Uint8Array, Uint8Array])[] = [
  ['another device', { ...place, device: 'bus-2' }, genesisHash, bytes],
  ['another epoch', { ...place, epoch: 2 }, genesisHash, bytes],
  ['an epoch that only the upper half shows', { ...place, epoch: 1 + 2 ** 32 }, genesisHash, bytes],
  ['another seq', { ...place, seq: 2 }, genesisHash, bytes],
  ['another row before', place, genesisHash.map((byte, at) => (at === 31 ? 1 : byte)), bytes],
  ['no row before', place, new Uint8Array(), bytes],
  ['other bytes', place, genesisHash, encodeRow(aTapRow({ amount: 1 }))],
  ['no bytes', place, genesisHash, new Uint8Array()],
];

test('gives each change of place, past or bytes a hash of its own', () => {
  const hashes = changes.map(([, at, previous, row]) => hex(rowHash(at, previous, row)));

  expect(new Set([...hashes, hex(rowHash(place, genesisHash, bytes))]).size).toBe(
    changes.length + 1,
  );
});
