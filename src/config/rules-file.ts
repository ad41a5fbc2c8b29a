/** The operator's rules as a file: its schema, and the way into core's Rules. */
import { z } from 'zod';
import { type ClockQuality, clockQualities } from '../core/clock-quality.ts';
import {
  type SignatureAlgorithm,
  signatureAlgorithms,
  type VerifyingKey,
  verifyingKey,
} from '../core/crypto/verifying-key.ts';
import { keysTriedMax } from '../core/rules/genuine.ts';
import type { Rules } from '../core/rules/rules.ts';
import { publicKeyBytes } from './public-key.ts';
import { areDistinct, readJsonFile } from './read-file.ts';

const money = z.strictObject({
  amount: z.number().int().nonnegative().max(1_000_000_000),
  currency: z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code such as IDR'),
});

const id = z.string().min(1).max(32);

/** A keyed hash, as taps and `halte inspect` show it. */
const key = z.string().regex(/^[0-9a-f]{64}$/, '32 bytes in lower-case hexadecimal');
const keys = z.array(key).max(10_000).default([]);

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

/** Milliseconds; with them a photographed code dies within a minute while the clock is trusted. */
const skewDefaults: Readonly<Record<ClockQuality, number>> = {
  gnss: 5_000,
  ntp: 5_000,
  rtc: 20_000,
  holdover: 20_000,
  untrusted: 600_000,
};

const clockSkewMs = z.strictObject({
  ...(Object.fromEntries(
    clockQualities.map((quality) => [
      quality,
      z.number().int().nonnegative().max(3_600_000).default(skewDefaults[quality]),
    ]),
  ) as Record<ClockQuality, z.ZodDefault<z.ZodNumber>>),
});

const rulesFile = z.strictObject({
  version: z.string().min(1).max(64),
  flatFare: z.strictObject({ product: id, amount: money }),
  trustedKeys: z
    .array(trustedKey)
    .max(64)
    .refine(
      (trusted) =>
        areDistinct(trusted.flatMap(({ issuer, kid }) => (kid ? `${issuer} ${kid}` : []))),
      'two keys have one issuer and kid',
    )
    .refine(
      (trusted) => trusted.filter(({ kid }) => kid === undefined).length <= keysTriedMax,
      `at most ${keysTriedMax} keys without a kid: each of them is tried`,
    ),
  acceptedProducts: z
    .array(
      z.strictObject({
        issuer: id,
        products: z.array(id).max(1_000),
        events: z.array(id).max(1_000).optional(),
      }),
    )
    .max(64)
    .default([]),
  denyList: keys,
  revoked: keys,
  blocked: keys,
  listedCards: z
    .array(
      z.strictObject({
        key,
        product: id,
        riderCategory: id.optional(),
        until: z.iso.datetime().optional(),
      }),
    )
    .max(10_000)
    .default([]),
  networks: z.record(id, z.array(id).max(1_000)).default({}),
  serviceDay: z
    .strictObject({
      utcOffsetMinutes: z.number().int().min(-840).max(840).default(420),
      beginsAtMinutes: z.number().int().min(0).max(1_439).default(180),
    })
    .prefault({}),
  acceptedIssuers: z.array(z.string().regex(/^9360\d{4}$/, 'an NNS prefix')).max(256),
  risk: z.strictObject({
    amountPerTapMax: money,
    tapsPerDayMax: z.number().int().nonnegative(),
  }),
  passbackMs: z.number().int().nonnegative(),
  clockSkewMs: clockSkewMs.prefault({}),
});

type RulesFile = z.infer<typeof rulesFile>;

/** @throws ConfigError */
export function readRules(file: string): Rules {
  const rules = readJsonFile(file, rulesFile);
  return {
    ...rules,
    acceptedProducts: new Map(rules.acceptedProducts.map((entry) => [entry.issuer, sets(entry)])),
    denyList: new Set(rules.denyList),
    revoked: new Set(rules.revoked),
    blocked: new Set(rules.blocked),
    listedCards: new Map(rules.listedCards.map((entry) => [entry.key, listedCard(entry)])),
    networks: new Map(
      Object.entries(rules.networks).map(([name, routes]) => [name, new Set(routes)]),
    ),
    acceptedIssuers: new Set(rules.acceptedIssuers),
  };
}

function sets({ products, events }: RulesFile['acceptedProducts'][number]) {
  return { products: new Set(products), ...(events && { events: new Set(events) }) };
}

function listedCard({ product, riderCategory, until }: RulesFile['listedCards'][number]) {
  return {
    product,
    ...(riderCategory !== undefined && { riderCategory }),
    ...(until !== undefined && { until: Date.parse(until) }),
  };
}
