/** The holder's key in a ticket: the `cnf` claim (RFC 8747 §3.2) with a COSE_Key (RFC 9053 §7). */
import { concat } from '../bytes.ts';
import type { Cbor } from '../crypto/cbor.ts';
import type { SignatureAlgorithm } from '../crypto/verifying-key.ts';

export interface HolderKey {
  readonly algorithm: SignatureAlgorithm;
  /** Ed25519: 32 bytes. ES256: 33 bytes, a compressed point (SEC 1 §2.3.3). */
  readonly publicKey: Uint8Array;
}

const confirmationKey = 1;
const keyType = 1;
const curve = -1;
const x = -2;
const y = -3;
const okp = 1;
const ec2 = 2;
const curveP256 = 1;
const curveEd25519 = 6;
/** SEC 1 §2.3.3: 02 for an even y, 03 for an odd one. */
const pointIsEven = 2;
const coordinateBytes = 32;

export function encodeHolderKey({ algorithm, publicKey }: HolderKey): Cbor {
  const key: [number, Cbor][] =
    algorithm === 'EdDSA'
      ? [
          [keyType, okp],
          [curve, curveEd25519],
          [x, publicKey],
        ]
      : [
          [keyType, ec2],
          [curve, curveP256],
          [x, publicKey.subarray(1)],
          [y, publicKey[0] !== pointIsEven],
        ];
  return new Map([[confirmationKey, new Map(key)]]);
}

/** Takes the two curves that tickets use; for P-256 the short form of y, its sign alone. */
export function decodeHolderKey(confirmation: Cbor): HolderKey | undefined {
  const key = confirmation instanceof Map ? confirmation.get(confirmationKey) : undefined;
  if (!(key instanceof Map)) return undefined;
  const coordinate = key.get(x);
  if (!(coordinate instanceof Uint8Array) || coordinate.length !== coordinateBytes)
    return undefined;
  if (key.get(keyType) === okp && key.get(curve) === curveEd25519) {
    return { algorithm: 'EdDSA', publicKey: coordinate };
  }
  const isOdd = key.get(y);
  if (key.get(keyType) !== ec2 || key.get(curve) !== curveP256) return undefined;
  if (typeof isOdd !== 'boolean') return undefined;
  const sign = Uint8Array.of(isOdd ? pointIsEven + 1 : pointIsEven);
  return { algorithm: 'ES256', publicKey: concat(sign, coordinate) };
}
