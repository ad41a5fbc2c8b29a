/**
 * Hybrid public key encryption (RFC 9180): whoever has the recipient's public key can seal, only
 * the private key opens. Base mode, one message for each encapsulation, in one suite:
 * DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM.
 */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { concat, utf8 } from '../bytes.ts';
import {
  agreedSecret,
  type X25519PrivateKey,
  type X25519PublicKey,
  x25519PublicKey,
} from './x25519.ts';

/** Bytes of the encapsulated key (Nenc), and of the tag after the ciphertext (Nt). */
export const encapsulatedBytes = 32;
export const tagBytes = 16;

const modeBase = Uint8Array.of(0);
const nothing = new Uint8Array();

/** Suite identifiers, of the numbers in RFC 9180 §7: KEM 0x0020, KDF 0x0001, AEAD 0x0001. */
const kem = labeled(concat(utf8('KEM'), Uint8Array.of(0x00, 0x20)));
const hpke = labeled(concat(utf8('HPKE'), Uint8Array.of(0x00, 0x20, 0x00, 0x01, 0x00, 0x01)));

export interface HpkeContext {
  /** What the message is for; both sides know it. */
  readonly info: Uint8Array;
  /** What it belongs to, authenticated with it. */
  readonly aad: Uint8Array;
}

/** @param ephemeral a fresh key for each message. @returns encapsulated key ‖ ciphertext ‖ tag. */
export function hpkeSeal(
  message: Uint8Array,
  { info, aad }: HpkeContext,
  keys: { readonly recipient: X25519PublicKey; readonly ephemeral: X25519PrivateKey },
): Uint8Array {
  const { recipient, ephemeral } = keys;
  const agreed = agreedSecret(ephemeral, recipient);
  if (agreed === undefined) throw new RangeError('the recipient key is of small order');
  const { key, nonce } = schedule(agreed, concat(ephemeral.publicKey.bytes, recipient.bytes), info);
  const cipher = createCipheriv('aes-128-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(aad);
  const ciphertext = cipher.update(message);
  cipher.final();
  return concat(ephemeral.publicKey.bytes, ciphertext, cipher.getAuthTag());
}

/** @returns undefined when it was not sealed so, or not to this key. */
export function hpkeOpen(
  sealed: Uint8Array,
  { info, aad }: HpkeContext,
  recipient: X25519PrivateKey,
): Uint8Array | undefined {
  if (sealed.length < encapsulatedBytes + tagBytes) return undefined;
  const encapsulated = sealed.subarray(0, encapsulatedBytes);
  const sender = x25519PublicKey(encapsulated);
  const agreed = sender && agreedSecret(recipient, sender);
  if (agreed === undefined) return undefined;
  const { key, nonce } = schedule(agreed, concat(encapsulated, recipient.publicKey.bytes), info);
  const decipher = createDecipheriv('aes-128-gcm', key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(aad).setAuthTag(sealed.subarray(-tagBytes));
  const message = decipher.update(sealed.subarray(encapsulatedBytes, -tagBytes));
  try {
    decipher.final();
    return new Uint8Array(message);
  } catch {
    // The tag does not fit: altered, or sealed to another key, with another info or aad.
    return undefined;
  }
}

/** Decapsulation (§4.1) and key schedule (§5.1); the nonce is that of the first message. */
function schedule(agreed: Uint8Array, kemContext: Uint8Array, info: Uint8Array) {
  const eaePrk = kem.extract(nothing, 'eae_prk', agreed);
  const shared = kem.expand(eaePrk, { label: 'shared_secret', context: kemContext, length: 32 });
  const pskIdHash = hpke.extract(nothing, 'psk_id_hash', nothing);
  const infoHash = hpke.extract(nothing, 'info_hash', info);
  const context = concat(modeBase, pskIdHash, infoHash);
  const secret = hpke.extract(shared, 'secret', nothing);
  return {
    key: hpke.expand(secret, { label: 'key', context, length: 16 }),
    nonce: hpke.expand(secret, { label: 'base_nonce', context, length: 12 }),
  };
}

interface Expansion {
  readonly label: string;
  readonly context: Uint8Array;
  /** At most 32: one block of HKDF-Expand (RFC 5869 §2.3). */
  readonly length: number;
}

/** LabeledExtract and LabeledExpand (§4) of a suite. */
function labeled(suite: Uint8Array) {
  const prefix = concat(utf8('HPKE-v1'), suite);
  return {
    extract: (salt: Uint8Array, label: string, material: Uint8Array) =>
      hmac(salt, prefix, utf8(label), material),
    expand: (key: Uint8Array, { label, context, length }: Expansion) =>
      hmac(key, Uint8Array.of(0, length), prefix, utf8(label), context, Uint8Array.of(1)).subarray(
        0,
        length,
      ),
  };
}

function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(
    createHmac('sha256', key)
      .update(concat(...parts))
      .digest(),
  );
}
