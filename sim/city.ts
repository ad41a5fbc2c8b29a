/** The simulated city's rules: those of Trans Semarang, in fixtures/trans-semarang. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'jsonc-parser';
import { readBundleFiles } from '../src/bundle/bundle-files.ts';
import { bundleOf, readBundle } from '../src/bundle/read-rules.ts';
import { hex } from '../src/core/bytes.ts';
import type { Rules, TrustedKey } from '../src/core/rules/rules.ts';
import type { Timetable } from '../src/core/trip/timetable.ts';
import type { TicketOffice } from './ticket-office.ts';

const folder = join(import.meta.dirname, '../fixtures/trans-semarang');

/** NNS prefixes of QRIS issuers: GoPay, LinkAja, OVO, DANA, ShopeePay, Bank Jateng. */
export const wallets = {
  gopay: '93600914',
  linkaja: '93600911',
  ovo: '93600912',
  dana: '93600915',
  shopeepay: '93600918',
  bankJateng: '93600113',
} as const;

const timetable: ReadonlySet<string> = new Set(['trips.txt', 'stop_times.txt', 'shapes.txt']);

/** Takes payment codes without a link, for there is no acquirer here; and nobody lists anything. */
const risk = { acceptsOffline: true, listAgeMaxHours: 'any', syncAgeMaxHours: 'any' } as const;

/** Of the whole feed: its lines and journeys too. */
export function semarangTimetable(): Timetable {
  return readBundle(folder).timetable;
}

export function semarangRules(trustedKey: TrustedKey): Rules {
  // Fares need no timetable, and a bus is started often.
  const fares = [...readBundleFiles(folder)].filter(([name]) => !timetable.has(name));
  const { rules } = bundleOf(new Map(fares), folder);
  const anyAge = { listAgeMaxMs: Number.POSITIVE_INFINITY, syncAgeMaxMs: Number.POSITIVE_INFINITY };
  return {
    ...rules,
    trustedKeys: [trustedKey],
    policy: {
      ...rules.policy,
      risk: { ...rules.policy.risk, acceptsOffline: true, ...anyAge },
    },
  };
}

/**
 * The same as a folder for a device.
 * @param more keys of acceptance.json that differ, and the lines of security_listings.txt.
 */
export function writeSemarangRules(
  to: string,
  { issuer, kid, publicKey }: Pick<TicketOffice, 'issuer' | 'kid' | 'publicKey'>,
  more: Readonly<Record<string, unknown>> = {},
): void {
  cpSync(folder, to, { recursive: true });
  const file = join(to, 'acceptance.json');
  const trustedKeys = [{ issuer, kid: hex(kid), publicKey: hex(publicKey) }];
  const policy = { ...parse(readFileSync(file, 'utf8')), risk, trustedKeys, ...more };
  writeFileSync(file, JSON.stringify(policy, undefined, 2));
}
