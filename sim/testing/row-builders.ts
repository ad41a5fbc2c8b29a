/** Builders of ledger rows and receipts: each valid, with what a test wants to be different. */
import type { Receipt } from '../../src/core/ledger/receipt.ts';
import type { Row, RowKind, RowStamp, TapRow } from '../../src/core/ledger/row.ts';
import { bytesOf, someNow } from './builders.ts';

export const someStamp: RowStamp = {
  wallAt: someNow,
  monotonicAt: 123_456,
  bootId: '0f1e2d3c',
  clockQuality: 'ntp',
};

/** An accepted ticket on a bus that knows where it is: every field is there. */
export function aTapRow(change: Partial<TapRow> = {}): TapRow {
  return {
    kind: 'tap',
    ...someStamp,
    medium: 'qr',
    reader: 'front',
    outcome: 'accepted',
    reason: 'ticket-valid',
    rulesVersion: 'test-1',
    basis: 'verified',
    format: 'halte-ticket',
    tokenKey: bytesOf('00112233445566778899aabbccddeeff'),
    fareProduct: 'harian',
    amount: 0,
    currencyType: 'IDR',
    vehicleId: 'H-1',
    routeId: '1',
    latitude: -6_984_034,
    longitude: 110_409_990,
    ...change,
  };
}

/** A row of every kind that there is. */
export const aRowOfEachKind: { readonly [K in RowKind]: Row & { readonly kind: K } } = {
  tap: aTapRow(),
  'card-intent': {
    kind: 'card-intent',
    ...someStamp,
    tokenKey: bytesOf('aabb'),
    amount: 3_500,
    currencyType: 'IDR',
    tripAt: someNow,
    balanceBefore: 20_000,
    cardCounter: 41,
    sealedSecret: bytesOf('01'),
  },
  'card-outcome': {
    ...{ kind: 'card-outcome', ...someStamp, intentEpoch: 1, intentSeq: 7, result: 'committed' },
    cardCounter: 42,
    cardMac: bytesOf('0102030405060708'),
  },
  gap: { kind: 'gap', ...someStamp, gapEpoch: 1, fromSeq: 3, throughSeq: 5, cause: 'damaged' },
  salvaged: {
    ...{ kind: 'salvaged', ...someStamp, salvagedEpoch: 1, salvagedSeq: 6, isVerified: 1 },
    ...{ row: bytesOf('a0'), salvagedHash: bytesOf('cc'.repeat(32)) },
    salvagedPrevious: bytesOf('dd'.repeat(32)),
  },
  'set-aside': {
    ...{ kind: 'set-aside', ...someStamp, cause: 'database disk image is malformed' },
    ...{ folder: 'set-aside/1-1790000000000', resumed: 4, stranded: 1, missing: 3 },
  },
  'clock-step': { kind: 'clock-step', ...someStamp, stepMs: -86_400_000 },
  'cash-fare': {
    ...{ kind: 'cash-fare', ...someStamp, vehicleId: 'H-1', routeId: 'koridor-1' },
    ...{ amount: 8_000, currencyType: 'IDR', fareProduct: 'umum', rulesVersion: 'test-1' },
    ...{ riderCategory: 'umum', numRiders: 2, provisional: 'to-area' },
  },
  'rider-count': {
    ...{ kind: 'rider-count', ...someStamp, stopId: 'mangkang' },
    ...{ riderCategory: 'pelajar', numRiders: 3 },
  },
  void: { kind: 'void', ...someStamp, voidedEpoch: 1, voidedSeq: 7, cause: 'driver' },
  inspection: {
    ...{ kind: 'inspection', ...someStamp, latitude: -6_984_034, longitude: 110_409_990 },
    ...{ reader: 'front', tokenKey: bytesOf('aabb'), found: 1 },
  },
  'entry-reset': {
    ...{ kind: 'entry-reset', ...someStamp, tokenKey: bytesOf('aabb') },
    ...{ accountKey: bytesOf('cc'), entryAt: someNow - 1 },
  },
  'fail-open': { kind: 'fail-open', ...someStamp, on: 1 },
  'fare-code': {
    ...{ kind: 'fare-code', ...someStamp, routeId: 'koridor-1', riderCategory: 'umum' },
    ...{ amount: 3_500, currencyType: 'IDR', fareProduct: 'umum', rulesVersion: 'test-1' },
    reference: 'A1B2C3D4E5F60718293A',
  },
  refusals: {
    ...{ kind: 'refusals', ...someStamp, reader: 'front', reason: 'unknown-format', count: 999 },
    ...{
      firstAt: someNow - 60_000,
      lastAt: someNow,
      tokenKey: bytesOf('aa'),
      sample: bytesOf('bb'),
    },
  },
};

export function aReceipt(change: Partial<Receipt> = {}): Receipt {
  return {
    held: 'ledger',
    device: 'bus-1',
    epoch: 1,
    durableSeq: 42,
    tip: new Uint8Array(32).fill(9),
    serverTime: someNow,
    ...change,
  };
}

/** @param text hexadecimal, in either case. */
