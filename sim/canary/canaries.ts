/**
 * What riders hold to the bus in the canary test, and what of it nobody may find afterwards. The
 * account numbers belong to nobody: the last digit of each fails the Luhn check.
 */
import { concat, utf8 } from '../../src/core/bytes.ts';
import { halteTicketText } from '../../src/core/ticket/issue.ts';
import { aCpmCode, aTicket, bytesOf, tlv } from '../testing/builders.ts';
import { piecesOf } from './canary-search.ts';
import type { Canary } from './disguises.ts';

export interface CanaryCode {
  readonly text: string;
  readonly canaries: readonly Canary[];
}

export interface PaymentOptions {
  /** Tag of the account's number: alone, or as track 2 with expiry and service code. */
  readonly account?: '5A' | '57';
  /** Application identifier; QRIS unless told. */
  readonly application?: string;
  readonly cheque?: string;
}

/** @param account 19 digits. */
export function aPaymentCode(account: string, options: PaymentOptions = {}): CanaryCode {
  const { application = 'a0000006022020', cheque = `7${account}` } = options;
  const text = Buffer.from(
    aCpmCode(
      tlv(
        '61',
        tlv('4F', bytesOf(application)),
        tlv('50', utf8('QRISCPM')),
        options.account === '57'
          ? tlv('57', bytesOf(`${account}d4912201f`))
          : tlv('5A', bytesOf(`${account}f`)),
        tlv('63', tlv('9F74', utf8(`cheque:${cheque}`))),
      ),
    ),
  ).toString();
  return { text, canaries: paymentCanaries(account, text, cheque) };
}

/** The same account in another text: cut, damaged or of no known format. */
export function spoilt(account: string, spoil: (text: string) => string): CanaryCode {
  const text = spoil(aPaymentCode(account).text);
  return { text, canaries: paymentCanaries(account, text, `7${account}`) };
}

function paymentCanaries(account: string, text: string, cheque: string): readonly Canary[] {
  return [
    { name: `account ${account}`, secret: account },
    { name: `account ${account} without its issuer`, secret: account.slice(8) },
    { name: `cheque of ${account}`, secret: cheque },
    ...piecesOf(`code of ${account}`, text),
  ];
}

export interface CanaryTicket extends CanaryCode {
  /** As a phone holds it. */
  readonly bytes: Uint8Array;
}

/** @param order what `aTicket` takes; the id is the canary. */
export function aCanaryTicket(
  ticketId: Uint8Array,
  order: Omit<NonNullable<Parameters<typeof aTicket>[0]>, 'ticketId'>,
): CanaryTicket {
  const bytes = aTicket({ ...order, ticketId });
  const text = halteTicketText(bytes);
  const name = `ticket ${Buffer.from(ticketId).toString('hex')}`;
  const signature = bytes.subarray(-64);
  const canaries = [
    { name, secret: ticketId },
    { name: `signature of ${name}`, secret: signature },
    ...piecesOf(`text of ${name}`, text),
  ];
  return { bytes, text, canaries };
}

/** @param text of a pretix ticket; its seed is the canary, and the whole of it. */
export function aPretixCanary(text: string): CanaryCode {
  const decoded = Buffer.from([...text].reverse().join(''), 'base64');
  const seed = decoded.subarray(7, 7 + (decoded[6] ?? 0)).toString('latin1');
  return { text, canaries: [{ name: 'pretix seed', secret: seed }, ...piecesOf('pretix', text)] };
}

/** 7 bytes, of a maker that there is not (ISO/IEC 7816-6 knows no `FE`). */
export function aCanaryUid(last: number): Canary & { readonly secret: Uint8Array } {
  const secret = concat(bytesOf('fec0ffee5a4b'), Uint8Array.of(last));
  return { name: `UID ${Buffer.from(secret).toString('hex')}`, secret };
}
