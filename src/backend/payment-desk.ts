/**
 * Puts a payment to the provider, once for each reference, and has every step in the store before
 * anybody is told. What is not known at the deadline is to be taken back.
 */
import type { Clock } from '../../device/clock.ts';
import { hex } from '../core/bytes.ts';
import type { WireAuthoriseRequest } from '../sync/wire-authorise.ts';
import type { AuthorisationState, Authorisations } from './authorisations.ts';
import type { PaymentProvider, ProviderAnswer, ProviderPayment } from './payment-provider.ts';

export interface PaymentDeskDeps {
  readonly authorisations: Authorisations;
  readonly provider: PaymentProvider;
  readonly clock: Clock;
}

export interface PaymentDesk {
  /** The same reference again gets the same answer, and is charged once. */
  authorise(device: string, request: WireAuthoriseRequest): Promise<ProviderAnswer>;
}

export function createPaymentDesk(deps: PaymentDeskDeps): PaymentDesk {
  const { authorisations, provider, clock } = deps;
  const underWay = new Map<string, Promise<ProviderAnswer>>();

  async function answered(device: string, request: WireAuthoriseRequest): Promise<ProviderAnswer> {
    const before = await authorisations.request({ device, ...request }, clock.wallNow());
    if (before !== 'new') return { answer: answerOf(before) };
    const payment = paymentOf(device, request);
    const { answer, reason } = await withinDeadline(payment, request.deadlineMs);
    const to = answer === 'unknown' ? 'void-wanted' : answer;
    const state = await authorisations.settle(payment, to, clock.wallNow());
    return { answer: answerOf(state), reason };
  }

  async function withinDeadline(
    payment: ProviderPayment,
    deadlineMs: number,
  ): Promise<ProviderAnswer> {
    const over = new AbortController();
    const unknown = (): ProviderAnswer => ({ answer: 'unknown' });
    try {
      return await Promise.race([
        // Whatever failed at the provider, nobody knows now whether it is charged.
        provider.pay(payment, over.signal).catch(unknown),
        clock.sleep(deadlineMs, over.signal).then(unknown),
      ]);
    } finally {
      over.abort();
    }
  }

  return {
    authorise(device, request) {
      const name = `${device}/${hex(request.reference)}`;
      const running = underWay.get(name);
      if (running !== undefined) return running;
      const answer = answered(device, request).finally(() => underWay.delete(name));
      underWay.set(name, answer);
      return answer;
    },
  };
}

function paymentOf(device: string, request: WireAuthoriseRequest): ProviderPayment {
  const { reference, format, tokenKey, accountKey, sealed, amount, currency, product } = request;
  const payment = { device, reference, format, tokenKey, accountKey, sealed, product };
  return { ...payment, amount: { amount, currency } };
}

function answerOf(state: AuthorisationState): ProviderAnswer['answer'] {
  return state === 'approved' || state === 'declined' ? state : 'unknown';
}
