/**
 * Certificate signing requests (PKCS#10, RFC 2986) of devices: made on the device, read strictly at
 * the backend. They say one thing: whoever holds this P-256 key asks to be called by this device id.
 */
import 'reflect-metadata';
import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import { Pkcs10CertificateRequest, Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { equal } from '../core/bytes.ts';
import { csrBytesMax } from '../sync/wire-identity.ts';

export const p256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** SubjectPublicKeyInfo of an uncompressed P-256 point, before the point itself (RFC 5480 §2). */
const p256Header = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');
const p256KeyBytes = 91;

/** @param key PEM of a P-256 key. @returns DER. */
export async function makeRequest(device: string, key: string): Promise<Uint8Array> {
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [device] }],
    keys: await pairOf(key),
    signingAlgorithm: p256,
  });
  return new Uint8Array(request.rawData);
}

export type ReadRequest =
  /** SubjectPublicKeyInfo, DER. */
  | { readonly ok: true; readonly publicKey: Uint8Array }
  /** For whoever sent it. */
  | { readonly ok: false; readonly why: string };

/** @param device that it must name, and nothing else. */
export async function readRequest(der: Uint8Array, device: string): Promise<ReadRequest> {
  if (der.length > csrBytesMax) return refused(`over ${csrBytesMax} bytes`);
  if (!isOneValue(der)) return refused('not one DER value');
  try {
    const request = new Pkcs10CertificateRequest(Uint8Array.from(der));
    const publicKey = new Uint8Array(request.publicKey.rawData);
    const names = request.subjectName.toJSON();
    if (!isP256(publicKey)) return refused('its key is not of P-256');
    if (names.length !== 1 || !isOnlyName(names[0], device)) {
      return refused(`its subject is not CN=${device} alone`);
    }
    if (!(await request.verify())) return refused('its signature is not by its own key');
    return { ok: true, publicKey };
  } catch {
    // Whatever ails bytes of a stranger: they are no request.
    return refused('not a PKCS#10 request with a signature of ECDSA');
  }
}

function refused(why: string): ReadRequest {
  return { ok: false, why };
}

/** A sequence and nothing behind it; what is in it is for the parser to say. */
function isOneValue(der: Uint8Array): boolean {
  const [tag = 0, first = 0, ...rest] = der.subarray(0, 4);
  if (tag !== 0x30) return false;
  if (first < 0x80) return der.length === 2 + first;
  const lengthBytes = first & 0x7f;
  if (lengthBytes < 1 || lengthBytes > 2) return false;
  const length = rest.slice(0, lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
  return der.length === 2 + lengthBytes + length;
}

function isOnlyName(name: object | undefined, device: string): boolean {
  const [[type, values] = [], ...others] = Object.entries(name ?? {});
  return type === 'CN' && others.length === 0 && String(values) === device && values.length === 1;
}

/** @throws Error for a point that is not on the curve. */
function isP256(publicKey: Uint8Array): boolean {
  const header = publicKey.subarray(0, p256Header.length);
  if (publicKey.length !== p256KeyBytes || !equal(header, p256Header)) return false;
  createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
  return true;
}

async function pairOf(pem: string): Promise<webcrypto.CryptoKeyPair> {
  const privateKey = createPrivateKey(pem);
  const publicKey = createPublicKey(pem).export({ format: 'der', type: 'spki' });
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  const { subtle } = webcrypto;
  return {
    privateKey: await subtle.importKey('pkcs8', pkcs8, p256, false, ['sign']),
    publicKey: await subtle.importKey('spki', publicKey, p256, true, ['verify']),
  };
}
