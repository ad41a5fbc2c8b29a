/**
 * A case of `halte bench tokens`: many different codes of one kind, the situation that they are
 * judged in, and the bare verifications that they are measured against.
 */
import type { Entropy } from '../../device/clock.ts';
import { hex } from '../../src/core/bytes.ts';
import type { KeyedHash } from '../../src/core/crypto/keyed-hash.ts';
import { type VerifyingKey, verifies, verifyingKey } from '../../src/core/crypto/verifying-key.ts';
import type { Reason } from '../../src/core/reason.ts';
import { emptyHistory, type Situation } from '../../src/core/rules/rule.ts';
import type { Rules, TrustedKey } from '../../src/core/rules/rules.ts';
import { parseQrToken } from '../../src/core/token/parse-token.ts';
import { semarangRules } from '../city.ts';
import {
  type HolderKeyImport,
  holderVerifications,
  issuerVerifications,
  type Verification,
} from './bare-work.ts';
import { type BenchSigner, createBenchSigner } from './bench-signer.ts';
import { benchIssuer, benchNow, kidOf, type MakeCode, ticketBytes } from './token-codes.ts';

export interface TokenCase {
  readonly name: string;
  /** What the floor does, in words. */
  readonly floor: string;
  /** Most that the work may take of the floor; absent: shown and not judged. */
  readonly ratioMax?: number;
  readonly codes: readonly Uint8Array[];
  readonly situation: Situation;
  /** What has to come out of every code; absent: any refusal. */
  readonly reason?: Reason;
  /** For each code. */
  readonly bare: readonly (readonly Verification[])[];
}

/** The budget: parse and verify takes no more than twice the bare verifications. */
export const signedRatioMax = 2;

/**
 * A code that has no signature to verify is measured against one Ed25519 verification, and may not
 * take longer: it is what the budget leaves for parsing a ticket of one signature.
 */
export const unsignedRatioMax = 1;

/** As many as a file of rules takes, so that looking them up is in the measurement. */
const trustedKeysMax = 64;

export interface CaseOptions {
  readonly entropy: Entropy;
  readonly keyed: KeyedHash;
  /** Different codes of each kind. */
  readonly codes: number;
}

export interface CaseBuilder {
  signed(name: string, make: MakeCode, change?: Partial<TokenCase>): TokenCase;
  held(name: string, make: MakeCode): readonly TokenCase[];
  unsigned(name: string, make: MakeCode, reason?: Reason): TokenCase;
}

export function createCaseBuilder(
  { entropy, keyed, codes: count }: CaseOptions,
  trusted: readonly TrustedKey[],
): CaseBuilder {
  const rules = benchRules(trusted, entropy);
  const situation: Situation = {
    ...{ history: emptyHistory, rules, listings: [], now: benchNow, clockQuality: 'ntp' },
    ...{ place: { routeId: '1' }, listAgeMs: 0, syncAgeMs: 0, authorisation: 'no-answer' },
  };
  const yardstick = yardsticks(entropy);
  const codesOf = (make: MakeCode) => Array.from({ length: count }, make);
  const bareOf = (code: Uint8Array, imported: HolderKeyImport) => {
    const token = parseQrToken(code, keyed);
    if (!token.ok) throw new Error(`a signed code is malformed: ${token.fault.detail}`);
    const holder = holderVerifications(token.value, imported);
    return [...issuerVerifications(token.value, rules), ...holder];
  };
  const signedCase = (name: string, codes: readonly Uint8Array[], imported: HolderKeyImport) => {
    const bare = codes.map((code) => bareOf(code, imported));
    const times = bare[0]?.length ?? 0;
    const floor = times === 1 ? 'its verification' : `its ${times} verifications`;
    const ratioMax = signedRatioMax;
    return { name, floor, ratioMax, codes, situation, bare, reason: 'ticket-valid' } as const;
  };
  return {
    signed: (name, make, change) => ({ ...signedCase(name, codesOf(make), 'before'), ...change }),
    held(name, make) {
      const codes = codesOf(make);
      const judged = signedCase(name, codes, 'each-time');
      const { ratioMax: _, ...shown } = signedCase(name, codes, 'before');
      return [{ ...judged, floor: `${judged.floor}, importing one key` }, shown];
    },
    unsigned(name, make, reason) {
      const codes = codesOf(make);
      const bare = codes.map(() => [yardstick()]);
      const floor = 'one verification, EdDSA';
      const common = { name, floor, ratioMax: unsignedRatioMax, codes, situation, bare };
      return reason === undefined ? common : { ...common, reason };
    },
  };
}

/** Verifications under one key, each of other bytes and as many as a ticket signs. */
function yardsticks(entropy: Entropy): () => Verification {
  const signer = createBenchSigner('EdDSA', entropy);
  const key = importedKey(signer);
  return () => {
    const message = ticketBytes(signer, entropy);
    const signature = signer.sign(message);
    return () => verifies(key, message, signature);
  };
}

export function trustedKeyOf(signer: BenchSigner): TrustedKey {
  return { issuer: benchIssuer, kid: hex(kidOf(signer)), key: importedKey(signer) };
}

function importedKey({ algorithm, publicKey }: BenchSigner): VerifyingKey {
  const key = verifyingKey(algorithm, publicKey);
  if (key === undefined) throw new Error('a test key that nobody can verify with');
  return key;
}

/**
 * Full lists, the keys that count at their end. Without transfers: what a ride costs after another is
 * the tariff's business, whatever was shown.
 */
function benchRules(trusted: readonly TrustedKey[], entropy: Entropy): Rules {
  const other = trustedKeyOf(createBenchSigner('EdDSA', entropy));
  const others = Array.from({ length: trustedKeysMax - trusted.length }, () => ({
    ...other,
    kid: hex(entropy.bytes(4)),
  }));
  const rules = semarangRules(other);
  return {
    ...rules,
    tariff: { ...rules.tariff, transferRules: [] },
    trustedKeys: [...others, ...trusted],
  };
}
