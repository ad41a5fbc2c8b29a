/** Money as a whole number of minor units and an ISO 4217 currency. */

export interface Money {
  /** Whole minor units. The rupiah is counted without its sen, as everyone does: 3500 is Rp 3.500. */
  readonly amount: number;
  /** ISO 4217, such as `IDR`. */
  readonly currency: string;
}

/** As riders write it: `Rp 3.500`, or `EUR 3.50` for a currency Halte has no habit for. */
export function formatMoney({ amount, currency }: Money): string {
  if (currency === 'IDR') return `Rp ${String(amount).replace(/\B(?=(\d{3})+$)/g, '.')}`;
  const digits = fractionDigits(currency);
  return `${currency} ${(amount / 10 ** digits).toFixed(digits)}`;
}

/** Counted without the sen that nobody uses, as everyone does. */
const wholeOnly = new Set(['IDR']);

/** Decimals between the currency and its minor unit. @throws RangeError for no code of a currency */
export function fractionDigits(currency: string): number {
  if (wholeOnly.has(currency)) return 0;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}
