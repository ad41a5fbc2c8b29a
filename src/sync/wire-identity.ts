/** The wire of enrolment and renewal: one source for the schemas, the types and the OpenAPI document. */
import { z } from 'zod';
import { bytes, count, deviceId } from './wire.ts';

/** DER. One of a P-256 key has about 270 bytes. */
export const csrBytesMax = 1_024;
export const noteCharactersMax = 120;

const csr = bytes
  .refine(({ length }) => length <= csrBytesMax, `at most ${csrBytesMax} bytes`)
  .meta({ description: 'PKCS#10 in DER, of a P-256 key; its subject is CN=device alone' });

export const enrolRequest = z.strictObject({
  device: deviceId,
  csr,
  note: z
    .string()
    .max(noteCharactersMax)
    .default('')
    .meta({ description: 'for whoever approves it, such as the plate of the bus' }),
});

export const renewRequest = z.strictObject({ csr });

const fingerprint = z.string().meta({ description: 'of the key, as people compare it' });

export const enrolWaiting = z.object({ state: z.literal('waiting'), fingerprint });

export const certified = z.object({
  state: z.literal('issued'),
  fingerprint,
  certificate: z.string().max(16_384).meta({ description: 'PEM' }),
  notAfter: count.meta({ description: 'milliseconds since 1970' }),
});
export type Certified = z.infer<typeof certified>;
