/** What the driver is told when something cannot be done: every code with its texts and its hint. */
import type { DriverRefusal } from '../../device/driver-console.ts';

interface Entry {
  readonly id: string;
  readonly en: string;
  readonly hint: string;
}

const table = {
  'bad-request': {
    ...{ id: 'Permintaan salah', en: 'That is no request' },
    hint: 'docs/driver.md has every action and what it takes',
  },
  'unknown-category': {
    ...{ id: 'Kategori tidak dikenal', en: 'Unknown rider category' },
    hint: 'take one of those that are named: they are in rider_categories.txt',
  },
  'no-cash': {
    ...{ id: 'Tidak menerima tunai', en: 'No cash is taken' },
    hint: 'driver.cashMedia in acceptance.json names the fare medium of cash',
  },
  'no-fare': {
    ...{ id: 'Tidak ada tarif di sini', en: 'No fare here' },
    hint: 'the tariff has no product for this category and medium, or no rule for this place',
  },
  'nothing-to-void': {
    ...{ id: 'Tidak ada yang dibatalkan', en: 'Nothing to take back' },
    hint: 'only the last accepted tap or cash fare can be taken back',
  },
  'already-voided': {
    ...{ id: 'Sudah dibatalkan', en: 'Already taken back' },
    hint: 'the tap before it can only be taken back by the office',
  },
  'too-late': {
    ...{ id: 'Terlambat, hubungi kantor', en: 'Too late, ask the office' },
    hint: 'driver.voidWithinSeconds in acceptance.json says how long it can be taken back',
  },
  'card-debited': {
    ...{ id: 'Saldo kartu sudah terpotong', en: 'The card has been debited' },
    hint: 'the device cannot pay back to a card: the office refunds it',
  },
  'fail-open-not-allowed': {
    ...{ id: 'Tidak diizinkan operator', en: 'The operator does not allow it' },
    hint: 'driver.failOpen in acceptance.json gives the driver this switch',
  },
  'no-merchant': {
    ...{ id: 'QR bayar tidak tersedia', en: 'No fare code here' },
    hint: 'merchant in the configuration names the operator’s merchant file; fares must be in IDR',
  },
  'nothing-to-pay': {
    ...{ id: 'Tidak perlu bayar', en: 'Nothing to pay' },
    hint: 'the fare of this category is zero here and now',
  },
  'nothing-inspected': {
    ...{ id: 'Periksa kartu atau tiket dulu', en: 'Inspect the medium first' },
    hint: 'switch inspection on, have the medium presented, then ask again within a minute',
  },
  'no-open-entry': {
    ...{ id: 'Tidak ada tap masuk terbuka', en: 'No entry is open' },
    hint: 'neither this device nor the inspected card tells of an entry without an exit',
  },
  'storage-full': {
    ...{ id: 'Alat tidak berfungsi', en: 'Out of service' },
    hint: 'there is no room for rows: free space on the data partition, or let it sync',
  },
  'unknown-route': {
    ...{ id: 'Rute tidak dikenal', en: 'Unknown route' },
    hint: 'take a route_id of routes.txt',
  },
  'unknown-direction': {
    ...{ id: 'Arah tidak dikenal', en: 'Unknown direction' },
    hint: 'no trip of this route in trips.txt has this direction_id',
  },
  'unknown-trip': {
    ...{ id: 'Perjalanan tidak dikenal', en: 'Unknown trip' },
    hint: 'take a trip_id of trips.txt that is of this route and direction',
  },
} as const satisfies Record<string, Entry>;

export type DriverFault = keyof typeof table;

/** @param detail is said after the text, the same in both languages. */
export function refusal(fault: DriverFault, detail?: string): DriverRefusal {
  const { id, en, hint } = table[fault];
  const said = detail === undefined ? '' : `: ${detail}`;
  return { ok: false, code: `driver/${fault}`, text: { id: id + said, en: en + said }, hint };
}
