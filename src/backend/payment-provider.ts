/**
 * The port to whoever charges a payment: an acquirer's API, or its simulated twin. It knows nothing
 * of taps; what it needs of the code it opens itself (opening.ts).
 */
import type { AuthoriseRequest } from '../sync/authoriser.ts';
import type { PaymentName } from './authorisations.ts';

/** What a device asks about; its secret is the payment code. */
export type ProviderPayment = PaymentName & Omit<AuthoriseRequest, 'asked'>;

export interface ProviderAnswer {
  /** `unknown`: it may or may not be charged. */
  readonly answer: 'approved' | 'declined' | 'unknown';
  /** In the acquirer's words; no account, no name. */
  readonly reason?: string | undefined;
}

export interface PaymentProvider {
  /**
   * Idempotent by device and reference. Settles soon after the signal aborts; a rejection counts as
   * `unknown`.
   */
  pay(payment: ProviderPayment, signal: AbortSignal): Promise<ProviderAnswer>;
  /**
   * @returns true when nothing is charged under this name and nothing will be, whatever is still
   * under way; false, or a rejection: it is to be tried again. Idempotent.
   */
  takeBack(name: PaymentName, signal: AbortSignal): Promise<boolean>;
}
