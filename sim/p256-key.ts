/** New P-256 keys for the ticket offices and the riders' phones of the simulated city. */
import { generateKeyPairSync } from 'node:crypto';

/** @returns a new private key as PEM (PKCS #8). */
export function makeP256Key(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}
