/** The operator's rules as a file: its schema, and the way into core's Rules. */
import { z } from 'zod';
import type { Rules } from '../core/rules/rules.ts';
import { areDistinct, readJsonFile } from './read-file.ts';

const money = z.strictObject({
  amount: z.number().int().nonnegative().max(1_000_000_000),
  currency: z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code such as IDR'),
});

const hex = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), `${bytes} bytes in lower-case hexadecimal`);

const rulesFile = z.strictObject({
  version: z.string().min(1).max(64),
  flatFare: z.strictObject({ product: z.string().min(1).max(32), amount: money }),
  trustedKeys: z
    .array(
      z.strictObject({
        issuer: z.string().min(1).max(32),
        kid: z.string().regex(/^([0-9a-f]{2}){1,16}$/, '1 to 16 bytes in lower-case hexadecimal'),
        publicKey: hex(32),
      }),
    )
    .max(64)
    .refine(
      (keys) => areDistinct(keys.map(({ issuer, kid }) => `${issuer} ${kid}`)),
      'two keys have one issuer and kid',
    ),
  denyList: z.array(hex(32)).max(10_000).default([]),
  acceptedIssuers: z.array(z.string().regex(/^9360\d{4}$/, 'an NNS prefix')).max(256),
  risk: z.strictObject({
    amountPerTapMax: money,
    tapsPerDayMax: z.number().int().nonnegative(),
  }),
  passbackMs: z.number().int().nonnegative(),
  clockSkewMs: z.number().int().nonnegative().max(3_600_000).default(60_000),
});

/** @throws ConfigError */
export function readRules(file: string): Rules {
  const rules = readJsonFile(file, rulesFile);
  return {
    ...rules,
    trustedKeys: rules.trustedKeys.map((key) => ({
      ...key,
      publicKey: Uint8Array.from(Buffer.from(key.publicKey, 'hex')),
    })),
    denyList: new Set(rules.denyList),
    acceptedIssuers: new Set(rules.acceptedIssuers),
  };
}
