/** `halte mint certs` and the key commands: what test devices and test offices sign and open with. */
import { join } from 'node:path';
import { hex } from '../../src/core/bytes.ts';
import { ed25519PrivateKey } from '../../src/core/crypto/ed25519.ts';
import type { SignatureAlgorithm } from '../../src/core/crypto/verifying-key.ts';
import { x25519PrivateKey } from '../../src/core/crypto/x25519.ts';
import { writeTestKeys } from '../card-keys.ts';
import { makeTestCertificates } from '../test-certificates.ts';
import { createTicketOffice } from '../ticket-office.ts';
import { UsageError } from './as-typed.ts';
import { writeSeed, writeSigningKey } from './key-files.ts';
import type { MintDeps } from './mint-deps.ts';
import { writePublicFile, writeSecretFile, writing } from './out-file.ts';

export async function mintCertificates(
  { out, device }: { readonly out: string; readonly device: readonly string[] },
  { io, clock, entropy }: MintDeps,
): Promise<void> {
  const certificates = await makeTestCertificates(clock.wallNow());
  const [receiptSeed, sealingSeed] = [entropy.bytes(32), entropy.bytes(32)];
  writePublicFile(join(out, 'ca.pem'), certificates.ca);
  writeSecretFile(join(out, 'ca.key'), certificates.caKey);
  writePair(join(out, 'backend'), certificates.backend);
  for (const id of device) writePair(join(out, id), await certificates.device(id));
  writeSecretFile(join(out, 'receipt.key'), `${hex(receiptSeed)}\n`);
  writeSecretFile(join(out, 'sealing.key'), `${hex(sealingSeed)}\n`);
  io.out(`test certificates in ${out}`);
  io.out(`"receiptKey": "${hex(ed25519PrivateKey(receiptSeed).publicKey)}"`);
  io.out(`"sealingKey": "${hex(x25519PrivateKey(sealingSeed).publicKey.bytes)}"`);
}

function writePair(base: string, { cert, key }: { readonly cert: string; readonly key: string }) {
  writePublicFile(`${base}.pem`, cert);
  writeSecretFile(`${base}.key`, key);
}

export interface MintKeyOptions {
  readonly out: string;
  readonly algorithm: SignatureAlgorithm;
  readonly issuer: string;
  readonly for: 'halte' | 'pretix';
}

/** Prints the entry of `trustedKeys` in the rules. */
export function mintKey(options: MintKeyOptions, { io, entropy }: MintDeps): void {
  const { out, algorithm, issuer } = options;
  if (options.for === 'pretix' && algorithm !== 'EdDSA') {
    const hint = 'leave --algorithm out';
    throw new UsageError('mint/bad-algorithm', `pretix has no signatures of ${algorithm}`, hint);
  }
  const key = writeSigningKey(out, algorithm, entropy);
  const publicKey = hex(key.publicKey);
  if (options.for === 'pretix') {
    io.out(JSON.stringify({ format: 'pretix-sig1', issuer, algorithm, publicKey }));
    return;
  }
  const { kid } = createTicketOffice(entropy, issuer, { key });
  io.out(JSON.stringify({ issuer, kid: hex(kid), algorithm, publicKey }));
}

export function mintHolderKey(
  { out, algorithm }: { readonly out: string; readonly algorithm: SignatureAlgorithm },
  { io, entropy }: MintDeps,
): void {
  const { publicKey } = writeSigningKey(out, algorithm, entropy);
  io.out(JSON.stringify({ algorithm, publicKey: hex(publicKey) }));
}

export function mintIdentifierKey({ out }: { readonly out: string }, deps: MintDeps): void {
  writeSeed(out, deps.entropy);
  deps.io.out(`"identifierKey": ${JSON.stringify(out)}`);
}

export function mintSealingKey({ out }: { readonly out: string }, deps: MintDeps): void {
  const key = x25519PrivateKey(writeSeed(out, deps.entropy));
  deps.io.out(`"sealingKey": "${hex(key.publicKey.bytes)}"`);
}

export function mintCardKeys({ out }: { readonly out: string }, deps: MintDeps): void {
  writing(out, () => writeTestKeys(out, deps.entropy));
  deps.io.out(`"cards": ${JSON.stringify({ keyStore: { type: 'file', path: out } })}`);
}
