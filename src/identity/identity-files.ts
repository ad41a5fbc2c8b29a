/**
 * A device's key and certificate on its disk. The next key lies beside the one in use until there is
 * a certificate for it, so that a power cut at any moment leaves a pair that works:
 *
 *   KEY.next written ─ certificate asked for ─ CERT replaced ─ KEY.next becomes KEY
 *                                                     └─ a cut here is mended at the next start
 */
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { EpochMs } from '../../device/clock.ts';
import { moveFile, replaceFile } from '../store/durable-file.ts';

/** Paths of PEM files. */
export interface IdentityFiles {
  readonly cert: string;
  readonly key: string;
}

/** P-256, made on this device; the same one until it is in use. @returns PEM. */
export function nextKey({ cert, key }: IdentityFiles): string {
  for (const file of [cert, key]) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const next = nextOf(key);
  const made = readIfThere(next);
  if (made !== undefined && isKey(made)) return made;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  replaceFile(next, pem);
  return pem;
}

/**
 * Puts the next key and its certificate in the place of those in use.
 * @returns false, and changes nothing, when the certificate is not this device's for that key.
 */
export function adoptIdentity(files: IdentityFiles, device: string, certificate: string): boolean {
  const key = readIfThere(nextOf(files.key));
  if (key === undefined || !isPair(certificate, key)) return false;
  if (new X509Certificate(certificate).subject !== `CN=${device}`) return false;
  replaceFile(files.cert, certificate);
  moveFile(nextOf(files.key), files.key);
  return true;
}

/** After a cut between certificate and key. Call it before anything reads the pair. */
export function mendIdentity({ cert, key }: IdentityFiles): void {
  const certificate = readIfThere(cert);
  const next = readIfThere(nextOf(key));
  if (certificate === undefined || next === undefined) return;
  if (isPair(certificate, next)) moveFile(nextOf(key), key);
}

export interface CertificatePeriod {
  /** As the subject's common name tells it. */
  readonly subject: string;
  readonly notBefore: EpochMs;
  readonly notAfter: EpochMs;
}

/** @returns undefined when the file is not there or holds no certificate. */
export function certificateAt(file: string): CertificatePeriod | undefined {
  const text = readIfThere(file);
  return text === undefined ? undefined : attempt(() => periodOf(text));
}

export function periodOf(pem: string): CertificatePeriod {
  const { subject, validFrom, validTo } = new X509Certificate(pem);
  return { subject, notBefore: Date.parse(validFrom), notAfter: Date.parse(validTo) };
}

function nextOf(key: string): string {
  return `${key}.next`;
}

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function isKey(pem: string): boolean {
  return attempt(() => createPrivateKey(pem)) !== undefined;
}

function isPair(certificate: string, key: string): boolean {
  return (
    attempt(() => new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) === true
  );
}

/** What is not PEM is as good as not there. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
