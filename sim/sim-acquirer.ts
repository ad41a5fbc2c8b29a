/**
 * The twin of a payment provider: accounts with balances behind account keys, and an acquirer that
 * answers, declines, takes its time or says nothing. It never opens what devices sealed.
 */
import type { Clock } from '../device/clock.ts';
import type { PaymentName } from '../src/backend/authorisations.ts';
import type {
  PaymentProvider,
  ProviderAnswer,
  ProviderPayment,
} from '../src/backend/payment-provider.ts';
import { hex } from '../src/core/bytes.ts';

export interface AcquirerBehaviour {
  /** Until it answers. */
  readonly latencyMs?: number;
  /** Charges, and never says so. */
  readonly isSilent?: boolean;
  /** Charges, and says that it does not know. */
  readonly isUnsure?: boolean;
  /** Nothing that was charged can be taken back at present. */
  readonly keepsCharges?: boolean;
}

export interface Charge {
  readonly device: string;
  readonly amount: number;
  readonly account: string;
}

export interface SimAcquirer extends PaymentProvider {
  /** Replaces how it behaves, from now on. */
  setBehaviour(behaviour: AcquirerBehaviour): void;
  /** What is charged and was not taken back, oldest first. */
  readonly charges: readonly Charge[];
  /** How often it was asked to charge. */
  readonly asked: number;
  /** @param accountKey of a rider. */
  setBalance(accountKey: Uint8Array, balance: number): void;
}

/** Of an account that nobody set: Rp 50.000. */
const openingBalance = 50_000;
const latencyMsUsual = 120;

export function createSimAcquirer(
  deps: { readonly clock: Clock },
  behaviour: AcquirerBehaviour = {},
): SimAcquirer {
  const { clock } = deps;
  const balances = new Map<string, number>();
  const charges = new Map<string, Charge>();
  const answers = new Map<string, ProviderAnswer>();
  let current = behaviour;
  let asked = 0;
  const balanceOf = (account: string) => balances.get(account) ?? openingBalance;

  function charge(payment: ProviderPayment): ProviderAnswer {
    const account = hex(payment.accountKey ?? payment.tokenKey);
    const { amount } = payment.amount;
    if (balanceOf(account) < amount) return { answer: 'declined', reason: 'insufficient funds' };
    balances.set(account, balanceOf(account) - amount);
    charges.set(nameOf(payment), { device: payment.device, amount, account });
    return { answer: 'approved' };
  }

  function refund(name: string): void {
    const taken = charges.get(name);
    charges.delete(name);
    // From now on a request under this name is declined, however late it comes.
    answers.set(name, { answer: 'declined', reason: 'taken back' });
    if (taken !== undefined) balances.set(taken.account, balanceOf(taken.account) + taken.amount);
  }

  return {
    setBehaviour(next) {
      current = next;
    },
    get charges() {
      return [...charges.values()];
    },
    get asked() {
      return asked;
    },
    setBalance: (accountKey, balance) => void balances.set(hex(accountKey), balance),
    async pay(payment, signal) {
      asked += 1;
      const { latencyMs = latencyMsUsual, isSilent = false, isUnsure = false } = current;
      const name = nameOf(payment);
      const answer = answers.get(name) ?? charge(payment);
      answers.set(name, answer);
      if (isSilent) await aborted(signal);
      else await clock.sleep(latencyMs, signal);
      return isUnsure || signal.aborted ? { answer: 'unknown' } : answer;
    },
    async takeBack(name) {
      if (current.keepsCharges === true) return false;
      refund(nameOf(name));
      return true;
    },
  };
}

function nameOf({ device, reference }: PaymentName): string {
  return `${device}/${hex(reference)}`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
