/** The operator as a merchant of QRIS, in a file: for codes that riders scan to pay a fare. */
import { z } from 'zod';
import { fareCode, type Merchant } from '../core/qris/merchant-code.ts';
import { type MerchantCriteria, merchantCriteria } from '../core/qris/merchant-code-names.ts';
import { readJsonFile } from './read-file.ts';

const text = z.string().min(1).max(64);

const merchantFile = z
  .strictObject({
    name: text,
    city: text,
    postalCode: text,
    categoryCode: text.exactOptional(),
    criteria: z.enum(Object.keys(merchantCriteria) as MerchantCriteria[]),
    accounts: z
      .array(
        z.strictObject({
          id: z.number().int(),
          domain: text,
          pan: text,
          merchantId: text,
        }),
      )
      .max(20)
      .default([]),
    nmid: text.exactOptional(),
    terminalLabel: text.exactOptional(),
  })
  .superRefine((merchant, context) => {
    const message = objectionTo(merchant);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

/** The longest that a code of this merchant can become: whatever it holds later is shorter. */
const largestFare = { amount: 9_999_999_999_999, currency: 'IDR' };
const longestReference = 'R'.repeat(25);

/** What the profile of QRIS forbids is known in one place, and asked there. */
function objectionTo(merchant: Merchant): string | undefined {
  try {
    fareCode(merchant, largestFare, longestReference);
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

/** @throws ConfigError naming every problem at once. */
export function readMerchant(file: string): Merchant {
  return readJsonFile(file, merchantFile);
}
