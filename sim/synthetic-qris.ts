/**
 * Makes QRIS payment codes that parse like a wallet's and belong to nobody: the account is the
 * issuer's prefix, a rider's number and a digit that fails the Luhn check. Shape: shared by public samples of
 * the QRIS profile (template 61 with 4F, 50, 5A, 5F2D, 63{9F74}).
 */
import type { Entropy } from '../device/clock.ts';
import { concat, utf8 } from '../src/core/bytes.ts';
import { encodeTlv } from '../src/core/encoding/ber-tlv.ts';

interface QrisShape {
  /** Which objects name the account. Default: 5A. */
  readonly account?: '57' | '5A' | 'both';
  /** Whether account and language stand in the template common to all applications. Default: not. */
  readonly common?: boolean;
  /** Which account of the issuer, up to ten digits. Default: 0. */
  readonly rider?: number;
  /** Random digits after "cheque:", 1 to 57. Default: 20. */
  readonly chequeDigits?: number;
  /** One to four languages of ISO 639 in one word. Default: Indonesian and English. */
  readonly language?: string;
}

/** @param issuer eight digits of NNS prefix. @returns a text as a phone would show it. */
export function syntheticQris(issuer: string, entropy: Entropy, shape: QrisShape = {}): string {
  const { account = '5A', common = false, rider = 0, chequeDigits = 20, language = 'iden' } = shape;
  const number = `${issuer}${String(rider).padStart(10, '0')}`;
  const payer = [...accountObjects(number, account), encodeTlv('5F2D', utf8(language))];
  const application = encodeTlv(
    '61',
    encodeTlv('4F', Buffer.from('A0000006022020', 'hex')),
    encodeTlv('50', utf8('QRISCPM')),
    ...(common ? [] : payer),
    encodeTlv('63', encodeTlv('9F74', utf8(`cheque:${digits(chequeDigits, entropy)}`))),
  );
  const shared = common ? [encodeTlv('62', ...payer)] : [];
  const code = concat(encodeTlv('85', utf8('CPV01')), application, ...shared);
  return Buffer.from(code).toString('base64');
}

function accountObjects(digits: string, named: '57' | '5A' | 'both'): readonly Uint8Array[] {
  const account = `${digits}${wrongCheckDigit(digits)}`;
  // Separator, expiry December 2049, service code 201, padding: ISO/IEC 7813 §6.
  const track2 = encodeTlv('57', Buffer.from(`${account}D4912201F`, 'hex'));
  const number = encodeTlv('5A', Buffer.from(`${account}F`, 'hex'));
  return [...(named === '5A' ? [] : [track2]), ...(named === '57' ? [] : [number])];
}

function digits(count: number, entropy: Entropy): string {
  return Array.from(entropy.bytes(count), (byte) => byte % 10).join('');
}

/** One more than the Luhn digit (ISO/IEC 7812-1 annex B) of 18 digits. */
function wrongCheckDigit(number: string): number {
  // The check digit comes nineteenth, so those at even places count once.
  const sum = [...number].reduce((total, digit, place) => {
    const weighted = Number(digit) * (place % 2 === 0 ? 1 : 2);
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return (11 - (sum % 10)) % 10;
}
