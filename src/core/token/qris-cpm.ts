/**
 * QRIS consumer-presented code (GoPay, ShopeePay, LinkAja, OVO, DANA, banks): base64 of the BER-TLV
 * of EMVCo "QR Code Specification for Payment Systems, Consumer-Presented Mode" 1.1 §4, with the
 * QRIS profile's application identifier; a phone gives the same text over NFC (card/qris-tap.ts). It
 * carries nothing that can be verified offline: what comes out is the issuer, keys for recognising
 * code and account again, and the text as a secret. The account number stays inside this file.
 */
import { latin1, utf8 } from '../bytes.ts';
import type { KeyedHash } from '../crypto/keyed-hash.ts';
import { base64FlawAt, decodeBase64 } from '../encoding/base64.ts';
import { parseTlv, type Tlv } from '../encoding/ber-tlv.ts';
import { faulty, type Parsed, parsed } from '../parsed.ts';
import { accountOf, issuerOf } from '../qris/cpm-account.ts';
import { cpmFields } from '../qris/cpm-fields.ts';
import { type CpmMedium, mediumKeyOf, mediumOf } from '../qris/cpm-medium.ts';
import { chequeOf, isQrisApplication, profileFlaw } from '../qris/cpm-profile.ts';
import { Secret } from '../secret.ts';
import type { TokenFormat } from './format.ts';
import type { Token } from './token.ts';

/** Seven bytes `85 05 "CPV01"` begin every code; their base64 fixes nine characters. */
const beginning = 'hQVDUFYwM';
const payloadFormat = 'CPV01';

/** Longest text seen in public samples is 372 characters. */
export const qrisCpmTextMax = 512;

export const qrisCpm: TokenFormat = {
  name: 'qris-cpm',
  recognises: (bytes) => latin1(bytes.subarray(0, beginning.length)) === beginning,
  parse: parseQrisCpm,
  fields: (bytes) => cpmFields(decoded(bytes) ?? new Uint8Array()),
};

/** @param text base64 in ASCII, from a QR code or a phone. */
export function parseQrisCpm(text: Uint8Array, keyed: KeyedHash): Parsed<Token> {
  if (text.length > qrisCpmTextMax) {
    return faulty('malformed-token', `longer than ${qrisCpmTextMax} characters`);
  }
  const code = decoded(text);
  if (code === undefined) {
    const at = base64FlawAt(latin1(text));
    return faulty('malformed-token', `not base64 at byte ${at} of the text`);
  }
  const objects = parseTlv(code);
  if (!objects.ok) return objects;
  const payment = qrisPayment(objects.value, code.length);
  return payment.ok ? tokenOf(text, payment.value, keyed) : payment;
}

function decoded(text: Uint8Array): Uint8Array | undefined {
  return text.length > qrisCpmTextMax ? undefined : decodeBase64(latin1(text));
}

interface Payment {
  /** All digits of the account. */
  readonly account: string;
  /** What the issuer will honour once: tag 9F74. */
  readonly cheque: Uint8Array;
  readonly medium?: CpmMedium;
}

/** Who pays, and with what, by the code's QRIS application. @param end where the code ends. */
function qrisPayment([first, ...templates]: readonly Tlv[], end: number): Parsed<Payment> {
  if (first?.tag !== '85' || latin1(first.value) !== payloadFormat) {
    const at = first?.offset ?? 0;
    return faulty('malformed-token', `tag 85 is not ${payloadFormat} at byte ${at}`);
  }
  if (!templates.some(({ tag }) => tag === '61')) {
    return faulty('malformed-token', `tag 61 is missing at byte ${end}`);
  }
  const [application, another] = templates.filter(isQrisApplication);
  if (application === undefined) {
    return faulty('scheme-not-accepted', 'no application template for QRIS');
  }
  // Two readers of the code could charge two accounts.
  if (another !== undefined) {
    return faulty('malformed-token', `tag 61 for QRIS again at byte ${another.offset}`);
  }
  const common = templates.filter(({ tag }) => tag === '62');
  const flaw = profileFlaw(application, common);
  if (flaw !== undefined) return faulty('malformed-token', flaw);
  const cheque = chequeOf(application);
  if (!cheque.ok) return cheque;
  const objects = [application, ...common].flatMap(({ inner }) => inner);
  const account = accountOf(objects, application.offset);
  if (!account.ok) return account;
  const medium = mediumOf(objects);
  return parsed({ account: account.value, cheque: cheque.value, ...(medium && { medium }) });
}

/**
 * Nothing in a code is signed, so the cheque and its account are what it is known again by: whoever
 * changes another object still shows the same payment.
 */
function tokenOf(text: Uint8Array, payment: Payment, keyed: KeyedHash): Parsed<Token> {
  const { account, cheque, medium } = payment;
  const issuer = issuerOf(account);
  return parsed({
    format: qrisCpm.name,
    tokenKey: keyed('qris-cpm', utf8(account), cheque),
    ...(medium && { mediumKey: mediumKeyOf({ account, ...medium }, keyed) }),
    accountKey: keyed('account', utf8(account)),
    ...(issuer !== undefined && { issuer }),
    proof: { kind: 'deferred' },
    rides: 1,
    secret: new Secret(text),
  });
}
