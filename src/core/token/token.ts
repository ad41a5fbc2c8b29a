/**
 * A token is what a rider presented, parsed but not yet judged. One member per format; each has a
 * key by which the same thing is recognised again, over whichever medium it comes.
 */
import type { CoseSign1 } from '../crypto/cose-sign1.ts';
import type { HalteTicketClaims } from './halte-ticket-claims.ts';

export interface QrisCpmToken {
  readonly format: 'qris-cpm';
  /** SHA-256 of the text: the same code again has the same key, another code of the wallet not. */
  readonly tokenKey: Uint8Array;
  /** Eight digits of the National Numbering System, such as `93600914` for GoPay. */
  readonly issuer: string;
}

export interface HalteTicketToken {
  readonly format: 'halte-ticket';
  /** SHA-256 of issuer and ticket id: the same ticket by QR and by phone is one. */
  readonly tokenKey: Uint8Array;
  readonly envelope: CoseSign1;
  /** Claimed until the signature is judged. */
  readonly claims: HalteTicketClaims;
}

export type Token = QrisCpmToken | HalteTicketToken;
