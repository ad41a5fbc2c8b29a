/**
 * Builders for tests: each gives a valid value of the domain, and takes what a test wants to be
 * different. Keys and times are fixed, so that a value is the same in every run.
 */
import { concat, hex, utf8 } from '../../src/core/bytes.ts';
import { end } from '../../src/core/card/dialogue.ts';
import type { PurseCard } from '../../src/core/card/purse-card.ts';
import { ed25519PrivateKey } from '../../src/core/crypto/ed25519.ts';
import { createKeyedHash } from '../../src/core/crypto/keyed-hash.ts';
import { type VerifyingKey, verifyingKey } from '../../src/core/crypto/verifying-key.ts';
import type { AnsweredSituation } from '../../src/core/decide.ts';
import type { Fare } from '../../src/core/decision.ts';
import { encodeTlv } from '../../src/core/encoding/ber-tlv.ts';
import type { PastTap } from '../../src/core/fare/past-tap.ts';
import type { Tariff } from '../../src/core/fare/tariff.ts';
import type { SecurityListing } from '../../src/core/lists/security-listing.ts';
import { type Parsed, parsed } from '../../src/core/parsed.ts';
import type { Policy, RiskPolicy } from '../../src/core/rules/policy.ts';
import { emptyHistory, type TapFacts, type TapHistory } from '../../src/core/rules/rule.ts';
import type { Rules } from '../../src/core/rules/rules.ts';
import { signerOf } from '../../src/core/rules/signer.ts';
import type { HalteTicketClaims } from '../../src/core/ticket/claims.ts';
import type { HolderKey } from '../../src/core/ticket/holder-key.ts';
import { issueHalteTicket } from '../../src/core/ticket/issue.ts';
import { parseHalteTicket } from '../../src/core/token/halte-ticket.ts';
import type { Token } from '../../src/core/token/token.ts';
import { fixedRules } from '../../src/runtime/rules-in-force.ts';
import type { TapSurroundings } from '../../src/runtime/tap-row.ts';
import type { AuthoriseRequest } from '../../src/sync/authoriser.ts';
import type { HeartbeatRequest } from '../../src/sync/wire-heartbeat.ts';

/** 2026-11-02T00:00:00Z: the hour in which everything here happens, milliseconds since 1970. */
export const someNow = 1_793_577_600_000;

/** Test keys: everybody can read the seeds, nobody may trust the keys. See fixtures/README.md. */
export const issuerKey = ed25519PrivateKey(utf8('halte test key - never on a bus!'));
export const strangerKey = ed25519PrivateKey(utf8('halte test key - of nobody known'));

/** Test key of the operator for keyed hashes. */
export const identifierKey = utf8('halte test key - for identifiers');
export const keyed = createKeyedHash(identifierKey);

/** An Ed25519 key as rules hold it. */
export function aVerifyingKey(publicKey: Uint8Array): VerifyingKey {
  const key = verifyingKey('EdDSA', publicKey);
  if (key === undefined) throw new Error('not a public key');
  return key;
}

/** Of a rider's phone. */
export const holderKey = ed25519PrivateKey(utf8('halte test key - a rider’s ph.'));

export function aHolderKey(): HolderKey {
  return { algorithm: 'EdDSA', publicKey: holderKey.publicKey };
}

export const issuer = 'trans-semarang';
export const issuerKid = utf8('test');

export const gopay = '93600914';

/** Public keys of the tests of pretix/libpretixsync (Apache-2.0). */
const pretixKeys = [
  'ec00fbfef140df712c638cf63c7afb8993ec67c9f9761d1a8cff20cb3366988b',
  '60c26c3a72e9e40586a49f9d149136afd0ce5de40866056b0adf772c097904df',
] as const;

/** A pass, valid from an hour before {@link someNow} until 23 hours after. */
export function someClaims(change: Partial<HalteTicketClaims> = {}): HalteTicketClaims {
  return {
    issuer,
    ticketId: bytesOf('0102030405060708'),
    notBefore: someNow / 1_000 - 3_600,
    expires: someNow / 1_000 + 23 * 3_600,
    kind: 'pass',
    product: 'harian',
    ...change,
  };
}

export interface TicketChange extends Partial<HalteTicketClaims> {
  readonly key?: typeof issuerKey;
  readonly kid?: Uint8Array;
}

/** The ticket's bytes, signed by the issuer unless told otherwise. */
export function aTicket(change: TicketChange = {}): Uint8Array {
  const { key = issuerKey, kid = issuerKid, ...claims } = change;
  return issueHalteTicket({ signer: key, kid }, someClaims(claims));
}

export function aTicketToken(change: TicketChange = {}): Token {
  return parsedValue(parseHalteTicket(aTicket(change), keyed));
}

export function aQrisToken(change: Partial<Token> = {}): Token {
  return {
    format: 'qris-cpm',
    tokenKey: new Uint8Array(32).fill(7),
    issuer: gopay,
    proof: { kind: 'deferred' },
    rides: 1,
    ...change,
  };
}

/** A purse card with Rp 20.000 on it, that commits whatever is asked of it. */
export function aCardToken(change: Partial<PurseCard> = {}): Token {
  return {
    format: 'transit-card',
    tokenKey: new Uint8Array(32).fill(8),
    proof: { kind: 'card' },
    rides: 'unlimited',
    card: {
      balance: { amount: 20_000, currency: 'IDR' },
      counter: 41,
      trips: [],
      debit: () => end(parsed({ result: 'committed' })),
      ...change,
    },
  };
}

/** Objects of the application template of a payment code, by tag; undefined leaves one out. */
export interface QrisObjects {
  readonly '4F'?: Uint8Array | undefined;
  readonly '50'?: Uint8Array | undefined;
  readonly '57'?: Uint8Array | undefined;
  readonly '5A'?: Uint8Array | undefined;
  readonly '5F24'?: Uint8Array | undefined;
  readonly '5F34'?: Uint8Array | undefined;
  readonly '63'?: Uint8Array | undefined;
}

/** A payment code of GoPay's shape whose account is nobody's. @returns base64 text in bytes. */
export function aQrisCode(change: QrisObjects = {}): Uint8Array {
  const objects: QrisObjects = {
    '4F': bytesOf('a0000006022020'),
    '50': utf8('QRISCPM'),
    '5A': bytesOf(`${gopay}12345678901f`),
    '63': tlv('9F74', utf8('cheque:98765432109876543210')),
    ...change,
  };
  const application = Object.entries(objects).map(([tag, value]) => value && tlv(tag, value));
  return aCpmCode(tlv('61', ...application.filter((object) => object !== undefined)));
}

/** Any consumer-presented code: the payload format "CPV01" and what follows it. */
export function aCpmCode(...objects: readonly Uint8Array[]): Uint8Array {
  return utf8(Buffer.from(concat(tlv('85', utf8('CPV01')), ...objects)).toString('base64'));
}

/** One BER-TLV object. */
export const tlv = encodeTlv;

/** One fare for every ride: Rp 3.500. */
export function aFlatTariff(change: Partial<Tariff> = {}): Tariff {
  const price = { amount: 3_500, currency: 'IDR' };
  return {
    products: [{ id: 'umum-nontunai', price }],
    legRules: [{ product: 'umum-nontunai' }],
    transferRules: [],
    prepaidProducts: new Set(),
    riderCategories: new Map([['umum', { name: 'Umum', isDefault: true }]]),
    fareMedia: new Map(),
    timeframes: new Map(),
    calendar: new Map(),
    time: { offsets: [{ from: 0, minutes: 420 }], dayBeginsAtMinutes: 180 },
    areasOfStop: new Map(),
    networkOfRoute: new Map(),
    stops: new Set(),
    routes: new Set(),
    areaNames: new Map(),
    networkNames: new Map(),
    ...change,
  };
}

/** Takes GoPay at risk, and boards no groups. */
export function aPolicy(change: Partial<Policy> = {}): Policy {
  return {
    mediaOfFormat: new Map(),
    passback: [{ groupMs: 0, groupRidersMax: 1, blockMs: 300_000 }],
    tapping: [],
    caps: [],
    transferNeedsOtherRoute: false,
    ticketsTransfer: true,
    risk: aRiskPolicy(),
    online: { deadlineMs: 1_500, cardDeadlineMs: 300 },
    issuers: { allow: new Set([gopay]), deny: new Set() },
    onDebt: 'blockPayAsYouGoTravel',
    untrustedClock: new Set(['tickets', 'passes', 'purses', 'payments', 'listed-cards']),
    clockSkewMs: skewOf(60_000),
    failOpen: false,
    graceMs: 0,
    driver: { voidWithinMs: 30_000, failOpen: false },
    ...change,
  };
}

export function aRiskPolicy(change: Partial<RiskPolicy> = {}): RiskPolicy {
  return {
    acceptsOffline: true,
    amountPerTapMax: 5_000,
    perAccountPerDay: { taps: 10, amount: 50_000 },
    perDevicePerDay: { taps: 100, amount: 1_000_000 },
    acceptsFirstRide: true,
    listAgeMaxMs: 86_400_000,
    syncAgeMaxMs: 86_400_000,
    expectedLoss: 0.5,
    ...change,
  };
}

/** What a test changes of the rules; of the policy it names only what differs. */
export interface RulesChange extends Partial<Omit<Rules, 'policy'>> {
  readonly policy?: Partial<Policy>;
}

export function someRules({ policy, ...change }: RulesChange = {}): Rules {
  return {
    version: 'test-1',
    effectiveFrom: 0,
    currency: 'IDR',
    tariff: aFlatTariff(),
    policy: aPolicy(policy),
    trustedKeys: [
      { issuer, kid: hex(issuerKid), key: aVerifyingKey(issuerKey.publicKey) },
      ...pretixKeys.map((key) => ({
        ...{ format: 'pretix-sig1', issuer: 'sam-poo-kong' },
        key: aVerifyingKey(bytesOf(key)),
      })),
    ],
    acceptedProducts: new Map(),
    listings: new Map(),
    ...change,
  };
}

export function someHistory(change: Partial<TapHistory> = {}): TapHistory {
  const ridesUsed = change.taps?.filter(({ isSameToken }) => isSameToken).length ?? 0;
  return { ...emptyHistory, ridesUsed, ...change };
}

/** A tap of the same token that was accepted on this device, for Rp 3.500. */
export function aPastTap(change: Partial<PastTap> = {}): PastTap {
  const at = change.at ?? someNow;
  return {
    ...{ at, action: 'single', leg: { boarding: { at } }, product: 'umum-nontunai' },
    charged: { amount: 3_500, currency: 'IDR' },
    ...{ transfersUsed: 0, source: 'device', rulesVersion: 'test-1', isSameToken: true },
    ...change,
  };
}

/**
 * At {@link someNow} by a good clock, under {@link someRules}, after nothing, with fresh lists and no
 * link.
 */
export function someSituation(change: Partial<AnsweredSituation> = {}): AnsweredSituation {
  const { history = someHistory(), rules = someRules(), ...rest } = change;
  return {
    ...{ history, rules, listings: [], place: {}, now: someNow, clockQuality: 'ntp' },
    ...{ listAgeMs: 0, syncAgeMs: 0, authorisation: 'no-answer' },
    ...rest,
  };
}

/** The same tolerance whatever the clock is worth. */
export function skewOf(ms: number): Policy['clockSkewMs'] {
  return { gnss: ms, ntp: ms, rtc: ms, holdover: ms, untrusted: ms };
}

/** The flat fare of {@link aFlatTariff}. */
export function aFare(change: Partial<Fare> = {}): Fare {
  return {
    product: 'umum-nontunai',
    amount: { amount: 3_500, currency: 'IDR' },
    action: 'single',
    leg: { boarding: { at: someNow } },
    ...change,
  };
}

/** A ticket at {@link someNow}, never tapped, under {@link someRules}. */
export function someFacts(change: Partial<TapFacts> = {}): TapFacts {
  const { token = aTicketToken(), fare = aFare(), authorisation = 'no-answer', ...rest } = change;
  const situation = someSituation({ ...rest, authorisation });
  return { token, fare, signer: signerOf(token, situation.rules), ...situation };
}

/** A listing that denies, for fraud. */
export function aListing(change: Partial<SecurityListing> = {}): SecurityListing {
  return { kind: 'ticket', effect: 'deny', reason: 'fraud', ...change };
}

/** What a tap handler is told of the bus, under {@link someRules} unless told otherwise. */
export function someSurroundings(change: { readonly rules?: Rules } = {}): TapSurroundings {
  const { rules = someRules() } = change;
  const inForce = { ...fixedRules(rules), listAgeMs: () => 0 };
  return { inForce, place: {}, position: undefined, syncAgeMs: 0 };
}

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

/** What a parser gave, when it must not have found a fault. */
export function parsedValue<T>(parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  throw new Error(`${parsed.fault.reason}: ${parsed.fault.detail}`);
}

/** Rp 3.500 of an account, asked at the start of a ledger. */
export function aPayment(change: Partial<AuthoriseRequest> = {}): AuthoriseRequest {
  return {
    reference: new Uint8Array(16).fill(1),
    format: 'qris-cpm',
    tokenKey: new Uint8Array(32).fill(7),
    accountKey: new Uint8Array(32).fill(3),
    amount: { amount: 3_500, currency: 'IDR' },
    product: 'umum-nontunai',
    asked: { epoch: 1, seq: 0, bootId: '0f1e2d3c', monotonicAt: 100_000 },
    ...change,
  };
}

/** Of a device with an empty ledger. */
export function aHeartbeat(over: Partial<HeartbeatRequest> = {}): HeartbeatRequest {
  return {
    nonce: new Uint8Array(16).fill(9),
    ...{ epoch: 1, seq: 0, tip: new Uint8Array(32), unsent: 0 },
    ...{ rulesVersion: 'test-1', release: '0.1.0', readers: [['qr', 'ok']] },
    ...{ bootId: 'test-boot', monotonicAt: 1_000, wallAt: someNow, clockQuality: 'rtc' },
    ...over,
  };
}
