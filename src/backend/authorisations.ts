/**
 * What the backend remembers of payments that devices asked about, as a port: for each reference
 * one state, durable before anybody is told of it.
 *
 *   requested ─ approved ─┐            declined
 *       └─────────────────┴─ void-wanted ─ voided
 */
import type { AskedAt } from '../sync/authoriser.ts';

/**
 * `unknown`: a tap came whose payment nobody had asked about here. `voided` stands also for what
 * was never charged and, from now on, must not be.
 */
export type AuthorisationState =
  | 'requested'
  | 'approved'
  | 'declined'
  | 'void-wanted'
  | 'voided'
  | 'unknown';

/** Who asked, and under which number. */
export interface PaymentName {
  readonly device: string;
  /** 16 bytes. */
  readonly reference: Uint8Array;
}

export interface PaymentRecord extends PaymentName, AskedAt {
  readonly format: string;
  readonly tokenKey: Uint8Array;
  readonly accountKey?: Uint8Array | undefined;
  readonly product: string;
  readonly amount: number;
  readonly currency: string;
  readonly deadlineMs: number;
}

/** Times are milliseconds since 1970. Each call is one transaction, durable when it resolves. */
export interface Authorisations {
  /** @returns `new` when it is now requested; else the state that it has had before. */
  request(payment: PaymentRecord, at: number): Promise<AuthorisationState | 'new'>;
  /** @returns the state that it has now: what was to be taken back meanwhile stays so. */
  settle(
    name: PaymentName,
    to: 'approved' | 'declined' | 'void-wanted',
    at: number,
  ): Promise<AuthorisationState>;
  /** Idempotent. A payment whose tap is recorded stands. @returns the state that it has now. */
  wantVoid(name: PaymentName, at: number): Promise<AuthorisationState>;
  /** The acquirer has taken it back, or never charged it. */
  voided(name: PaymentName, at: number): Promise<void>;
  /** The oldest that are to be taken back, also what was requested and left before `staleBefore`. */
  toVoid(limit: number, staleBefore: number): Promise<readonly PaymentName[]>;
  /** What does not fit together, each told once; approvals are given until `before` to find a tap. */
  discrepancies(before: number, at: number): Promise<readonly Discrepancy[]>;
}

/** `without-tap`: charged, and no ride. `without-approval`: a ride, and not charged. */
export interface Discrepancy extends PaymentName {
  readonly kind: 'without-tap' | 'without-approval';
}
