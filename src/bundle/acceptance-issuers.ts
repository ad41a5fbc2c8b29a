/** Whose tickets are taken: parts of `acceptance.json`. */
import { z } from 'zod';
import { publicKeyBytes } from '../config/public-key.ts';
import { areDistinct } from '../config/read-file.ts';
import {
  type SignatureAlgorithm,
  signatureAlgorithms,
  type VerifyingKey,
  verifyingKey,
} from '../core/crypto/verifying-key.ts';
import { keysTriedMax } from '../core/rules/genuine.ts';

const id = z.string().min(1).max(32);

const trustedKey = z
  .strictObject({
    issuer: id,
    kid: z
      .string()
      .regex(/^([0-9a-f]{2}){1,16}$/, '1 to 16 bytes in lower-case hexadecimal')
      .optional(),
    algorithm: z.enum(signatureAlgorithms).default('EdDSA'),
    publicKey: z.string().max(1_024),
  })
  .transform(({ algorithm, publicKey, kid, ...rest }, context) => {
    const imported = imports(algorithm, publicKey);
    if (imported !== undefined) return { ...rest, ...(kid && { kid }), key: imported };
    const message = `not a public key for ${algorithm}`;
    context.addIssue({ code: 'custom', path: ['publicKey'], message });
    return z.NEVER;
  });

function imports(algorithm: SignatureAlgorithm, text: string): VerifyingKey | undefined {
  const bytes = publicKeyBytes(text);
  return bytes && verifyingKey(algorithm, bytes);
}

export const trustedKeys = z
  .array(trustedKey)
  .max(64)
  .refine(
    (trusted) => areDistinct(trusted.flatMap(({ issuer, kid }) => (kid ? `${issuer} ${kid}` : []))),
    'two keys have one issuer and kid',
  )
  .refine(
    (trusted) => trusted.filter(({ kid }) => kid === undefined).length <= keysTriedMax,
    `at most ${keysTriedMax} keys without a kid: each of them is tried`,
  )
  .default([]);

export const acceptedProducts = z
  .array(
    z.strictObject({
      issuer: id,
      products: z.array(id).max(1_000),
      events: z.array(id).max(1_000).optional(),
    }),
  )
  .max(64)
  .default([]);
