/**
 * The token that a scenario speaks of, as a reader would have read it: a wallet's code, a card, a
 * listed card, a ticket. Tickets are signed by a key that everybody can read and no device trusts.
 */
import { utf8 } from '../core/bytes.ts';
import { end } from '../core/card/dialogue.ts';
import { ed25519PrivateKey } from '../core/crypto/ed25519.ts';
import { createKeyedHash } from '../core/crypto/keyed-hash.ts';
import { verifyingKey } from '../core/crypto/verifying-key.ts';
import { parsed } from '../core/parsed.ts';
import type { Rules } from '../core/rules/rules.ts';
import { issueHalteTicket } from '../core/ticket/issue.ts';
import { parseHalteTicket } from '../core/token/halte-ticket.ts';
import type { Token } from '../core/token/token.ts';
import type { Scenario, ScenarioMedium } from './scenario.ts';
import { momentOf } from './scenario-moment.ts';

const scenarioKey = ed25519PrivateKey(utf8('halte test key - for scenarios..'));
const scenarioIssuer = 'scenario';
const keyed = createKeyedHash(new Uint8Array(32));
const dayMs = 86_400_000;

/** The rules, and tickets of scenarios besides. */
export function withScenarioKey(rules: Rules): Rules {
  const key = verifyingKey('EdDSA', scenarioKey.publicKey);
  if (key === undefined) throw new Error('the key of scenarios is none');
  return { ...rules, trustedKeys: [{ issuer: scenarioIssuer, kid: '01', key }] };
}

/** What is held to a reader. */
export type HeldMedium = Exclude<ScenarioMedium, 'cash'>;

export function tokenOf(medium: HeldMedium, scenario: Scenario, rules: Rules): Token {
  switch (medium) {
    case 'qris':
      return paymentCode(scenario, rules);
    case 'card':
      return card(scenario, rules);
    case 'listed-card':
      return { ...bare('uid-card', scenario), proof: { kind: 'identifier' }, rides: 'unlimited' };
    case 'ticket':
      return ticket(scenario, rules);
  }
}

function bare(format: string, { rider }: Scenario) {
  const riderCategory = rider === '' ? {} : { riderCategory: rider };
  return { format, tokenKey: new Uint8Array(32), ...riderCategory };
}

/** Of the first wallet that the operator takes; each tap shows another code of it. */
function paymentCode(scenario: Scenario, { policy }: Rules): Token {
  const issuer = [...policy.issuers.allow][0] ?? '';
  return { ...bare('qris-cpm', scenario), issuer, proof: { kind: 'deferred' }, rides: 'unlimited' };
}

function card(scenario: Scenario, rules: Rules): Token {
  const { product, until = '9999-12-31', balance = 50_000 } = scenario;
  const ends = momentOf(until, '24:00', rules);
  const pass = product === undefined ? {} : { pass: { product, from: 0, until: ends } };
  return {
    ...bare('transit-card', scenario),
    ...{ proof: { kind: 'card' }, rides: 'unlimited' },
    card: {
      ...{ balance: { amount: balance, currency: rules.currency }, ...pass, trips: [] },
      debit: () => end(parsed({ result: 'committed' })),
    },
  };
}

function ticket(scenario: Scenario, rules: Rules): Token {
  const { day, until = day, product = 'tiket', ticket: kind = 'single', count, rider } = scenario;
  const bytes = issueHalteTicket(
    { signer: scenarioKey, kid: Uint8Array.of(1) },
    {
      ...{ issuer: scenarioIssuer, ticketId: new Uint8Array(8), kind, product },
      notBefore: Math.floor(momentOf(day, '00:00', rules) / 1_000) - dayMs / 1_000,
      expires: Math.floor(momentOf(until, '24:00', rules) / 1_000),
      ...(kind === 'carnet' && { rides: count ?? 10 }),
      ...(kind === 'group' && { riders: count ?? 2 }),
      ...(rider !== '' && { riderCategory: rider }),
    },
  );
  const token = parseHalteTicket(bytes, keyed);
  if (!token.ok) throw new Error(`a ticket of a scenario is damaged: ${token.fault.detail}`);
  return token.value;
}
