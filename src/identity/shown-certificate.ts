/**
 * What a client's certificate says, and whether our CA signed it. TLS names one fault of a chain
 * only: a foreign certificate that has expired looks to it like one of ours that has.
 */
import { X509Certificate } from 'node:crypto';
import type { EpochMs } from '../../device/clock.ts';
import { keyFingerprint } from './key-fingerprint.ts';

export interface ShownCertificate {
  /** Lower-case hexadecimal, without leading zeros of whole bytes. */
  readonly serial: string;
  /** Of its key. */
  readonly fingerprint: string;
  readonly notAfter: EpochMs;
  /** Signed by the device CA for a client, whatever its dates. */
  readonly isOurs: boolean;
}

/** RFC 5280 §4.2.1.12 */
const clientAuth = '1.3.6.1.5.5.7.3.2';

/** @returns undefined for one that nobody can read, such as of an unknown kind of key. */
export type CertificateReader = (der: Uint8Array) => ShownCertificate | undefined;

/** @param deviceCa PEM of one or several CA certificates. */
export function createCertificateReader(deviceCa: string): CertificateReader {
  const authorities = certificatesIn(deviceCa).map((certificate) => ({
    certificate,
    key: certificate.publicKey,
  }));

  const describe = (shown: X509Certificate): ShownCertificate => {
    const isForClients = !shown.ca && (shown.keyUsage ?? []).includes(clientAuth);
    const isSigned = authorities.some(
      ({ certificate, key }) => shown.checkIssued(certificate) && shown.verify(key),
    );
    const publicKey = shown.publicKey.export({ format: 'der', type: 'spki' });
    return {
      serial: shown.serialNumber.toLowerCase(),
      fingerprint: keyFingerprint(new Uint8Array(publicKey)),
      notAfter: Date.parse(shown.validTo),
      isOurs: isForClients && isSigned,
    };
  };

  return (der) => {
    try {
      return describe(new X509Certificate(der));
    } catch {
      // A stranger's certificate may hold whatever they like.
      return undefined;
    }
  };
}

function certificatesIn(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}
