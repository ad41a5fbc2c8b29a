/**
 * The ticket office of a pretix event in the simulated city: issues signed tickets ("pretix
 * signature scheme 1") with a test key.
 */
import type { Entropy } from '../device/clock.ts';
import { concat, utf8 } from '../src/core/bytes.ts';
import { type Ed25519PrivateKey, ed25519PrivateKey } from '../src/core/crypto/ed25519.ts';
import { verifyingKey } from '../src/core/crypto/verifying-key.ts';
import type { TrustedKey } from '../src/core/rules/rules.ts';
import { pretixSig1 } from '../src/core/token/pretix-sig1.ts';

export interface PretixOrder {
  /** Numbers from 1 on; what is absent is not in the ticket. */
  readonly item: number;
  readonly variation?: number;
  readonly subevent?: number;
  /** Milliseconds since 1970. */
  readonly from?: number;
  readonly until?: number;
}

export interface PretixOffice {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** What validators must know to trust its tickets. */
  readonly trustedKey: TrustedKey;
  /** The text of the QR code. */
  issue(order: PretixOrder): string;
}

export function createPretixOffice(
  entropy: Entropy,
  key: Ed25519PrivateKey = ed25519PrivateKey(entropy.bytes(32)),
): PretixOffice {
  const { publicKey } = key;
  const imported = verifyingKey('EdDSA', publicKey);
  if (imported === undefined) throw new Error('an Ed25519 key that nobody can verify with');
  return {
    publicKey,
    trustedKey: { format: pretixSig1.name, issuer: 'sam-poo-kong', key: imported },
    issue(order) {
      const payload = payloadOf(order, seedText(entropy));
      return pretixText(payload, key.sign(payload));
    },
  };
}

/** Version 1 and two lengths before the parts, then base64, then backwards. */
export function pretixText(payload: Uint8Array, signature: Uint8Array): string {
  const header = Uint8Array.of(1, ...twoBytes(payload.length), ...twoBytes(signature.length));
  const base64 = Buffer.from(concat(header, payload, signature)).toString('base64');
  return [...base64].reverse().join('');
}

function payloadOf(order: PretixOrder, seed: string): Uint8Array {
  const { item, variation, subevent, from, until } = order;
  const text = utf8(seed);
  return concat(
    Uint8Array.of(0x0a, text.length),
    text,
    numberField(2, item),
    numberField(3, variation),
    numberField(4, subevent),
    numberField(5, from && Math.floor(from / 1_000)),
    numberField(6, until && Math.floor(until / 1_000)),
  );
}

/** Nine characters that make two tickets of one product differ. */
function seedText(entropy: Entropy): string {
  return Buffer.from(entropy.bytes(9)).toString('base64').slice(0, 9);
}

/** Field number and wire type 0, then seven bits a byte. */
function numberField(number: number, value = 0): Uint8Array {
  if (value === 0) return new Uint8Array();
  const bytes = [number << 3];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}

function twoBytes(value: number): readonly number[] {
  return [value >> 8, value & 0xff];
}
