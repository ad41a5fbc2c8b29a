/**
 * What `halte bench tokens` measures: of each kind many different codes, the situation that they
 * are judged in, and the bare verifications that they are measured against.
 */
import type { Entropy } from '../../device/clock.ts';
import { hex } from '../../src/core/bytes.ts';
import type { KeyedHash } from '../../src/core/crypto/keyed-hash.ts';
import { type VerifyingKey, verifies, verifyingKey } from '../../src/core/crypto/verifying-key.ts';
import type { Reason } from '../../src/core/reason.ts';
import { keysTriedMax } from '../../src/core/rules/genuine.ts';
import type { Situation } from '../../src/core/rules/rule.ts';
import type { Rules, TrustedKey } from '../../src/core/rules/rules.ts';
import { parseQrToken } from '../../src/core/token/parse-token.ts';
import { semarangRules } from '../city.ts';
import { createPretixOffice } from '../pretix-office.ts';
import {
  type HolderKeyImport,
  holderVerifications,
  issuerVerifications,
  type Verification,
} from './bare-work.ts';
import { type BenchSigner, createBenchSigner } from './bench-signer.ts';
import { type HostileCode, hostileCodes } from './hostile-codes.ts';
import {
  allClaims,
  benchIssuer,
  benchNow,
  forged,
  heldTicketText,
  kidOf,
  type MakeCode,
  merchantCodes,
  paymentCodes,
  pretixCodes,
  ticketBytes,
  ticketText,
  unknownCodes,
} from './token-codes.ts';

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
const denyListMax = 10_000;

export interface CaseOptions {
  readonly entropy: Entropy;
  readonly keyed: KeyedHash;
  /** Different codes of each kind. */
  readonly codes: number;
}

export function tokenCases(options: CaseOptions): readonly TokenCase[] {
  const { entropy } = options;
  const ed25519 = createBenchSigner('EdDSA', entropy);
  const p256 = createBenchSigner('ES256', entropy);
  const stranger = createBenchSigner('EdDSA', entropy);
  const build = createCaseBuilder(options, [trustedKey(ed25519), trustedKey(p256)]);
  const ticket = (signer: BenchSigner, claims = {}) =>
    ticketText(ticketBytes(signer, entropy, claims));
  const edHolder = () => heldTicketText(ed25519, createBenchSigner('EdDSA', entropy), entropy);
  const p256Holder = () => heldTicketText(ed25519, createBenchSigner('ES256', entropy), entropy);
  return [
    build.signed('ticket, EdDSA', () => ticket(ed25519)),
    build.signed('ticket, EdDSA, all claims', () => ticket(ed25519, allClaims)),
    build.signed('ticket, ES256', () => ticket(p256)),
    build.signed('ticket, EdDSA, forged', () => ticketText(forged(ticketBytes(ed25519, entropy))), {
      reason: 'signature-invalid',
    }),
    ...build.held('ticket and proof, EdDSA', edHolder),
    ...build.held('ticket and proof, ES256', p256Holder),
    ...pretixCases(options),
    build.unsigned('ticket of an unknown key', () => ticket(stranger), 'unknown-key'),
    build.unsigned('payment code', paymentCodes(entropy), 'risk-within-limits'),
    build.unsigned('merchant code', merchantCodes(entropy), 'merchant-code'),
    build.unsigned('unknown format', unknownCodes(entropy), 'unknown-format'),
    ...hostileCases(hostileCodes(), build),
  ];
}

/** The key that signed is the last that is tried. */
function pretixCases(options: CaseOptions): readonly TokenCase[] {
  const offices = Array.from({ length: keysTriedMax }, () => createPretixOffice(options.entropy));
  return [1, keysTriedMax].flatMap((count) => {
    const tried = offices.slice(0, count);
    const build = createCaseBuilder(options, tried.map(({ trustedKey }) => trustedKey));
    const name = `pretix ticket, ${count} ${count === 1 ? 'key' : 'keys'}`;
    return tried.slice(-1).map((office) => build.signed(name, pretixCodes(office)));
  });
}

function hostileCases(hostile: readonly HostileCode[], build: CaseBuilder): readonly TokenCase[] {
  const formats = [...new Set(hostile.map(({ format }) => format))];
  return formats.map((format) => {
    const codes = hostile.filter((one) => one.format === format).map(({ bytes }) => bytes);
    return build.unsigned(`hostile, ${format}`, cycle(codes));
  });
}

function cycle(codes: readonly Uint8Array[]): MakeCode {
  let next = 0;
  return () => {
    const code = codes[next % codes.length] ?? new Uint8Array();
    next += 1;
    return code;
  };
}

interface CaseBuilder {
  signed(name: string, make: MakeCode, change?: Partial<TokenCase>): TokenCase;
  held(name: string, make: MakeCode): readonly TokenCase[];
  unsigned(name: string, make: MakeCode, reason?: Reason): TokenCase;
}

function createCaseBuilder(
  { entropy, keyed, codes: count }: CaseOptions,
  trusted: readonly TrustedKey[],
): CaseBuilder {
  const rules = benchRules(trusted, entropy);
  const situation: Situation = {
    history: { timesAccepted: 0, riskTapsToday: 0 },
    rules,
    now: benchNow,
    clockQuality: 'ntp',
    routeId: '1',
  };
  const yardstick = yardstickOf(entropy);
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
      const { ratioMax: _, ...shown } = signedCase(name, codes, 'each-time');
      return [
        signedCase(name, codes, 'before'),
        { ...shown, floor: `${shown.floor}, importing one key` },
      ];
    },
    unsigned(name, make, reason) {
      const codes = codesOf(make);
      const bare = codes.map(() => [yardstick]);
      const floor = 'one verification, EdDSA';
      const common = { name, floor, ratioMax: unsignedRatioMax, codes, situation, bare };
      return reason === undefined ? common : { ...common, reason };
    },
  };
}

/** Verifies a signature under a key of its own, over as many bytes as a ticket signs. */
function yardstickOf(entropy: Entropy): Verification {
  const signer = createBenchSigner('EdDSA', entropy);
  const message = ticketBytes(signer, entropy);
  const signature = signer.sign(message);
  const key = importedKey(signer);
  return () => verifies(key, message, signature);
}

function trustedKey(signer: BenchSigner): TrustedKey {
  return { issuer: benchIssuer, kid: hex(kidOf(signer)), key: importedKey(signer) };
}

function importedKey({ algorithm, publicKey }: BenchSigner): VerifyingKey {
  const key = verifyingKey(algorithm, publicKey);
  if (key === undefined) throw new Error('a test key that nobody can verify with');
  return key;
}

/** Full lists, the keys that count at their end. */
function benchRules(trusted: readonly TrustedKey[], entropy: Entropy): Rules {
  const other = trustedKey(createBenchSigner('EdDSA', entropy));
  const others = Array.from({ length: trustedKeysMax - trusted.length }, () => ({
    ...other,
    kid: hex(entropy.bytes(4)),
  }));
  return {
    ...semarangRules(other),
    trustedKeys: [...others, ...trusted],
    denyList: new Set(Array.from({ length: denyListMax }, () => hex(entropy.bytes(32)))),
    networks: new Map([['trans-semarang', new Set(['1', '2'])]]),
  };
}
