/** Money as a whole number of minor units and an ISO 4217 currency. */

export interface Money {
  /** Whole minor units. The rupiah is counted without its sen, as everyone does: 3500 is Rp 3.500. */
  readonly amount: number;
  /** ISO 4217, such as `IDR`. */
  readonly currency: string;
}

/** As riders write it: `Rp 3.500`, or `EUR 350` for a currency Halte has no habit for. */
export function formatMoney(money: Money): string {
  if (money.currency !== 'IDR') return `${money.currency} ${money.amount}`;
  return `Rp ${String(money.amount).replace(/\B(?=(\d{3})+$)/g, '.')}`;
}
