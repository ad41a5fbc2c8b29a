import { expect, test } from 'vitest';
import { aTapRow } from '../../sim/testing/row-builders.ts';
import { entryAsJson } from './ledger-json.ts';

test('writes bytes as hexadecimal and everything else as it is', () => {
  const row = aTapRow({ tokenKey: Uint8Array.of(0, 255), amount: 3_500 });

  const json = entryAsJson({ epoch: 1, seq: 2, sent: true, row });

  expect(json).toMatchObject({ epoch: 1, seq: 2, sent: true });
  expect(json.row).toMatchObject({ kind: 'tap', tokenKey: '00ff', amount: 3_500 });
  expect(JSON.parse(JSON.stringify(json))).toEqual(json);
});

test('says null of a row that it does not know', () => {
  const json = entryAsJson({ epoch: 1, seq: 2, sent: false, row: undefined });

  expect(json).toEqual({ epoch: 1, origin: 'granted', seq: 2, sent: false, row: null });
});
