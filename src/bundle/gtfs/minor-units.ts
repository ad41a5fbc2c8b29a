/** Amounts of GTFS, decimal text, as whole minor units. */

/** Counted without the sen that nobody uses, as everyone does. */
const wholeOnly = new Set(['IDR']);

/** @returns undefined when the text is finer than the currency's smallest unit. */
export function minorUnits(amount: string, currency: string): number | undefined {
  const digits = fractionDigits(currency);
  const [whole = '', fraction = ''] = amount.replace('-', '').split('.');
  if (/[1-9]/.test(fraction.slice(digits))) return undefined;
  const units = Number(whole + fraction.slice(0, digits).padEnd(digits, '0'));
  return amount.startsWith('-') && units !== 0 ? -units : units;
}

function fractionDigits(currency: string): number {
  if (wholeOnly.has(currency)) return 0;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}
