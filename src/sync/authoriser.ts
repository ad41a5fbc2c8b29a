/**
 * The ports by which a payment is put to the backend while the rider waits: what a tap asks, and
 * the network under it. The runtime's authoriser (src/runtime/authoriser.ts) stands between them.
 */
import type { Money } from '../core/money.ts';
import type { Authorisation } from '../core/rules/rule.ts';
import type { AuthoriseAnswer } from './wire-authorise.ts';

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
  /** By which the backend knows, of later rows, that no tap will follow. */
  readonly asked: AskedAt;
}

/** Where the ledger and the clock of the device stood. */
export interface AskedAt {
  readonly epoch: number;
  readonly seq: number;
  readonly bootId: string;
  /** Whole milliseconds. */
  readonly monotonicAt: number;
}

export interface Authoriser {
  /**
   * Resolves at the deadline at the latest, whatever the network does, and never rejects.
   * @returns undefined when it was not asked, because nobody answers at present.
   */
  authorise(request: AuthoriseRequest, deadlineMs: number): Promise<Authorisation | undefined>;
  /** The ride was not given: whatever was charged is taken back, as soon as there is a link. */
  takeBack(reference: Uint8Array): void;
}

/** `unable`: the backend says that it charges nothing, and why. */
export type PaymentReply = AuthoriseAnswer | { readonly answer: 'unable'; readonly why: string };

/** The way to the backend. Implementations: HTTPS, and the simulator's in-process twin. */
export interface PaymentLink {
  /**
   * Idempotent by the reference.
   * @throws SyncError when no answer came or none in the protocol: it may or may not be charged.
   */
  pay(request: AuthoriseRequest, deadlineMs: number, signal: AbortSignal): Promise<PaymentReply>;
  /**
   * Resolves when the backend has noted that nothing shall be charged. Idempotent.
   * @throws SyncError when it is to be tried again.
   */
  takeBack(reference: Uint8Array, signal: AbortSignal): Promise<void>;
}
