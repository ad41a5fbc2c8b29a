/**
 * The port to whoever charges a payment: an acquirer's API, or its simulated twin. It knows nothing
 * of taps; what it needs of the code it opens itself (opening.ts).
 */
import type { Money } from '../core/money.ts';
import type { PaymentName } from './authorisations.ts';

export interface ProviderPayment extends PaymentName {
  readonly format: string;
  readonly tokenKey: Uint8Array;
  readonly accountKey?: Uint8Array | undefined;
  /** The payment code, sealed to the backend by the device. */
  readonly sealed?: Uint8Array | undefined;
  readonly amount: Money;
  readonly product: string;
}

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
