/**
 * Whom the backend said no to a moment ago, so that nobody asks it again for as long as a code is
 * held up. A code that was declined stays so while it is remembered; another code of the same
 * account may be asked about again, a few times. It knows neither the backend nor the ledger.
 */
import { hex } from '../core/bytes.ts';
import type { Authorisation } from '../core/rules/rule.ts';
import type { TapSubject } from '../store/tap-memory.ts';
import { countedForMs } from './refusal-counter.ts';

/** As long as refusals of one medium are counted; then the same code may be asked about again. */
export const declinedForMs = countedForMs;
/** After a no another code of the account is refused unasked for so long. */
export const askAgainAfterMs = 5_000;
/** So many times in {@link declinedForMs} an account may be declined; then nobody asks for it. */
export const declinesMax = 3;
/** Accounts that are remembered; past it the one declined longest ago may be asked about again. */
export const declinedAccountsMax = 256;

export interface DeclinedPayments {
  /** @param now monotonic milliseconds, as in `note`. */
  mayAsk(payer: TapSubject, now: number): boolean;
  /** What the backend said: a yes forgets every no before it, no answer changes nothing. */
  note(payer: TapSubject, said: Authorisation | undefined, now: number): void;
}

interface Declined {
  readonly code: string;
  readonly at: number;
}

export function createDeclinedPayments(): DeclinedPayments {
  /** By account, the one declined longest ago first; each account's oldest first. */
  const byAccount = new Map<string, readonly Declined[]>();

  const remembered = (account: string, now: number) =>
    (byAccount.get(account) ?? []).filter(({ at }) => now - at < declinedForMs);

  function decline(account: string, declined: Declined): void {
    const before = remembered(account, declined.at);
    byAccount.delete(account);
    const [oldest] = byAccount.keys();
    if (byAccount.size >= declinedAccountsMax && oldest !== undefined) byAccount.delete(oldest);
    byAccount.set(account, [...before, declined].slice(-declinesMax));
  }

  return {
    mayAsk(payer, now) {
      const declined = remembered(accountOf(payer), now);
      const code = hex(payer.tokenKey);
      return (
        declined.length < declinesMax &&
        declined.every((one) => one.code !== code && now - one.at >= askAgainAfterMs)
      );
    },
    note(payer, said, now) {
      const account = accountOf(payer);
      if (said === 'approved') byAccount.delete(account);
      if (said === 'declined') decline(account, { code: hex(payer.tokenKey), at: now });
    },
  };
}

/** A code without an account is one of its own. */
function accountOf({ tokenKey, accountKey }: TapSubject): string {
  return hex(accountKey ?? tokenKey);
}
