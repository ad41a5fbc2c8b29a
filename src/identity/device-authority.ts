/**
 * The CA of devices: signs their certificates, and tells its own from others' whatever TLS says of
 * them. Whom it signs for is not its business.
 */
import 'reflect-metadata';
import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  X509Certificate as IssuerCertificate,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { Entropy, EpochMs } from '../../device/clock.ts';
import { hex } from '../core/bytes.ts';
import { p256 } from './certificate-request.ts';

/** 90 days: renewed from the middle on, a bus may stand still for six weeks. */
export const certificateLifeMs = 90 * 24 * 60 * 60 * 1_000;
/** A device's clock that is a little behind must not find it not yet valid. */
const headStartMs = 60 * 60 * 1_000;
const serialBytes = 16;

export interface IssuedCertificate {
  readonly pem: string;
  /** Lower-case hexadecimal, 16 bytes. */
  readonly serial: string;
  readonly notBefore: EpochMs;
  readonly notAfter: EpochMs;
}

export interface CertificateSubject {
  readonly device: string;
  /** SubjectPublicKeyInfo of a P-256 key, DER. */
  readonly publicKey: Uint8Array;
}

export interface DeviceAuthority {
  /** Never beyond the end of the CA's own certificate. */
  issue(subject: CertificateSubject, now: EpochMs): Promise<IssuedCertificate>;
}

export interface AuthorityFiles {
  /** PEM: the certificate of the CA; further ones in the file are ignored. */
  readonly ca: string;
  /** PEM: its P-256 key. */
  readonly key: string;
}

/** @throws Error when the key is not of P-256, or not that of the certificate. */
export async function openAuthority(
  { entropy }: { readonly entropy: Entropy },
  { ca, key }: AuthorityFiles,
): Promise<DeviceAuthority> {
  const secret = createPrivateKey(key);
  const certificate = new X509Certificate(ca);
  if (!certificate.ca || !certificate.checkPrivateKey(secret)) {
    throw new Error('it is not the key of a CA certificate');
  }
  const issuer = new IssuerCertificate(Uint8Array.from(certificate.raw));
  const pkcs8 = secret.export({ format: 'der', type: 'pkcs8' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, p256, false, ['sign']);

  return {
    async issue({ device, publicKey }, now) {
      const imported = await webcrypto.subtle.importKey(
        'spki',
        Uint8Array.from(publicKey),
        p256,
        true,
        ['verify'],
      );
      const serial = serialFrom(entropy.bytes(serialBytes));
      const notAfter = Math.min(now + certificateLifeMs, issuer.notAfter.getTime());
      const signed = await X509CertificateGenerator.create({
        ...{ serialNumber: serial, subject: [{ CN: [device] }], issuer: issuer.subject },
        ...{ publicKey: imported, signingKey, signingAlgorithm: p256 },
        notBefore: new Date(now - headStartMs),
        notAfter: new Date(notAfter),
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
          await SubjectKeyIdentifierExtension.create(imported),
          await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
        ],
      });
      const pem = `${signed.toString('pem')}\n`;
      // A certificate counts in whole seconds.
      const [from, until] = [signed.notBefore.getTime(), signed.notAfter.getTime()];
      return { pem, serial, notBefore: from, notAfter: until };
    },
  };
}

/** Positive and of full length, as DER writes whole numbers. */
function serialFrom(bytes: Uint8Array): string {
  const first = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return hex(Uint8Array.of(first, ...bytes.subarray(1)));
}
