/**
 * The chain that makes a ledger of rows: each hash covers its place and all before it, so that a
 * changed, missing, moved or foreign row shows.
 */
import { utf8 } from '../bytes.ts';
import { sha256 } from '../crypto/sha256.ts';

/** Where a row stands. Seq rises by exactly one within an epoch, from 1. */
export interface RowPlace {
  readonly device: string;
  readonly epoch: number;
  readonly seq: number;
}

/** Stands before the first row of every epoch. */
export const genesisHash: Uint8Array = new Uint8Array(32);

const domain = utf8('halte/row/1');

/**
 * `SHA-256(domain ‖ device ‖ epoch ‖ seq ‖ previous hash ‖ canonical bytes)`, each part preceded
 * by its length; epoch and seq as unsigned 64-bit big-endian.
 */
export function rowHash(place: RowPlace, previous: Uint8Array, bytes: Uint8Array): Uint8Array {
  const numbers = new Uint8Array(16);
  const view = new DataView(numbers.buffer);
  view.setBigUint64(0, BigInt(place.epoch));
  view.setBigUint64(8, BigInt(place.seq));
  return sha256(domain, utf8(place.device), numbers, previous, bytes);
}
