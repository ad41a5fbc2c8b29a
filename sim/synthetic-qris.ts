/**
 * Makes QRIS payment codes that parse like a wallet's and belong to nobody: the account is the
 * issuer's prefix, zeros and a digit that fails the Luhn check. Shape: shared by public samples of
 * the QRIS profile (template 61 with 4F, 50, 5A, 63{9F74}).
 */
import type { Entropy } from '../device/clock.ts';
import { concat, utf8 } from '../src/core/bytes.ts';

/** @param issuer eight digits of NNS prefix. @returns a text as a phone would show it. */
export function syntheticQris(issuer: string, entropy: Entropy): string {
  const account = Buffer.from(`${issuer}0000000000${wrongCheckDigit(issuer)}F`, 'hex');
  const cheque = utf8(`cheque:${digits(20, entropy)}`);
  const application = concat(
    tlv('4F', Buffer.from('A0000006022020', 'hex')),
    tlv('50', utf8('QRISCPM')),
    tlv('5A', account),
    tlv('63', tlv('9F74', cheque)),
  );
  const code = concat(tlv('85', utf8('CPV01')), tlv('61', application));
  return Buffer.from(code).toString('base64');
}

function tlv(tag: string, value: Uint8Array): Uint8Array {
  return concat(Buffer.from(tag, 'hex'), Uint8Array.of(value.length), value);
}

function digits(count: number, entropy: Entropy): string {
  return Array.from(entropy.bytes(count), (byte) => byte % 10).join('');
}

/** One more than the Luhn digit (ISO/IEC 7812-1 annex B) of the issuer and ten zeros. */
function wrongCheckDigit(issuer: string): number {
  // Eleven digits follow the issuer's eight, so those at even places count once.
  const sum = [...issuer].reduce((total, digit, place) => {
    const weighted = Number(digit) * (place % 2 === 0 ? 1 : 2);
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return (11 - (sum % 10)) % 10;
}
