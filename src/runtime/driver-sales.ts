/**
 * What the driver sells and counts: cash fares, heads, and the operator's own code for one fare. Amounts come from the tariff here and now, never from the driver.
 */
import type { Clock, Entropy } from '../../device/clock.ts';
import type { DriverAction, DriverAnswer } from '../../device/driver-console.ts';
import type { Indicator, Signal } from '../../device/indicator.ts';
import { hex } from '../core/bytes.ts';
import { defaultCategory } from '../core/fare/product-row.ts';
import type { Quote } from '../core/fare/quote.ts';
import { walkUpFare } from '../core/fare/walk-up-fare.ts';
import { formatMoney } from '../core/money.ts';
import { fareCode, type Merchant } from '../core/qris/merchant-code.ts';
import type { LedgerHead, TapLedger } from '../store/tap-ledger.ts';
import { refusal } from './driver-answers.ts';
import type { Stamper } from './stamp.ts';
import { type TapSurroundings, whereOf } from './tap-row.ts';

export interface DriverSalesDeps {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly ledger: TapLedger;
  readonly stamper: Stamper;
  readonly surroundings: () => TapSurroundings;
  readonly indicators: readonly Indicator[];
  /** Without one, no fare codes are shown. */
  readonly merchant?: Merchant | undefined;
}

type ActionOf<A extends DriverAction['action']> = DriverAction & { readonly action: A };

/** Ten random bytes: the acquirer names it, and no other device has it. */
const referenceBytes = 10;
/** Whoever scans the operator's code pays with a wallet, as whoever shows a payment code. */
const codeFormat = 'qris-cpm';

/** @throws StoreError: then nothing was sold. */
export function sellForCash(deps: DriverSalesDeps, sale: ActionOf<'cash-fare'>): DriverAnswer {
  const around = deps.surroundings();
  const { cashMedia } = around.inForce.rules.policy.driver;
  if (cashMedia === undefined) return refusal('no-cash');
  const quote = quoted(deps, around, { ...sale, fareMedia: cashMedia });
  if (!('product' in quote)) return quote;
  const { riders: numRiders } = sale;
  const total = { ...quote.amount, amount: quote.amount.amount * numRiders };
  const place = deps.ledger.append({
    ...{ kind: 'cash-fare', ...deps.stamper.stamp(), ...whereOf(around) },
    ...{ ...saleOf(quote, sale, around), amount: total.amount, numRiders },
  });
  const fare = formatMoney(total);
  return {
    ok: true,
    text: { id: `Tunai ${fare}`, en: `Cash ${fare}` },
    fields: { row: rowText(place), fare, product: quote.product, riders: numRiders },
  };
}

/** @throws StoreError */
export function countRiders(deps: DriverSalesDeps, count: ActionOf<'count'>): DriverAnswer {
  const around = deps.surroundings();
  const { riderCategory, riders: numRiders } = count;
  const unknown = unknownCategory(around, riderCategory);
  if (unknown !== undefined) return unknown;
  const place = deps.ledger.append({
    ...{ kind: 'rider-count', ...deps.stamper.stamp(), ...whereOf(around) },
    ...{ riderCategory, numRiders },
  });
  const what = `${numRiders} ${riderCategory}`;
  const text = { id: `Dihitung: ${what}`, en: `Counted: ${what}` };
  return { ok: true, text, fields: { row: rowText(place), riderCategory, riders: numRiders } };
}

/** @throws StoreError: then no code was shown. */
export function showFareCode(deps: DriverSalesDeps, wanted: ActionOf<'fare-code'>): DriverAnswer {
  const { merchant } = deps;
  const around = deps.surroundings();
  const { policy } = around.inForce.rules;
  const fareMedia = policy.mediaOfFormat.get(codeFormat);
  const quote = quoted(deps, around, { ...wanted, fareMedia });
  if (!('product' in quote)) return quote;
  if (merchant === undefined || quote.amount.currency !== 'IDR') return refusal('no-merchant');
  if (quote.amount.amount === 0) return refusal('nothing-to-pay');
  const reference = hex(deps.entropy.bytes(referenceBytes)).toUpperCase();
  const code = fareCode(merchant, quote.amount, reference);
  const place = deps.ledger.append({
    ...{ kind: 'fare-code', ...deps.stamper.stamp(), ...whereOf(around) },
    ...{ ...saleOf(quote, wanted, around), reference },
  });
  const fare = formatMoney(quote.amount);
  const row = rowText(place);
  const signal = codeSignal({ code, fare, reference, row }, deps.clock.monotonicNow());
  for (const indicator of deps.indicators) indicator.show(signal);
  return {
    ok: true,
    text: { id: `QR ${fare} ditampilkan`, en: `Code for ${fare} shown` },
    fields: { row, fare, product: quote.product, reference },
  };
}

interface WalkUp {
  readonly riderCategory?: string | undefined;
  readonly fareMedia?: string | undefined;
}

function quoted(deps: DriverSalesDeps, around: TapSurroundings, rider: WalkUp) {
  const { riderCategory } = rider;
  const unknown = riderCategory === undefined ? undefined : unknownCategory(around, riderCategory);
  if (unknown !== undefined) return unknown;
  const { inForce, place } = around;
  const { wallAt: now } = deps.stamper.stamp();
  return walkUpFare(rider, { rules: inForce.rules, place, now }) ?? refusal('no-fare');
}

function unknownCategory({ inForce }: TapSurroundings, riderCategory: string) {
  const { riderCategories } = inForce.rules.tariff;
  if (riderCategories.has(riderCategory)) return undefined;
  const known = [...riderCategories.keys()].join(', ');
  return refusal('unknown-category', `${riderCategory} (${known === '' ? '-' : known})`);
}

/** A rider without a category is recorded under the default one: so is whoever is counted. */
function saleOf(quote: Quote, rider: WalkUp, { inForce }: TapSurroundings) {
  const riderCategory = rider.riderCategory ?? defaultCategory(inForce.rules.tariff);
  const { product: fareProduct, amount, provisional } = quote;
  return {
    ...{ fareProduct, riderCategory, amount: amount.amount, currencyType: amount.currency },
    ...(provisional.length > 0 && { provisional: provisional.join(' ') }),
    rulesVersion: inForce.rules.version,
  };
}

function rowText({ epoch, seq }: LedgerHead): string {
  return `${epoch}/${seq}`;
}

interface ShownCode {
  readonly code: string;
  readonly fare: string;
  readonly reference: string;
  readonly row: string;
}

/** Amber: nobody has paid yet. */
function codeSignal({ code, fare, reference, row }: ShownCode, lastByteAt: number): Signal {
  const text = { id: `Pindai untuk bayar ${fare}`, en: `Scan to pay ${fare}` };
  const fields = { medium: 'qr', outcome: 'shown', reason: 'fare-code', fare, reference };
  return { id: row, light: 'amber', text, lastByteAt, fields, code };
}
