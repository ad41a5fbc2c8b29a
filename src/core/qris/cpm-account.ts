/**
 * The account behind a consumer-presented code: its number as it stands in tag 5A (compressed
 * numeric) or before the separator of tag 57 (track 2). What the digits mean beyond the issuer's
 * prefix is the issuer's business; their check digit is not looked at, it proves nothing.
 */
import { hex } from '../bytes.ts';
import type { Tlv } from '../encoding/ber-tlv.ts';
import { faulty, type Parsed, parsed } from '../parsed.ts';

/** At most 19 digits (ISO/IEC 7812-1 §4.1); an `f` fills the last byte of an odd number of them. */
const accountDigits = /^(\d{8,19})f?$/;
const track2Digits = /^(\d{8,19})d\d*f?$/;

const patterns: ReadonlyMap<string, RegExp> = new Map([
  ['5A', accountDigits],
  ['57', track2Digits],
]);

/** National Numbering System prefix of a QRIS account: `9360` and four digits of issuer. */
const nnsPrefix = /^9360\d{4}/;

/**
 * All digits of the account.
 * @param objects where it may stand, in one list. @param templateAt where their template begins.
 */
export function accountOf(objects: readonly Tlv[], templateAt: number): Parsed<string> {
  let account: string | undefined;
  for (const { tag, value, offset } of objects) {
    const pattern = patterns.get(tag);
    if (pattern === undefined) continue;
    const digits = pattern.exec(hex(value))?.[1];
    if (digits === undefined) {
      return faulty('malformed-token', `tag ${tag} is no account at byte ${offset}`);
    }
    if (account !== undefined && account !== digits) {
      return faulty('malformed-token', `tag ${tag} names another account at byte ${offset}`);
    }
    account = digits;
  }
  return account === undefined
    ? faulty('malformed-token', `neither tag 5A nor tag 57 in the template at byte ${templateAt}`)
    : parsed(account);
}

/** Eight digits, such as `93600914` for GoPay; undefined for an account outside the system. */
export function issuerOf(account: string): string | undefined {
  return nnsPrefix.exec(account)?.[0];
}
