/**
 * The wire between device and backend: one source for the zod schemas, the types and the OpenAPI
 * document. Requests with taps are CBOR, because rows are exact bytes; answers are JSON.
 */
import { z } from 'zod';

/** Limits of one upload; the backend answers 413 past them and the device sends less. */
export const batchRowsMax = 500;
export const batchBytesMax = 256 * 1024;
/** A whole request body after decompression: the rows and their frame. */
export const bodyBytesMax = batchBytesMax + 64 * 1024;

export const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
export const bytes = z
  .custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected bytes')
  .meta({ type: 'string', format: 'binary' });
export const hash = bytes.refine((value) => value.length === 32, 'a hash has 32 bytes');
const base64 = z.base64().meta({ description: 'RFC 4648 §4, padded' });
const hexHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .meta({ description: 'SHA-256, lower-case hexadecimal' });

export const deviceId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, dot, dash, underscore; 1 to 64');

export const uploadRequest = z.strictObject({
  device: deviceId,
  epoch: count.min(1).meta({ description: 'names one ledger of the device' }),
  fromSeq: count.min(1).meta({ description: 'seq of the first row' }),
  prevHash: hash.meta({ description: 'hash of the row before; 32 zero bytes before the first' }),
  rows: z
    .array(bytes)
    .min(1)
    .max(batchRowsMax)
    .readonly()
    .meta({ description: 'canonical bytes, in order' }),
});
export type UploadRequest = z.infer<typeof uploadRequest>;

/** 200: everything up to durableSeq is committed and durable. */
export const uploadAccepted = z.object({
  durableSeq: count,
  tip: hexHash,
  receipt: base64.meta({ description: 'COSE_Sign1 of the backend: see docs/ledger.md' }),
  serverTime: count.meta({ description: 'milliseconds since 1970' }),
});
export type UploadAccepted = z.infer<typeof uploadAccepted>;

/**
 * 409. `gap`: rows from expectedSeq on are missing, send those first. `fork`: the rows contradict
 * what the backend holds; they are kept in quarantine, the receipt says so. There is no closed epoch:
 * docs/decisions/0007.
 */
export const uploadConflict = z.object({
  reason: z.enum(['gap', 'fork']),
  expectedSeq: count,
  receipt: base64.optional().meta({ description: 'quarantine receipt, with a fork' }),
  serverTime: count,
});
export type UploadConflict = z.infer<typeof uploadConflict>;

/** Every other refusal, 4xx and 5xx alike. */
export const wireError = z.object({
  code: z.string().meta({ description: 'stable code, such as `sync/unknown-device`' }),
  message: z.string(),
  hint: z.string(),
});
export type WireError = z.infer<typeof wireError>;
