/**
 * The port by which a payment is put to the backend while the rider waits. An answer that comes
 * after the deadline is void: the backend takes it back.
 */
import type { Money } from '../core/money.ts';
import type { Authorisation } from '../core/rules/rule.ts';

export interface AuthoriseRequest {
  /** 16 fresh random bytes: the same request again is the same payment. */
  readonly reference: Uint8Array;
  /** Name of the token's format. */
  readonly format: string;
  readonly tokenKey: Uint8Array;
  readonly accountKey?: Uint8Array | undefined;
  /** What the acquirer needs, sealed to the backend; without it nothing can be authorised. */
  readonly sealed?: Uint8Array | undefined;
  readonly amount: Money;
  readonly product: string;
}

export interface Authoriser {
  /** Resolves at the deadline at the latest, whatever the network does, and never rejects. */
  authorise(request: AuthoriseRequest, deadlineMs: number): Promise<Authorisation>;
}
