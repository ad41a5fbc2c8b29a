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
import type { TrustedKey } from '../core/rules/rules.ts';
import { keysTriedMax } from '../core/rules/signer.ts';
import { formatNames } from '../core/token/parse-token.ts';

const id = z.string().min(1).max(32);

const trustedKey = z
  .strictObject({
    issuer: id.describe('whose tickets; where a format names no issuer, what you call it'),
    kid: z
      .string()
      .regex(/^([0-9a-f]{2}){1,16}$/, '1 to 16 bytes in lower-case hexadecimal')
      .optional()
      .describe('which key of the issuer, as its tickets name it: hexadecimal'),
    format: z
      .enum(formatNames)
      .optional()
      .describe('instead of kid, for tickets that name neither key nor issuer: pretix-sig1'),
    algorithm: z.enum(signatureAlgorithms).default('EdDSA').describe('what the key signs with'),
    publicKey: z.string().max(1_024).describe('hexadecimal, a PEM, or base64 of a PEM'),
  })
  .refine(
    ({ kid, format }) => (kid === undefined) !== (format === undefined),
    'a key has either a kid, or the format whose tickets name none, such as pretix-sig1',
  )
  .transform(({ algorithm, publicKey, kid, format, issuer }, context) => {
    const key = imports(algorithm, publicKey);
    if (key !== undefined) return { issuer, ...(kid && { kid }), ...(format && { format }), key };
    const message = `not a public key for ${algorithm}`;
    context.addIssue({ code: 'custom', path: ['publicKey'], message });
    return z.NEVER;
  });

function imports(algorithm: SignatureAlgorithm, text: string): VerifyingKey | undefined {
  const bytes = publicKeyBytes(text);
  return bytes && verifyingKey(algorithm, bytes);
}

/** A key that stands there twice is tried twice, for nothing; with two issuers it is a mistake. */
function areOfOneIssuer(trusted: readonly TrustedKey[]): boolean {
  const keys = trusted.filter(({ format }) => format !== undefined);
  return keys.every(({ issuer, key }) =>
    keys.every((other) => other.issuer === issuer || !other.key.imported.equals(key.imported)),
  );
}

export const trustedKeys = z
  .array(trustedKey)
  .max(64)
  .refine(
    (trusted) => areDistinct(trusted.flatMap(({ issuer, kid }) => (kid ? `${issuer} ${kid}` : []))),
    'two keys have one issuer and kid',
  )
  .refine(
    (trusted) => trusted.filter(({ format }) => format !== undefined).length <= keysTriedMax,
    `at most ${keysTriedMax} keys with a format: each of them is tried`,
  )
  .refine(areOfOneIssuer, 'one key with a format has two issuers: nobody could tell whose it is')
  .default([])
  .describe('who may sign tickets that are taken here');

export const acceptedProducts = z
  .array(
    z.strictObject({
      issuer: id.describe('one of trustedKeys'),
      products: z.array(id).max(1_000).describe('what is taken; 14 is item 14 in every variation'),
      events: z.array(id).max(1_000).optional().describe('dates that are taken; all when left out'),
    }),
  )
  .max(64)
  .default([])
  .describe('which products of an issuer are taken; of one without an entry all are');
