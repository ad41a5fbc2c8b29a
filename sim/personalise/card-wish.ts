/** What `halte mint card` is asked for, from what was typed: checked before anybody holds a card. */
import type { TransitPass } from '../../src/core/card/desfire/transit-pass.ts';
import { UsageError } from '../mint/as-typed.ts';
import { isBalance } from './personalise-card.ts';
import type { CardOrder } from './personalise-steps.ts';

/** As typed: nothing of it is checked yet. */
export interface MintCardOptions {
  /** Part of the name of the reader's slot; every slot when it is left out. */
  readonly slot?: string;
  /** File of test master keys. */
  readonly keys: string;
  /** Whole rupiah. */
  readonly balance: string;
  readonly product?: string;
  /** How long the product is valid, from now. */
  readonly days: string;
  readonly category?: string;
  /** A finished card is given to another rider. */
  readonly newIssue?: boolean;
}

const secondsOfDay = 86_400;
const daysMax = 3_660;
/** ASCII, so that two of them fit into the card's file with certainty. */
const shortText = /^[\x20-\x7e]{1,32}$/;

/** @param wallNow milliseconds since 1970. @throws UsageError */
export function cardWish(options: MintCardOptions, wallNow: number): Omit<CardOrder, 'uid'> {
  const openingBalance = Number(options.balance);
  if (!/^\d+$/.test(options.balance) || !isBalance(openingBalance)) {
    throw badOption('balance', options.balance, 'whole rupiah, 0 to 2000000');
  }
  const pass = passOf(options, Math.floor(wallNow / 1_000));
  const another = options.newIssue === true && { isAnotherRiders: true };
  return { openingBalance, ...another, ...(pass && { pass }) };
}

function passOf(
  { product, category, days }: MintCardOptions,
  notBefore: number,
): TransitPass | undefined {
  for (const [name, text] of Object.entries({ product, category })) {
    if (text === undefined || shortText.test(text)) continue;
    throw badOption(name, text, '1 to 32 characters of ASCII');
  }
  const rider = category === undefined ? undefined : { riderCategory: category };
  if (product === undefined) return rider;
  const length = Number(days);
  if (!/^\d+$/.test(days) || length < 1 || length > daysMax) {
    throw badOption('days', days, `1 to ${daysMax}`);
  }
  return { product, notBefore, expires: notBefore + length * secondsOfDay, ...rider };
}

function badOption(name: string, value: string, hint: string): UsageError {
  return new UsageError(`mint/bad-${name}`, `--${name} ${value} cannot be`, hint);
}
