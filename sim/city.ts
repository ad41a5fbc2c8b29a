/** The simulated city's rules: Trans Semarang's cashless flat fare and the wallets it takes. */
import type { Rules, TrustedKey } from '../src/core/rules/rules.ts';

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

export function semarangRules(trustedKey: TrustedKey): Rules {
  return {
    version: 'sim-1',
    flatFare: { product: 'umum-nontunai', amount: cashlessFare },
    trustedKeys: [trustedKey],
    denyList: new Set(),
    acceptedIssuers: new Set(Object.values(wallets)),
    risk: { amountPerTapMax: { amount: 5_000, currency: 'IDR' }, tapsPerDayMax: 1_000 },
    passbackMs: 5 * 60 * 1_000,
    clockSkewMs: 60_000,
  };
}
