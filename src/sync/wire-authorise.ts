/**
 * The wire by which a payment is put to the backend while the rider waits, and taken back when
 * nobody waits any more. Requests are CBOR as those of taps; answers are JSON.
 */
import { z } from 'zod';
import { sealedBytesMax } from './sealing.ts';
import { bytes, count } from './wire.ts';

/** Of the number under which device and backend know a payment. */
export const referenceBytes = 16;
/** Nobody waits longer at a door. */
export const deadlineMsMax = 60_000;
const keyedHashBytesMax = 64;
const nameCharsMax = 255;

const reference = bytes
  .refine((value) => value.length === referenceBytes, `a reference has ${referenceBytes} bytes`)
  .meta({ description: '16 fresh random bytes: the same again is the same payment' });
const keyedHash = bytes.refine(({ length }) => length > 0 && length <= keyedHashBytesMax, 'a key');
const name = z.string().min(1).max(nameCharsMax);

export const authoriseRequest = z.strictObject({
  reference,
  format: name.meta({ description: "name of the token's format" }),
  tokenKey: keyedHash,
  accountKey: keyedHash.optional(),
  sealed: bytes
    .refine(({ length }) => length <= sealedBytesMax, 'a sealed secret')
    .optional()
    .meta({ description: 'the payment code, sealed to the backend' }),
  amount: count.meta({ description: 'minor units' }),
  currency: z.string().regex(/^[A-Z]{3}$/, 'ISO 4217'),
  product: name,
  deadlineMs: count.min(1).max(deadlineMsMax).meta({ description: 'how long the rider waits' }),
  epoch: count.min(1).meta({ description: 'of the ledger, when it was asked' }),
  seq: count.meta({ description: 'last row of the ledger, when it was asked' }),
  bootId: name,
  monotonicAt: count.meta({ description: "milliseconds, as in the device's rows" }),
});
export type WireAuthoriseRequest = z.infer<typeof authoriseRequest>;

/** 200. */
export const authoriseAnswer = z.object({
  answer: z.enum(['approved', 'declined']),
  reason: z.string().max(nameCharsMax).optional().meta({ description: 'in words of the acquirer' }),
});
export type AuthoriseAnswer = z.infer<typeof authoriseAnswer>;

export const voidRequest = z.strictObject({ reference });

/** 200: it will be taken back, was taken back, or was never charged. */
export const voidAnswer = z.object({ state: z.enum(['void-wanted', 'voided', 'declined']) });
