/** `halte mint ticket` and `pass`: Halte tickets as a phone or a sheet of paper shows them. */
import { CliError } from '../../src/cli/cli-io.ts';
import { localText } from '../../src/cli/inspect-time.ts';
import { hex } from '../../src/core/bytes.ts';
import type { Signer } from '../../src/core/crypto/cose-sign1.ts';
import { halteTicketText } from '../../src/core/ticket/issue.ts';
import { bucketMs, presentTicket } from '../../src/core/ticket/presentation.ts';
import { createTicketOffice, type TicketOffice, type TicketOrder } from '../ticket-office.ts';
import { UsageError } from './as-typed.ts';
import { readHolderKey, readSigningKey } from './key-files.ts';
import type { MintDeps } from './mint-deps.ts';
import { daysAfter, monthsAfter, type ServiceDay, serviceDaysAfter } from './pass-period.ts';
import { type ShowOptions, showCode } from './show-code.ts';
import { type TicketWish, ticketOrder } from './ticket-wish.ts';

interface IssueOptions extends TicketWish, ShowOptions {
  readonly key: string;
  readonly issuer: string;
  /** Milliseconds since 1970; absent: now. */
  readonly from?: number;
  /** File of the holder's key. */
  readonly holder?: string;
  readonly proof?: boolean;
  readonly utcOffset: number;
}

export interface MintTicketOptions extends IssueOptions {
  readonly minutes: number;
  /** Milliseconds since 1970, instead of minutes. */
  readonly until?: number;
}

export interface MintPassOptions extends Omit<IssueOptions, 'kind'> {
  readonly days?: number;
  readonly months?: number;
  readonly serviceDays?: number;
  /** Minutes after midnight. */
  readonly dayBegins: number;
}

export function mintTicket(options: MintTicketOptions, deps: MintDeps): void {
  const from = options.from ?? deps.clock.wallNow();
  const until = options.until ?? from + options.minutes * 60_000;
  issue(options, { from, until }, deps);
}

export function mintPass(options: MintPassOptions, deps: MintDeps): void {
  const from = options.from ?? deps.clock.wallNow();
  const until = passEnd(from, options);
  issue({ ...options, kind: 'pass' }, { from, until }, deps);
}

function passEnd(from: number, { days, months, serviceDays, ...options }: MintPassOptions): number {
  const day: ServiceDay = {
    utcOffsetMinutes: options.utcOffset,
    beginsAtMinutes: options.dayBegins,
  };
  const lengths = [days, months, serviceDays].filter((length) => length !== undefined);
  if (lengths.length !== 1) {
    const hint = 'one of --days, --months and --service-days';
    throw new UsageError('mint/bad-length', `a pass has one length, not ${lengths.length}`, hint);
  }
  if (days !== undefined) return daysAfter(from, days);
  if (months !== undefined) return monthsAfter(from, months, day);
  return serviceDaysAfter(from, serviceDays ?? 0, day);
}

interface Period {
  readonly from: number;
  readonly until: number;
}

function issue(options: IssueOptions, period: Period, deps: MintDeps): void {
  if (period.until <= period.from) {
    const hint = '--until is a moment after --from, which is now unless it is given';
    throw new UsageError('mint/bad-ticket', 'it expires before it begins', hint);
  }
  const holder = options.holder === undefined ? undefined : readHolderKey(options.holder);
  const signer = options.proof === true ? signerOf(options, holder?.signer) : undefined;
  const key = readSigningKey(options.key);
  const office = createTicketOffice(deps.entropy, options.issuer, { key });
  const ticket = issued(office, ticketOrder(options, period, holder?.key));
  const now = deps.clock.wallNow();
  const { kind, utcOffset } = options;
  const proofUntil = (Math.floor(now / bucketMs) + 1) * bucketMs;
  showCode(
    {
      text: halteTicketText(signer ? presentTicket(ticket, signer, now) : ticket),
      facts: {
        ...{ kind, issuer: office.issuer, kid: hex(office.kid), ticket: hex(ticket) },
        ...{ from: isoText(period.from), until: isoText(period.until) },
        ...(signer && { proofUntil: isoText(proofUntil) }),
      },
      summary: `${kind}, valid ${localText(period.from, utcOffset)} to ${localText(period.until, utcOffset)}`,
      warning: signer && lifeOf(proofUntil - now),
    },
    options,
    deps,
  );
}

function signerOf({ holder }: IssueOptions, signer: Signer | undefined): Signer {
  if (signer !== undefined) return signer;
  if (holder === undefined) {
    const hint = '--holder FILE, made by "halte mint holder-key"';
    throw new UsageError('mint/no-holder', 'nobody can make a proof without a --holder', hint);
  }
  const hint = 'leave --proof out, or give the private key that the phone keeps';
  throw new CliError('mint/no-private-key', `${holder} is a public key: it proves nothing`, hint);
}

/** @throws UsageError for what no validator takes, or what no code holds. */
function issued(office: TicketOffice, order: TicketOrder): Uint8Array {
  try {
    return office.issue(order);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const hint = 'docs/ticket-format.md has the limits of every claim, and of all together';
    throw new UsageError('mint/bad-ticket', error.message, hint);
  }
}

/** To the second, as tickets count. */
function isoText(at: number): string {
  return new Date(Math.floor(at / 1_000) * 1_000).toISOString().replace('.000', '');
}

function lifeOf(leftMs: number): string {
  const seconds = Math.ceil(leftMs / 1_000);
  return `the proof lives for ${seconds} s more, and for the clock skew that the rules tolerate`;
}
