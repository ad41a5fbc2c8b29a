/**
 * How phones are asked for a QRIS Tap code, as a device's configuration writes it: what is left out
 * is as observed. It names the QRIS application and no other, so that no slip selects a payment card.
 */
import { z } from 'zod';
import { observedQrisTap } from '../core/card/qris-tap.ts';

const status = z.string().regex(/^[0-9a-f]{4}$/, 'four lower-case hexadecimal digits');

export const qrisTapConfig = z
  .strictObject({
    select: z
      .string()
      .regex(/^00a4[0-9a-f]{4}07a0000006022020(00)?$/, 'SELECT of a0000006022020, in hexadecimal')
      .default(observedQrisTap.select),
    readRecord: z
      .string()
      .regex(
        /^[0-9a-f]{2}b2NN[0-9a-f]{2}([0-9a-f]{2}){0,16}$/,
        'READ RECORD with NN for its number',
      )
      .default(observedQrisTap.readRecord),
    /** Status of the last record, and of those before it. */
    done: status.default(observedQrisTap.done),
    more: status.default(observedQrisTap.more),
  })
  .refine(({ done, more }) => done !== more, 'done and more are one status');
