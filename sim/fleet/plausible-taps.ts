/** Rows of taps as a bus day brings them: most accepted, of several kinds and fares, some refused. */
import type { Random } from '../../device/clock.ts';
import type { RowStamp, TapRow } from '../../src/core/ledger/row.ts';

const acceptedKinds: readonly Partial<TapRow>[] = [
  { format: 'halte-ticket', reason: 'ticket-valid', basis: 'verified', amount: 0 },
  { format: 'qris-cpm', reason: 'payment-authorised', basis: 'authorised', amount: 3_500 },
  { format: 'pretix-sig1', reason: 'ticket-valid', basis: 'verified', amount: 1_000 },
];
const refused = { outcome: 'refused', reason: 'unknown-format' } as const;
const refusedShare = 0.05;
const keyBytes = 32;

export function plausibleTap(random: Random, stamp: RowStamp & Pick<TapRow, 'vehicleId'>): TapRow {
  const place = {
    ...{ routeId: '1', stopId: `stop-${Math.floor(random.next() * 40)}`, directionId: 0 },
    latitude: -6_984_034 + Math.floor(random.next() * 20_000),
    longitude: 110_409_990 + Math.floor(random.next() * 20_000),
  };
  const row = { kind: 'tap', ...stamp, ...place, medium: 'qr', reader: 'front' } as const;
  const rulesVersion = 'fleet-1';
  if (random.next() < refusedShare) return { ...row, ...refused, rulesVersion };
  const kind = acceptedKinds[Math.floor(random.next() * acceptedKinds.length)];
  const tokenKey = Uint8Array.from({ length: keyBytes }, () => random.next() * 256);
  const sale = { fareProduct: 'umum', amount: 0, currencyType: 'IDR', tokenKey, rulesVersion };
  return { ...row, outcome: 'accepted', reason: 'ticket-valid', ...sale, ...kind };
}
