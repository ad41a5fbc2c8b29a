/**
 * A rider's taps in the operator's words, played through the real decision: for `rules explain`, and
 * for the tables of scenarios beside an operator's rules (fixtures, docs/rules.md).
 *
 * Every earlier tap is decided, too, so that the history is what the validator itself would hold.
 */
import { utf8 } from '../core/bytes.ts';
import { end } from '../core/card/dialogue.ts';
import { ed25519PrivateKey } from '../core/crypto/ed25519.ts';
import { createKeyedHash } from '../core/crypto/keyed-hash.ts';
import { verifyingKey } from '../core/crypto/verifying-key.ts';
import { decideTap, judgements } from '../core/decide.ts';
import type { Decision } from '../core/decision.ts';
import { fareOf } from '../core/fare/fare-of.ts';
import type { PastTap } from '../core/fare/past-tap.ts';
import type { TraceStep } from '../core/fare/quote.ts';
import type { SecurityListing } from '../core/lists/security-listing.ts';
import { parsed } from '../core/parsed.ts';
import { type Authorisation, emptyHistory, type Situation } from '../core/rules/rule.ts';
import type { Rules } from '../core/rules/rules.ts';
import { issueHalteTicket } from '../core/ticket/issue.ts';
import { offsetAt } from '../core/time/local-time.ts';
import { parseHalteTicket } from '../core/token/halte-ticket.ts';
import type { Token } from '../core/token/token.ts';
import { type Scenario, ScenarioError, type ScenarioTap } from './scenario.ts';

export interface Played {
  readonly decision: Decision;
  readonly fareSteps: readonly TraceStep[];
  readonly judgements: ReturnType<typeof judgements>;
}

/** Everybody can read the seed: it signs tickets of scenarios, and no device trusts it. */
const scenarioKey = ed25519PrivateKey(utf8('halte test key - for scenarios..'));
const scenarioIssuer = 'scenario';
const keyed = createKeyedHash(new Uint8Array(32));
const dayMs = 86_400_000;

/** @throws ScenarioError for a time that is none. */
export function playScenario(rules: Rules, scenario: Scenario): Played {
  const trusting = withScenarioKey(rules);
  const token = tokenOf(scenario, rules);
  let taps: readonly PastTap[] = [];
  let played: Played | undefined;
  for (const tap of scenario.taps) {
    const situation = situationOf(trusting, scenario, { tap, taps });
    played = play(token, situation);
    const { decision } = played;
    if (decision.outcome === 'accepted') taps = [...taps, remembered(decision, situation)];
  }
  if (played === undefined)
    throw new ScenarioError('nobody taps', 'give a time, a route and a stop');
  return played;
}

function play(
  token: Token,
  situation: Situation & { readonly authorisation: Authorisation },
): Played {
  const fareSteps: TraceStep[] = [];
  fareOf(token, situation, (step) => fareSteps.push(step));
  return {
    decision: decideTap(token, situation),
    fareSteps,
    judgements: judgements(token, situation),
  };
}

function withScenarioKey(rules: Rules): Rules {
  const key = verifyingKey('EdDSA', scenarioKey.publicKey);
  if (key === undefined) throw new Error('the key of scenarios is none');
  return { ...rules, trustedKeys: [{ issuer: scenarioIssuer, kid: '01', key }] };
}

interface Moment {
  readonly tap: ScenarioTap;
  readonly taps: readonly PastTap[];
}

function situationOf(rules: Rules, scenario: Scenario, { tap, taps }: Moment) {
  const { route: routeId, stop: stopId } = tap;
  const now = momentOf(scenario.day, tap.time, rules);
  const reason = scenario.listed;
  const deny: SecurityListing[] = reason ? [{ kind: 'account', effect: 'deny', reason }] : [];
  const allow: SecurityListing[] = scenario.medium === 'listed-card' ? [allowed(scenario)] : [];
  return {
    ...({ rules, now, clockQuality: 'gnss', listAgeMs: 0, syncAgeMs: 0 } as const),
    listings: [...deny, ...allow],
    place: { routeId, stopId, alightingStopId: stopId },
    history: { ...emptyHistory, taps, timesAccepted: taps.length },
    authorisation: scenario.answer ?? ('no-answer' as const),
  };
}

function allowed({ product, rider }: Scenario): SecurityListing {
  return {
    ...{ kind: 'card', effect: 'allow', reason: 'other' },
    ...(product !== undefined && { product }),
    ...(rider !== '' && { riderCategory: rider }),
  };
}

function momentOf(day: string, time: string, { tariff }: Rules): number {
  const [, hours, minutes, seconds = '0'] = /^(\d{1,2}):([0-5]\d)(?::([0-5]\d))?$/.exec(time) ?? [];
  const midnight = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (hours === undefined || Number.isNaN(midnight)) {
    const hint = 'a day such as 2026-11-24 and a time such as 07:15, or 24:30 after midnight';
    throw new ScenarioError(`"${day} ${time}" is no moment`, hint);
  }
  const local = midnight + (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
  // At a change of the clocks the offset at the guess is not yet that of the moment.
  const near = local - offsetAt(local, tariff.time) * 60_000;
  return local - offsetAt(near, tariff.time) * 60_000;
}

function remembered(
  decision: Decision & { outcome: 'accepted' },
  { now, rules }: Situation,
): PastTap {
  const { action, leg, product, amount, legGroup, transfersUsed = 0 } = decision.fare;
  return {
    ...{ at: now, action, leg, product, charged: amount, transfersUsed },
    ...(legGroup !== undefined && { legGroup }),
    ...{ source: 'device', rulesVersion: rules.version, isSameToken: true },
  };
}

function tokenOf(scenario: Scenario, rules: Rules): Token {
  switch (scenario.medium) {
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
      ...{ balance: { amount: balance, currency: rules.currency }, ...pass },
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
