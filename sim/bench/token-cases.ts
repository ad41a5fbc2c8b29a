/** What `halte bench tokens` measures: every kind of code that a rider, or an enemy, may show. */
import { keysTriedMax } from '../../src/core/rules/signer.ts';
import { createPretixOffice } from '../pretix-office.ts';
import { type BenchSigner, createBenchSigner } from './bench-signer.ts';
import {
  type CaseBuilder,
  type CaseOptions,
  createCaseBuilder,
  type TokenCase,
  trustedKeyOf,
} from './case-builder.ts';
import { type HostileCode, hostileCodes } from './hostile-codes.ts';
import {
  allClaims,
  forged,
  heldTicketText,
  type MakeCode,
  merchantCodes,
  paymentCodes,
  pretixCodes,
  ticketBytes,
  ticketText,
  unknownCodes,
} from './token-codes.ts';

export function tokenCases(options: CaseOptions): readonly TokenCase[] {
  const { entropy } = options;
  const ed25519 = createBenchSigner('EdDSA', entropy);
  const p256 = createBenchSigner('ES256', entropy);
  const stranger = createBenchSigner('EdDSA', entropy);
  const build = createCaseBuilder(options, [trustedKeyOf(ed25519), trustedKeyOf(p256)]);
  const ticket = (signer: BenchSigner, claims = {}) =>
    ticketText(ticketBytes(signer, entropy, claims));
  const edHolder = () => heldTicketText(ed25519, createBenchSigner('EdDSA', entropy), entropy);
  const p256Holder = () => heldTicketText(ed25519, createBenchSigner('ES256', entropy), entropy);
  return [
    build.signed('ticket, EdDSA', () => ticket(ed25519)),
    build.signed('ticket, EdDSA, all claims', () => ticket(ed25519, allClaims)),
    build.signed('ticket, ES256', () => ticket(p256)),
    build.signed('ticket, EdDSA, forged', () => ticketText(forged(ticketBytes(ed25519, entropy))), {
      reason: 'signature-invalid',
    }),
    ...build.held('ticket and proof, EdDSA', edHolder),
    ...build.held('ticket and proof, ES256', p256Holder),
    ...pretixCases(options),
    build.unsigned('ticket of an unknown key', () => ticket(stranger), 'unknown-key'),
    build.unsigned('payment code', paymentCodes(entropy), 'risk-within-limits'),
    build.unsigned('merchant code', merchantCodes(entropy), 'merchant-code'),
    build.unsigned('unknown format', unknownCodes(entropy), 'unknown-format'),
    ...hostileCases(hostileCodes(), build),
  ];
}

/** The key that signed is the last that is tried. */
function pretixCases(options: CaseOptions): readonly TokenCase[] {
  const offices = Array.from({ length: keysTriedMax }, () => createPretixOffice(options.entropy));
  return [1, keysTriedMax].flatMap((count) => {
    const tried = offices.slice(0, count);
    const build = createCaseBuilder(
      options,
      tried.map(({ trustedKey }) => trustedKey),
    );
    const name = `pretix ticket, ${count} ${count === 1 ? 'key' : 'keys'}`;
    return tried.slice(-1).map((office) => build.signed(name, pretixCodes(office)));
  });
}

function hostileCases(hostile: readonly HostileCode[], build: CaseBuilder): readonly TokenCase[] {
  const formats = [...new Set(hostile.map(({ format }) => format))];
  return formats.map((format) => {
    const codes = hostile.filter((one) => one.format === format).map(({ bytes }) => bytes);
    return build.unsigned(`hostile, ${format}`, cycle(codes));
  });
}

function cycle(codes: readonly Uint8Array[]): MakeCode {
  let next = 0;
  return () => {
    const code = codes[next % codes.length] ?? new Uint8Array();
    next += 1;
    return code;
  };
}
