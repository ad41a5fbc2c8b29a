/** Amounts of GTFS, decimal text, as whole minor units. */
import { fractionDigits } from '../../core/money.ts';

/** @returns undefined when the text is finer than the currency's smallest unit. */
export function minorUnits(amount: string, currency: string): number | undefined {
  const digits = fractionDigits(currency);
  const [whole = '', fraction = ''] = amount.replace('-', '').split('.');
  if (/[1-9]/.test(fraction.slice(digits))) return undefined;
  const units = Number(whole + fraction.slice(0, digits).padEnd(digits, '0'));
  return amount.startsWith('-') && units !== 0 ? -units : units;
}
