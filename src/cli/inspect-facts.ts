/** What a token says, in the words of the rules: the same for every format. */
import { hex } from '../core/bytes.ts';
import type { CardTrip, PurseCard } from '../core/card/purse-card.ts';
import { formatMoney } from '../core/money.ts';
import { walletNames } from '../core/qris/wallet-names.ts';
import type { Holder, Token } from '../core/token/token.ts';
import { hasDate } from './inspect-time.ts';

export interface Fact {
  /** As in JSON; people read it with spaces. */
  readonly name: string;
  /** null: nobody can tell here. */
  readonly value: string | null;
  /** The same for programs, where it is a number or a list. */
  readonly data?: number | readonly string[] | undefined;
  /** What the value is called. */
  readonly meaning?: string | undefined;
  /** Milliseconds since 1970, when the value is a time. */
  readonly at?: number;
  /** What to call a time once it is over. */
  readonly over?: string;
}

export interface FactsOptions {
  /** Keys mean nothing without the operator's identifier key. */
  readonly hasIdentifierKey: boolean;
}

const weekdayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

export function factsOf(token: Token, { hasIdentifierKey }: FactsOptions): readonly Fact[] {
  const key = (bytes: Uint8Array) => (hasIdentifierKey ? hex(bytes) : null);
  return [
    ...issuerOf(token),
    ...fact('tokenKey', key(token.tokenKey)),
    ...fact('mediumKey', token.mediumKey && key(token.mediumKey)),
    ...fact('accountKey', token.accountKey && key(token.accountKey)),
    ...fact('product', token.product),
    ...fact('event', token.event),
    ...fact('riderCategory', token.riderCategory),
    ...validityOf(token),
    ...numberFact('rides', token.rides),
    ...numberFact('riders', token.riders),
    ...placesOf(token),
    ...(token.card === undefined ? [] : purseFacts(token.card)),
    ...fact('holder', token.holder && holderText(token.holder)),
  ];
}

function fact(name: string, value: string | null | undefined): readonly Fact[] {
  return value === undefined ? [] : [{ name, value }];
}

function numberFact(name: string, value: number | 'unlimited' | undefined): readonly Fact[] {
  if (value === undefined) return [];
  return [{ name, value: String(value), ...(value !== 'unlimited' && { data: value }) }];
}

function listFact(name: string, data: readonly string[] | undefined, between = ', ') {
  return data === undefined ? [] : [{ name, value: data.join(between), data }];
}

function issuerOf({ issuer }: Token): readonly Fact[] {
  if (issuer === undefined) return [];
  return [{ name: 'issuer', value: issuer, meaning: walletNames.get(issuer) }];
}

function timeFact(name: string, at: number, over?: string): Fact {
  if (!hasDate(at)) return { name, value: 'no end' };
  return { name, value: new Date(at).toISOString(), at, ...(over !== undefined && { over }) };
}

function validityOf({ validity, weekdays }: Token): readonly Fact[] {
  const days = listFact('weekdays', weekdays === undefined ? undefined : daysOf(weekdays), ' ');
  if (validity === undefined) return days;
  const { from, until } = validity;
  const times = [timeFact('validFrom', from), timeFact('validUntil', until, 'expired')];
  return [...times, ...days];
}

function daysOf(weekdays: number): readonly string[] {
  return weekdayNames.filter((_name, day) => (weekdays >> day) & 1);
}

function placesOf({ routes, networks, proof }: Token): readonly Fact[] {
  if (routes === undefined && networks === undefined) {
    return fact('routes', proof.kind === 'signed' ? 'all' : undefined);
  }
  return [...listFact('networks', networks), ...listFact('routes', routes)];
}

function purseFacts({ balance, counter, pass, trips }: PurseCard): readonly Fact[] {
  return [
    { name: 'balance', value: formatMoney(balance) },
    ...numberFact('transactions', counter),
    ...fact('passProduct', pass?.product),
    ...(pass
      ? [timeFact('passFrom', pass.from), timeFact('passUntil', pass.until, 'expired')]
      : []),
    ...listFact('trips', trips.length === 0 ? undefined : trips.map(tripText), '; '),
  ];
}

/** Routes and stops stand on the card as marks: whoever has the tariff finds their names. */
function tripText(trip: CardTrip | 'unknown'): string {
  if (trip === 'unknown') return 'cannot be read';
  const { ride } = trip;
  const mark = (name: string, value: number | undefined, digits: number) =>
    value === undefined ? [] : [`${name} ${value.toString(16).padStart(digits, '0')}`];
  return [
    new Date(trip.at).toISOString(),
    ...(ride === undefined ? [] : [ride.action]),
    formatMoney(trip.amount),
    ...mark('route', ride?.route, 6),
    ...mark('stop', ride?.stop, 6),
    `device ${hex(trip.deviceTag)}`,
    `row ${trip.epoch}:${trip.seq}`,
  ].join(' ');
}

function holderText({ algorithm, proof }: Holder): string {
  const key = `bound to an ${algorithm} key`;
  if (proof === undefined) return `${key}, shown without a proof`;
  const isFromCode = proof.madeBetween !== undefined;
  return `${key}, shown with a proof that ${isFromCode ? 'names a half minute' : 'answers a challenge'}`;
}
