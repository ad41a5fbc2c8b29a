/** The simulated city's rules: Trans Semarang's cashless flat fare and the wallets it takes. */
import { hex } from '../src/core/bytes.ts';
import type { Rules, TrustedKey } from '../src/core/rules/rules.ts';
import type { TicketOffice } from './ticket-office.ts';

/** Rp 3.500 cashless: ppid.semarangkota.go.id, tarif BRT Trans Semarang. */
const cashlessFare = { amount: 3_500, currency: 'IDR' } as const;

/** NNS prefixes of QRIS issuers: GoPay, LinkAja, OVO, DANA, ShopeePay, Bank Jateng. */
export const wallets = {
  gopay: '93600914',
  linkaja: '93600911',
  ovo: '93600912',
  dana: '93600915',
  shopeepay: '93600918',
  bankJateng: '93600113',
} as const;

/** What the rules say and the rules' file alike. */
const semarang = {
  version: 'sim-1',
  flatFare: { product: 'umum-nontunai', amount: cashlessFare },
  risk: { amountPerTapMax: { amount: 5_000, currency: 'IDR' }, tapsPerDayMax: 1_000 },
  passbackMs: 5 * 60 * 1_000,
} as const;

export function semarangRules(trustedKey: TrustedKey): Rules {
  return {
    ...semarang,
    trustedKeys: [trustedKey],
    acceptedProducts: new Map(),
    denyList: new Set(),
    revoked: new Set(),
    blocked: new Set(),
    listedCards: new Map(),
    networks: new Map(),
    serviceDay: { utcOffsetMinutes: 420, beginsAtMinutes: 180 },
    acceptedIssuers: new Set(Object.values(wallets)),
    clockSkewMs: { gnss: 5_000, ntp: 5_000, rtc: 20_000, holdover: 20_000, untrusted: 600_000 },
  };
}

/** The same as a file for a device. @param more keys of the file that differ. */
export function semarangRulesFile(
  { issuer, kid, publicKey }: Pick<TicketOffice, 'issuer' | 'kid' | 'publicKey'>,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const trustedKeys = [{ issuer, kid: hex(kid), publicKey: hex(publicKey) }];
  const file = { ...semarang, trustedKeys, acceptedIssuers: Object.values(wallets), ...more };
  return JSON.stringify(file, undefined, 2);
}
