/** `halte inspect`: decodes what a QR code says and tells what a validator would do with it. */
import { readRules } from '../config/rules-file.ts';
import { hex, utf8 } from '../core/bytes.ts';
import { decideTap } from '../core/decide.ts';
import { type Decision, withoutFare } from '../core/decision.ts';
import { formatMoney } from '../core/money.ts';
import { reasons } from '../core/reason.ts';
import type { Rules } from '../core/rules/rules.ts';
import { parseQrToken } from '../core/token/parse-token.ts';
import type { Token } from '../core/token/token.ts';
import type { CliIo, ExitCode } from './cli-io.ts';

export interface InspectOptions {
  readonly rules?: string;
  readonly json?: boolean;
}

/** @param now milliseconds since 1970: by which time validity is judged. */
export async function inspect(
  text: string,
  options: InspectOptions,
  io: CliIo,
  now: number,
): Promise<ExitCode> {
  const bytes = text === '-' ? withoutLineEnd(await io.readInput()) : utf8(text);
  const rules = options.rules === undefined ? undefined : readRules(options.rules);
  const token = parseQrToken(bytes);
  const report = {
    bytes: bytes.length,
    token: token.ok ? describe(token.value) : null,
    fault: token.ok ? null : token.fault,
    decision: token.ok ? rules && judge(token.value, rules, now) : withoutFare(token.fault.reason),
  };
  if (options.json === true) io.out(JSON.stringify(report));
  else printReport(report, io);
  return token.ok ? 0 : 1;
}

/** A shell's echo ends the line; a code never ends with a line feed. */
function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
}

function judge(token: Token, rules: Rules, now: number): Decision {
  return decideTap(token, { riskTapsToday: 0 }, rules, now);
}

type Facts = Readonly<Record<string, string>>;

function describe(token: Token): Facts {
  const known = { format: token.format, tokenKey: hex(token.tokenKey) };
  switch (token.format) {
    case 'qris-cpm':
      return { ...known, issuer: token.issuer };
    case 'halte-ticket': {
      const { issuer, ticketId, kind, product, notBefore, expires } = token.claims;
      return {
        ...known,
        issuer,
        ticketId: hex(ticketId),
        kind,
        product,
        keyId: hex(token.envelope.kid),
        notBefore: new Date(notBefore * 1_000).toISOString(),
        expires: new Date(expires * 1_000).toISOString(),
      };
    }
  }
}

interface InspectReport {
  readonly bytes: number;
  readonly token: Facts | null;
  readonly fault: { readonly reason: string; readonly detail: string } | null;
  readonly decision: Decision | undefined;
}

function printReport({ bytes, token, fault, decision }: InspectReport, io: CliIo): void {
  const facts = { bytes: String(bytes), ...token, ...(fault && { fault: fault.detail }) };
  for (const [name, value] of Object.entries(facts)) io.out(`${name.padEnd(10)} ${value}`);
  if (decision === undefined) {
    io.out('decision   not judged: give --rules FILE');
    return;
  }
  const { code, id, en } = reasons[decision.reason];
  io.out(`decision   ${decision.outcome}, ${decision.reason} (${code})`);
  if (decision.outcome === 'accepted') {
    io.out(`fare       ${formatMoney(decision.fare.amount)}, ${decision.fare.product}`);
  }
  io.out(`rider      ${id} / ${en}`);
}
