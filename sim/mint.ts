/** `halte mint`: test keys, certificates, tickets and payment codes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createSystemEntropy } from '../device/os/system-chance.ts';
import { CliError, type CliIo, type ExitCode } from '../src/cli/cli-io.ts';
import { readSeedFile } from '../src/config/seed-file.ts';
import { hex } from '../src/core/bytes.ts';
import { ed25519PrivateKey } from '../src/core/crypto/ed25519.ts';
import { ticketKinds } from '../src/core/ticket/claims.ts';
import { halteTicketText } from '../src/core/ticket/issue.ts';
import { syntheticQris } from './synthetic-qris.ts';
import { makeTestCertificates } from './test-certificates.ts';
import { createTicketOffice } from './ticket-office.ts';

export async function mintCertificates(
  options: { readonly out: string; readonly device: readonly string[] },
  io: CliIo,
): Promise<ExitCode> {
  const certificates = await makeTestCertificates(Date.now());
  const { out } = options;
  writePublic(join(out, 'ca.pem'), certificates.ca);
  writePair(join(out, 'backend'), certificates.backend);
  for (const id of options.device) writePair(join(out, id), await certificates.device(id));
  const receiptKey = ed25519PrivateKey(writeSeed(join(out, 'receipt.key')));
  io.out(`test certificates in ${out}`);
  io.out(`"receiptKey": "${hex(receiptKey.publicKey)}"`);
  return 0;
}

export async function mintKey(out: string, io: CliIo): Promise<ExitCode> {
  const key = ed25519PrivateKey(writeSeed(out));
  const office = createTicketOffice(createSystemEntropy(), 'trans-semarang', { key });
  const { issuer, kid, publicKey } = office;
  io.out(JSON.stringify({ issuer, kid: hex(kid), publicKey: hex(publicKey) }));
  return 0;
}

export interface MintTicketOptions {
  readonly key: string;
  readonly issuer: string;
  readonly kind: string;
  readonly product: string;
  readonly minutes: string;
}

export async function mintTicket(options: MintTicketOptions, io: CliIo): Promise<ExitCode> {
  const kind = ticketKinds.find((known) => known === options.kind);
  const minutes = Number(options.minutes);
  if (kind === undefined) {
    const hint = `one of ${ticketKinds.join(', ')}`;
    throw new CliError('mint/bad-kind', `--kind ${options.kind} is unknown`, hint);
  }
  if (!Number.isFinite(minutes) || minutes <= 0) {
    const hint = 'such as 1440 for a day';
    throw new CliError('mint/bad-minutes', `--minutes ${options.minutes} is not a time`, hint);
  }
  const key = ed25519PrivateKey(readSeed(options.key));
  const office = createTicketOffice(createSystemEntropy(), options.issuer, { key });
  const from = Date.now();
  const until = from + minutes * 60_000;
  io.out(halteTicketText(office.issue({ kind, product: options.product, from, until })));
  return 0;
}

export async function mintQris(issuer: string, io: CliIo): Promise<ExitCode> {
  if (!/^9360\d{4}$/.test(issuer)) {
    const hint = '9360 and four digits, such as 93600914 for GoPay';
    throw new CliError('mint/bad-issuer', `--issuer ${issuer} is not an NNS prefix`, hint);
  }
  io.out(syntheticQris(issuer, createSystemEntropy()));
  return 0;
}

function writePair(base: string, { cert, key }: { readonly cert: string; readonly key: string }) {
  writePublic(`${base}.pem`, cert);
  writeSecret(`${base}.key`, key);
}

function writeSeed(file: string): Uint8Array {
  const seed = createSystemEntropy().bytes(32);
  writeSecret(file, `${hex(seed)}\n`);
  return seed;
}

function readSeed(file: string): Uint8Array {
  const seed = readSeedFile(file);
  if (seed !== undefined) return seed;
  throw new CliError('mint/bad-key', `${file} is not a key`, 'make one with "halte mint key"');
}

function writePublic(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function writeSecret(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o600 });
}
