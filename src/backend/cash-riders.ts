/**
 * What drivers counted and what they sold for cash, put side by side for the office: by device,
 * service day and rider category. Of other riders it knows nothing; why the two differ is a person's
 * to find out.
 */
import { defaultCategory } from '../core/fare/product-row.ts';
import type { Tariff } from '../core/fare/tariff.ts';
import type { Row } from '../core/ledger/row.ts';
import { serviceTime } from '../core/time/local-time.ts';
import type { ServiceDate } from '../core/time/service-calendar.ts';
import type { BackendStore, StoredRow } from './backend-store.ts';

export interface CashRiders {
  readonly device: string;
  readonly day: ServiceDate;
  /** Empty: rows without a category, under a tariff that has no default one. */
  readonly riderCategory: string;
  /** Riders whom drivers counted. */
  readonly counted: number;
  /** Riders to whom fares were sold, those without whom the driver took back. */
  readonly sold: number;
  /** Riders of fares that were sold and taken back. */
  readonly takenBack: number;
  /** What was sold and not taken back, in minor units, by currency. */
  readonly amounts: Readonly<Record<string, number>>;
  /** Some rows were written while the device's clock was not trusted: theirs may be another day. */
  readonly isDayUnsure: boolean;
}

type CashRow = Extract<Row, { kind: 'cash-fare' | 'rider-count' }>;
type Rows = Pick<BackendStore, 'rowsOf'>;

/**
 * @param tariff its time zone and the minute at which its service day begins part the days. @returns
 * in the order of device, day and category. A fare that is taken back while this reads may count as
 * sold.
 */
export async function cashRiders(store: Rows, tariff: Tariff): Promise<readonly CashRiders[]> {
  const voided = await voidedPlaces(store);
  const groups = new Map<string, CashRiders>();
  for await (const stored of store.rowsOf(['cash-fare', 'rider-count'])) {
    const group = groupOf(stored, tariff);
    const key = JSON.stringify([group.device, group.day, group.riderCategory]);
    const isVoided = voided.has(placeName(stored));
    groups.set(key, withRow(groups.get(key) ?? group, stored.row, isVoided));
  }
  return [...groups.values()].sort(byDeviceDayAndCategory);
}

/** Voids are few; they may stand in another epoch than what they take back, before or after it. */
async function voidedPlaces(store: Rows): Promise<ReadonlySet<string>> {
  const places = new Set<string>();
  for await (const { device, row } of store.rowsOf(['void'])) {
    places.add(placeName({ device, epoch: row.voidedEpoch, seq: row.voidedSeq }));
  }
  return places;
}

function placeName({ device, epoch, seq }: Omit<StoredRow<'void'>, 'row'>): string {
  return `${device}/${epoch}/${seq}`;
}

function groupOf({ device, row }: StoredRow<CashRow['kind']>, tariff: Tariff): CashRiders {
  return {
    device,
    day: serviceTime(row.wallAt, tariff.time).date,
    riderCategory: row.riderCategory ?? defaultCategory(tariff) ?? '',
    ...{ counted: 0, sold: 0, takenBack: 0, amounts: {}, isDayUnsure: false },
  };
}

function withRow(group: CashRiders, row: CashRow, isVoided: boolean): CashRiders {
  const isDayUnsure = group.isDayUnsure || row.clockQuality === 'untrusted';
  if (row.kind === 'rider-count') {
    return { ...group, isDayUnsure, counted: group.counted + row.numRiders };
  }
  if (isVoided) return { ...group, isDayUnsure, takenBack: group.takenBack + row.numRiders };
  const { currencyType, amount } = row;
  const before = group.amounts[currencyType] ?? 0;
  const amounts = { ...group.amounts, [currencyType]: before + amount };
  return { ...group, isDayUnsure, sold: group.sold + row.numRiders, amounts };
}

function byDeviceDayAndCategory(one: CashRiders, other: CashRiders): number {
  return (
    compared(one.device, other.device) ||
    one.day - other.day ||
    compared(one.riderCategory, other.riderCategory)
  );
}

/** Without a language: the same order on every machine. */
function compared(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
