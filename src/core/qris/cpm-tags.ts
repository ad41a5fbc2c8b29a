/**
 * The data objects of a consumer-presented code: EMVCo "QR Code Specification for Payment Systems,
 * Consumer-Presented Mode" 1.1 §4, and what the QRIS profile adds. Limits of the QRIS profile are
 * those of astrapay/spring-qris (MIT), cpm/object/QrCpmPayload.java.
 */

/** How a value reads, EMV Book 3 §4.3; `template` holds objects. */
export type CpmFormat = 'ans' | 'b' | 'cn' | 'n' | 'template';

export interface CpmTag {
  readonly name: string;
  readonly format: CpmFormat;
  /** Fewest and most bytes that the QRIS profile allows. */
  readonly bytes?: readonly [number, number];
  /** Holds an account, a name, or what an issuer takes as proof of payment. */
  readonly secret?: true;
}

/**
 * By tag. 9F19, 9F24 and 9F25 have no limits: what the profile's source says of them contradicts its
 * own samples; 5F24 and 5F34 have none, which are EMV's (Book 3 annex A). The lengths of 9F7A and 9F7B are not public. 5F50 is secret since samples of wallets
 * hold the rider's mail address there.
 */
export const cpmTags: ReadonlyMap<string, CpmTag> = new Map<string, CpmTag>([
  ['85', { name: 'payload format indicator', format: 'ans', bytes: [5, 5] }],
  ['61', { name: 'application template', format: 'template' }],
  ['62', { name: 'common data template', format: 'template' }],
  ['63', { name: 'application specific transparent template', format: 'template' }],
  ['64', { name: 'common data transparent template', format: 'template' }],
  ['4F', { name: 'application identifier (ADF name)', format: 'b', bytes: [5, 16] }],
  ['50', { name: 'application label', format: 'ans', bytes: [1, 16] }],
  ['57', { name: 'track 2 equivalent data', format: 'b', bytes: [1, 19], secret: true }],
  ['5A', { name: 'account number (PAN)', format: 'cn', bytes: [1, 10], secret: true }],
  ['5F20', { name: 'cardholder name', format: 'ans', bytes: [2, 26], secret: true }],
  ['5F24', { name: 'application expiration date', format: 'n', secret: true }],
  ['5F2D', { name: 'language preference', format: 'ans', bytes: [2, 8] }],
  ['5F34', { name: 'account sequence number', format: 'n' }],
  ['5F50', { name: 'issuer URL', format: 'ans', secret: true }],
  ['82', { name: 'application interchange profile', format: 'b', bytes: [2, 2] }],
  ['9F08', { name: 'application version number', format: 'b', bytes: [2, 2] }],
  ['9F10', { name: 'issuer application data', format: 'b', bytes: [1, 32] }],
  ['9F19', { name: 'token requestor id', format: 'n' }],
  ['9F24', { name: 'payment account reference', format: 'ans', secret: true }],
  ['9F25', { name: 'last four digits of the account', format: 'n', secret: true }],
  ['9F26', { name: 'application cryptogram', format: 'b', bytes: [8, 8], secret: true }],
  ['9F27', { name: 'cryptogram information data', format: 'b', bytes: [1, 1] }],
  ['9F36', { name: 'application transaction counter', format: 'b', bytes: [2, 2] }],
  ['9F37', { name: 'unpredictable number', format: 'b', bytes: [4, 4] }],
  ['9F74', { name: 'issuer QRIS data', format: 'ans', bytes: [8, 64], secret: true }],
  ['9F7A', { name: 'issuer public key certificate', format: 'b' }],
  ['9F7B', { name: 'issuer QRIS data, encrypted', format: 'b', secret: true }],
]);
