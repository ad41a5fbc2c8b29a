/** `halte mint qris`, `merchant-qr` and `pretix`: codes of others, which are not Halte tickets. */
import { CliError } from '../../src/cli/cli-io.ts';
import { readMerchant } from '../../src/config/merchant-file.ts';
import { readSeedFile } from '../../src/config/seed-file.ts';
import { ed25519PrivateKey } from '../../src/core/crypto/ed25519.ts';
import { formatMoney } from '../../src/core/money.ts';
import { fareCode } from '../../src/core/qris/merchant-code.ts';
import { walletNames } from '../../src/core/qris/wallet-names.ts';
import { createPretixOffice, type PretixOrder } from '../pretix-office.ts';
import { syntheticQris } from '../synthetic-qris.ts';
import { readHinted, UsageError } from './as-typed.ts';
import type { MintDeps } from './mint-deps.ts';
import { type ShowOptions, showCode } from './show-code.ts';

export interface MintQrisOptions extends ShowOptions {
  /** NNS prefix, or a wallet's name. */
  readonly issuer: string;
}

export function mintQris(options: MintQrisOptions, deps: MintDeps): void {
  const issuer = issuerOf(options.issuer);
  const name = walletNames.get(issuer);
  const text = syntheticQris(issuer, deps.entropy);
  const summary = `payment code of ${name ?? 'issuer'} (${issuer}), of no real account`;
  showCode({ text, facts: { issuer, ...(name && { name }) }, summary }, options, deps);
}

function issuerOf(given: string): string {
  if (/^9360\d{4}$/.test(given)) return given;
  const [issuer] = [...walletNames].find(([, name]) => bare(name) === bare(given)) ?? [];
  if (issuer !== undefined) return issuer;
  const hint = `9360 and four digits, or one of ${[...walletNames.values()].join(', ')}`;
  throw new UsageError('mint/bad-issuer', `--issuer ${given} is no wallet and no NNS prefix`, hint);
}

/** As people type it: `bank jateng`, `bankJateng`, `i.saku`. */
function bare(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

export interface MintMerchantQrOptions extends ShowOptions {
  readonly merchant: string;
  /** Whole rupiah. */
  readonly amount: number;
  readonly reference: string;
}

export function mintMerchantQr(options: MintMerchantQrOptions, deps: MintDeps): void {
  const { amount, reference } = options;
  const hint = 'docs/minting.md has the file of a merchant';
  const merchant = readHinted(hint, () => readMerchant(options.merchant));
  const fare = { amount, currency: 'IDR' };
  if (!/^[ -{}~]{1,25}$/.test(reference)) {
    const characters = '1 to 25 printable characters of ASCII, without the bar';
    throw new UsageError('mint/bad-reference', `--reference ${reference} cannot be`, characters);
  }
  const text = fareCode(merchant, fare, reference);
  const summary = `${merchant.name} asks for ${formatMoney(fare)}, reference ${reference}`;
  showCode({ text, facts: { merchant: merchant.name, fare, reference }, summary }, options, deps);
}

export interface MintPretixOptions extends ShowOptions, PretixOrder {
  readonly key: string;
}

const keyHint = 'make one with "halte mint key --for pretix" (docs/minting.md)';

export function mintPretix(options: MintPretixOptions, deps: MintDeps): void {
  const seed = readHinted(keyHint, () => readSeedFile(options.key));
  if (seed === undefined) {
    throw new CliError('mint/bad-key', `${options.key} is not an Ed25519 key`, keyHint);
  }
  const { item, variation, subevent, from, until } = options;
  if (from !== undefined && until !== undefined && from >= until) {
    const hint = '--until is a moment after --from';
    throw new UsageError('mint/bad-ticket', 'it expires before it begins', hint);
  }
  const text = createPretixOffice(deps.entropy, ed25519PrivateKey(seed)).issue(options);
  const facts = { item, variation, subevent, from: iso(from), until: iso(until) };
  showCode({ text, facts, summary: `pretix ticket of item ${item}` }, options, deps);
}

function iso(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString().replace('.000', '');
}
