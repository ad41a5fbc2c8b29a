/**
 * QRIS consumer-presented code (GoPay, ShopeePay, LinkAja, OVO, DANA, banks): base64 of the BER-TLV
 * of EMVCo "QR Code Specification for Payment Systems, Consumer-Presented Mode" 1.1 §4, with the
 * QRIS profile's application identifier. It carries nothing that can be verified offline: what
 * comes out is the issuer and a key for recognising the same code again. The card number and the
 * issuer's token stay inside this file.
 */
import { base64Decode, latin1, utf8 } from '../bytes.ts';
import { sha256 } from '../crypto/sha256.ts';
import { faulty, type Parsed, parsed } from '../parsed.ts';
import { findTlv, parseTlv, type Tlv } from './ber-tlv.ts';
import type { QrisCpmToken } from './token.ts';

/** Seven bytes `85 05 "CPV01"` begin every code; their base64 fixes nine characters. */
const beginning = 'hQVDUFYwM';
const payloadFormat = 'CPV01';

/** Application identifier of QRIS. */
const qrisAdf = 'A0000006022020';

/** Longest text seen in public samples is 372 characters. */
export const qrisCpmTextMax = 512;

/** National Numbering System prefix of a QRIS account: `9360` and four digits of issuer. */
const nnsPrefix = /^9360\d{4}/;

export function recognisesQrisCpm(bytes: Uint8Array): boolean {
  return latin1(bytes.subarray(0, beginning.length)) === beginning;
}

export function parseQrisCpm(bytes: Uint8Array): Parsed<QrisCpmToken> {
  if (bytes.length > qrisCpmTextMax) {
    return faulty('malformed-token', `longer than ${qrisCpmTextMax} characters`);
  }
  const der = base64Decode(latin1(bytes));
  if (der === undefined) return faulty('malformed-token', 'not base64');
  const objects = parseTlv(der);
  if (!objects.ok) return objects;

  const version = findTlv(objects.value, '85');
  if (version === undefined || latin1(version.value) !== payloadFormat) {
    return faulty('malformed-token', `tag 85 is not ${payloadFormat}`);
  }
  if (findTlv(objects.value, '61') === undefined) return missing('61');
  const application = findApplication(objects.value);
  if (application === undefined) {
    return faulty('scheme-not-accepted', 'no application template for QRIS');
  }
  if (findTlv(application.inner, '50') === undefined) return missing('50');
  const transparent = findTlv(application.inner, '63');
  if (transparent === undefined) return missing('63');
  if (findTlv(transparent.inner, '9F74') === undefined) return missing('9F74');
  return withIssuer(bytes, application);
}

function missing(tag: string): Parsed<never> {
  return faulty('malformed-token', `tag ${tag} is missing`);
}

function findApplication(objects: readonly Tlv[]): Tlv | undefined {
  return objects.find((object) => {
    const adf = findTlv(object.inner, '4F');
    return object.tag === '61' && adf !== undefined && upperHex(adf.value) === qrisAdf;
  });
}

function withIssuer(bytes: Uint8Array, application: Tlv): Parsed<QrisCpmToken> {
  const account = findTlv(application.inner, '5A') ?? findTlv(application.inner, '57');
  if (account === undefined) return faulty('malformed-token', 'neither tag 5A nor tag 57');
  const issuer = nnsPrefix.exec(upperHex(account.value))?.[0];
  if (issuer === undefined) return faulty('malformed-token', 'account has no NNS prefix');
  const tokenKey = sha256(utf8('halte/token/qris-cpm'), bytes);
  return parsed({ format: 'qris-cpm', tokenKey, issuer });
}

function upperHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}
