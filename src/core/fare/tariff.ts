/**
 * The operator's fares as core reads them: the tables of GTFS-Fares v2, joined and validated by
 * whoever built them (src/bundle). Names are those of the standard's files and fields:
 * https://gtfs.org/documentation/schedule/reference/
 */
import type { Money } from '../money.ts';
import type { LocalTime } from '../time/local-time.ts';
import type { ServiceCalendar } from '../time/service-calendar.ts';

export interface Tariff {
  /** One entry for each row of `fare_products.txt`: a product has one for each category and medium. */
  readonly products: readonly FareProduct[];
  readonly legRules: readonly FareLegRule[];
  readonly transferRules: readonly FareTransferRule[];
  /**
   * Bought before the ride (`acceptance.json`): nobody is charged for them at the door. The leg rules
   * that name one say where and when it is valid.
   */
  readonly prepaidProducts: ReadonlySet<string>;
  readonly riderCategories: ReadonlyMap<string, RiderCategory>;
  readonly fareMedia: ReadonlyMap<string, FareMedia>;
  /** Windows of each timeframe_group_id. */
  readonly timeframes: ReadonlyMap<string, readonly Timeframe[]>;
  readonly calendar: ServiceCalendar;
  readonly time: LocalTime;
  /** All of the feed: what a card's trip may be about. */
  readonly stops: ReadonlySet<string>;
  readonly routes: ReadonlySet<string>;
  /** Areas by stop; a platform without any has those of its station. */
  readonly areasOfStop: ReadonlyMap<string, readonly string[]>;
  /** GTFS lets a route belong to one network at most. */
  readonly networkOfRoute: ReadonlyMap<string, string>;
  readonly areaNames: ReadonlyMap<string, string>;
  readonly networkNames: ReadonlyMap<string, string>;
}

export interface FareProduct {
  readonly id: string;
  readonly name?: string;
  /** Absent: for every rider. */
  readonly riderCategory?: string;
  /** Absent: whatever it is paid or shown with. */
  readonly fareMedia?: string;
  /** Negative only for the product of a transfer rule, a discount. */
  readonly price: Money;
}

export interface RiderCategory {
  readonly name: string;
  readonly isDefault: boolean;
}

export interface FareMedia {
  readonly name?: string;
  /** fare_media_type. */
  readonly type: 'none' | 'paper' | 'transit-card' | 'cemv' | 'mobile-app';
}

export interface Timeframe {
  /** Seconds of the local day: from `start` up to, not including, `end`. */
  readonly start: number;
  readonly end: number;
  readonly serviceId: string;
}

export interface FareLegRule {
  readonly legGroup?: string;
  readonly network?: string;
  readonly fromArea?: string;
  readonly toArea?: string;
  readonly fromTimeframes?: string;
  readonly toTimeframes?: string;
  readonly product: string;
  /**
   * Absent in every rule when the file has no rule_priority: then an empty field means "all that no
   * other rule names". With it, an empty field means "any".
   */
  readonly priority?: number;
}

export interface FareTransferRule {
  readonly fromLegGroup?: string;
  readonly toLegGroup?: string;
  /** How many consecutive transfers, -1 without limit; only where both groups are the same. */
  readonly count?: number;
  readonly duration?: { readonly seconds: number; readonly between: DurationLimitType };
  readonly type: FareTransferType;
  /** Absent: the transfer itself costs nothing. */
  readonly product?: string;
}

/** duration_limit_type 0 to 3: from which validation of the first leg to which of the next. */
export type DurationLimitType =
  | 'departure-to-arrival'
  | 'departure-to-departure'
  | 'arrival-to-departure'
  | 'arrival-to-arrival';

/** fare_transfer_type 0 to 2: A + AB, A + AB + B, AB. */
export type FareTransferType = 'first-and-transfer' | 'both-and-transfer' | 'transfer-only';
