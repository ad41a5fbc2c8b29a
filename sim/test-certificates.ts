/**
 * Certificates for tests and demonstrations: one CA, one backend, any number of devices, P-256.
 * Every name says TEST; the keys are made anew each time and are worth nothing.
 */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** PEM texts. */
export interface PemPair {
  readonly cert: string;
  readonly key: string;
}

export interface TestCertificates {
  /** PEM of the CA that signs backend and devices. */
  readonly ca: string;
  /** PEM of its key. */
  readonly caKey: string;
  /** For 127.0.0.1, ::1 and localhost. */
  readonly backend: PemPair;
  /** @param period as told; else of a usual life from an hour ago. */
  device(id: string, period?: Period): Promise<PemPair>;
}

/** Milliseconds since 1970. */
export interface Period {
  readonly notBefore: number;
  readonly notAfter: number;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Device certificates of the field live as long (90 days). */
const lifeMs = 90 * 24 * 60 * 60 * 1_000;
/** A clock that is a little behind must not find them not yet valid. */
const headStartMs = 60 * 60 * 1_000;

/** @param now milliseconds since 1970. */
export async function makeTestCertificates(now: number): Promise<TestCertificates> {
  const authority = await makeAuthority(now);
  const names = new SubjectAlternativeNameExtension([
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
    { type: 'ip', value: '::1' },
  ]);
  return {
    ca: authority.certificate.toString('pem'),
    caKey: authority.key,
    backend: await authority.sign('HALTE TEST backend', [
      usage(ExtendedKeyUsage.serverAuth),
      names,
    ]),
    device: (id, period) => authority.sign(id, [usage(ExtendedKeyUsage.clientAuth)], period),
  };
}

async function makeAuthority(now: number) {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=HALTE TEST CA, O=worth nothing',
    notBefore: new Date(now - headStartMs),
    notAfter: new Date(now + lifeMs),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });

  const usual = { notBefore: now - headStartMs, notAfter: now + lifeMs };

  async function sign(
    name: string,
    extensions: Extension[],
    { notBefore, notAfter }: Period = usual,
  ): Promise<PemPair> {
    const pair = await makeKeys();
    const signed = await X509CertificateGenerator.create({
      subject: `CN=${name}`,
      issuer: certificate.subject,
      notBefore: new Date(notBefore),
      notAfter: new Date(notAfter),
      publicKey: pair.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [new BasicConstraintsExtension(false), ...extensions],
    });
    return toPem(signed, pair.privateKey);
  }

  return { certificate, sign, key: await asPem(keys.privateKey) };
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function toPem(certificate: X509Certificate, key: webcrypto.CryptoKey): Promise<PemPair> {
  return { cert: certificate.toString('pem'), key: await asPem(key) };
}

async function asPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key);
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
}

function usage(purpose: ExtendedKeyUsage): Extension {
  return new ExtendedKeyUsageExtension([purpose]);
}
