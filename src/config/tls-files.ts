/**
 * Reads PEM files and tries them before anything relies on them: OpenSSL alone would name a wrong
 * one at the first connection and without its path, or, with a CA, not at all.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { messageOf } from '../../device/message-of.ts';
import { ConfigError } from './config-error.ts';
import { readText } from './read-file.ts';

/** As paths: what to read. As texts: what was read. */
export interface TlsFiles {
  /** Who signs the other side's certificate. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** @throws ConfigError naming the file that cannot be read or used, never what is in it. */
export function readTlsFiles(files: TlsFiles): TlsFiles {
  const ca = readText(files.ca);
  const cert = readText(files.cert);
  const key = readText(files.key);
  tried(files.ca, 'a PEM certificate', () => new X509Certificate(ca));
  const certificate = tried(files.cert, 'a PEM certificate', () => new X509Certificate(cert));
  const privateKey = tried(files.key, 'a PEM key without a passphrase', () =>
    createPrivateKey(key),
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    const message = `it is not the key of the certificate ${files.cert}`;
    throw unusable(files.key, message, 'give the certificate and the key that belong together');
  }
  tried(files.cert, 'a certificate that TLS takes', () => createSecureContext({ ca, cert, key }));
  return { ca, cert, key };
}

function tried<T>(file: string, expected: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    const message = messageOf(error);
    throw unusable(file, `not ${expected} (${message})`, 'check that this is the right file');
  }
}

function unusable(file: string, message: string, hint: string): ConfigError {
  return new ConfigError(file, [{ path: '', message, hint }]);
}
