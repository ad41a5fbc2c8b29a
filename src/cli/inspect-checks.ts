/**
 * What of a token was really checked here, and what was not. The rules of the validator judge; this
 * only puts their answers into words.
 */
import { hex } from '../core/bytes.ts';
import { merchantProfileOf } from '../core/qris/merchant-profile.ts';
import type { Reason } from '../core/reason.ts';
import { held } from '../core/rules/held.ts';
import { notDenied } from '../core/rules/not-denied.ts';
import type { Rule, Situation } from '../core/rules/rule.ts';
import { type Signer, signerOf } from '../core/rules/signer.ts';
import { emvcoMpm, merchantCodeChecksum } from '../core/token/emvco-mpm.ts';
import type { Holder, Proof, Token } from '../core/token/token.ts';
import { relativeText } from './inspect-time.ts';

export interface Check {
  readonly what: string;
  /** null: not checked, and the detail tells why. */
  readonly ok: boolean | null;
  readonly detail: string;
}

export interface ChecksOptions {
  /** Absent: no rules were given. */
  readonly situation: Situation | undefined;
  readonly hasIdentifierKey: boolean;
}

const notChecked = 'not checked, give --rules FILE';

export function checksOf(token: Token, options: ChecksOptions): readonly Check[] {
  const { situation } = options;
  const signer = situation && signerOf(token, situation.rules);
  const ask = (rule: Rule) =>
    situation && (rule({ token, fare: undefined, signer, ...situation }) ?? 'ok');
  return [
    checkOfProof(token, signer),
    ...(token.holder ? [checkOfHolder(token.holder, ask(held), situation?.now)] : []),
    ...(situation ? checksOfLists(situation, ask(notDenied), options) : []),
  ];
}

/** Of a code that gave no token: only a merchant's carries something to check. */
export function checksOfFault(code: Uint8Array): readonly Check[] {
  if (!emvcoMpm.recognises(code)) return [];
  return [
    checkOfCrc(code),
    ...checksOfProfile(code),
    { what: 'merchant', ok: null, detail: 'nothing in a merchant code can be verified offline' },
  ];
}

/** ID 63 of EMVCo MPM: over everything before its four digits. */
function checkOfCrc(code: Uint8Array): Check {
  const what = 'CRC';
  const stated = emvcoMpm.fields(code).find(({ path }) => path === '63');
  if (stated === undefined) return { what, ok: false, detail: 'the code ends before it' };
  const computed = merchantCodeChecksum(code.subarray(0, stated.offset));
  return stated.value === computed
    ? { what, ok: true, detail: 'matches' }
    : { what, ok: false, detail: `the code states ${stated.value}, its bytes have ${computed}` };
}

/** Of a damaged code nobody can tell what it lacks. */
function checksOfProfile(code: Uint8Array): readonly Check[] {
  const profile = merchantProfileOf(code);
  if (profile === undefined) return [];
  const { name, flaws } = profile;
  return flaws.length === 0
    ? [{ what: name, ok: true, detail: 'has every mandatory ID' }]
    : [{ what: name, ok: false, detail: flaws.join('; ') }];
}

/** What a rule said; undefined without rules. */
type Answer = Reason | 'ok' | undefined;

function checkOfProof({ proof, format }: Token, signer: Signer | undefined): Check {
  switch (proof.kind) {
    case 'signed':
      return checkOfSignature(proof, signer);
    case 'card':
      return { what: 'card', ok: true, detail: 'it has proved that it knows its key' };
    case 'deferred':
      return {
        what: 'payment',
        ok: null,
        detail: format.startsWith('qris')
          ? 'nothing in a QRIS code can be verified offline'
          : 'nothing in it can be verified offline',
      };
    case 'identifier':
      return { what: 'card', ok: null, detail: 'anybody can copy a number: it counts when listed' };
  }
}

/** @param signer absent without rules. */
function checkOfSignature(
  { algorithm, kid, ...proof }: Proof & { readonly kind: 'signed' },
  signer: Signer | undefined,
): Check {
  const what = 'issuer signature';
  const isSound = signer !== undefined && 'issuer' in signer;
  const issuer = isSound ? signer.issuer : (proof.issuer ?? 'an issuer that it does not name');
  const key = `${algorithm}, ${kid === undefined ? 'a key' : `key ${hex(kid)}`} of ${issuer}`;
  if (signer === undefined) return { what, ok: null, detail: `${key}: ${notChecked}` };
  if (isSound) return { what, ok: true, detail: key };
  const problem =
    signer.objection === 'unknown-key'
      ? 'the rules do not have this key'
      : 'the signature does not hold';
  return { what, ok: false, detail: `${key}: ${problem}` };
}

const holderProblems: Partial<Record<Reason, string>> = {
  'holder-proof-missing': 'none came with the ticket: a print or a copy shows it so',
  'holder-proof-stale': 'a screenshot, or a wrong clock',
  'holder-proof-invalid': 'it is not by the key that the ticket names',
};

function checkOfHolder({ proof }: Holder, answer: Answer, now: number | undefined): Check {
  const what = 'holder proof';
  const made = proof?.madeBetween;
  const occasion =
    made === undefined ? 'for the challenge of the reader' : `for ${span(made, now)}`;
  const detail = proof === undefined ? [] : [occasion];
  if (answer === undefined) return { what, ok: null, detail: [...detail, notChecked].join(': ') };
  if (answer === 'ok') return { what, ok: true, detail: occasion };
  const problem = holderProblems[answer] ?? answer;
  return { what, ok: false, detail: [...detail, problem].join(': ') };
}

interface Span {
  readonly from: number;
  readonly until: number;
}

function span({ from, until }: Span, now: number | undefined): string {
  const text = (at: number) => new Date(at).toISOString().slice(0, 19);
  const times = `${text(from)}Z–${text(until).slice(11)}Z`;
  return now === undefined ? times : `${times}, ${relativeText(from, now)}`;
}

function checksOfLists(
  { rules }: Situation,
  answer: Answer,
  { hasIdentifierKey }: ChecksOptions,
): readonly Check[] {
  const what = 'lists';
  if (rules.listings.size === 0) return [];
  if (!hasIdentifierKey) {
    return [{ what, ok: null, detail: 'not compared, give --identifier-key FILE' }];
  }
  return [
    answer === 'ok'
      ? { what, ok: true, detail: 'neither denied nor revoked nor blocked' }
      : { what, ok: false, detail: `on a list: ${answer}` },
  ];
}
