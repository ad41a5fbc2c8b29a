/**
 * The operator's own merchant-presented QRIS for a fare: what a display shows to a rider who pays
 * by scanning. Fields and lengths are those of the QRIS profile (astrapay/spring-qris, MIT,
 * `QrisPayload` and `QrisDataObject`). That a fare was paid is the acquirer's to say, not ours.
 */
import { utf8 } from '../bytes.ts';
import { encodeIdLengthValue, idLengthValueCharactersMax } from '../encoding/id-length-value.ts';
import type { Money } from '../money.ts';
import { merchantCodeChecksum } from '../token/emvco-mpm.ts';
import { type MerchantCriteria, merchantCriteria, nationalDomain } from './merchant-code-names.ts';

/** ISO 18245: local and suburban commuter passenger transport, ferries included. */
const localTransport = '4111';
/** ISO 4217 number of the rupiah. */
const rupiah = '360';

/** The operator as its acquirers registered it. */
export interface Merchant {
  /** 1 to 25 characters. */
  readonly name: string;
  /** 1 to 15 characters. */
  readonly city: string;
  /** Five digits. */
  readonly postalCode: string;
  /** Four digits of ISO 18245; local transport when absent. */
  readonly categoryCode?: string;
  readonly criteria: MerchantCriteria;
  /** One per acquirer; may be empty when the merchant has an NMID. */
  readonly accounts: readonly MerchantAccount[];
  /** National merchant id: `ID` and 13 digits. */
  readonly nmid?: string;
  /** Which validator shows the code, 1 to 25 characters. */
  readonly terminalLabel?: string;
}

export interface MerchantAccount {
  /** 26 to 45, each once. */
  readonly id: number;
  /** The acquirer's domain backwards, such as `ID.CO.EXAMPLE.WWW`; 1 to 32 characters. */
  readonly domain: string;
  /** `9360`, four digits of acquirer, up to eleven more. */
  readonly pan: string;
  /** The acquirer's own id of the merchant, 1 to 15 characters. */
  readonly merchantId: string;
}

interface Shape {
  readonly pattern: RegExp;
  readonly says: string;
}

/** Printable ASCII without the bar, which the profile excludes. */
function printable(max: number): Shape {
  return { pattern: new RegExp(`^[ -{}~]{1,${max}}$`), says: `1 to ${max} printable characters` };
}

const criteriaNames = Object.keys(merchantCriteria);

const shapes = {
  'merchant name': printable(25),
  'merchant city': printable(15),
  'postal code': { pattern: /^\d{5}$/, says: 'five digits' },
  'category code': { pattern: /^\d{4}$/, says: 'four digits' },
  criteria: {
    pattern: new RegExp(`^(${criteriaNames.join('|')})$`),
    says: `one of ${criteriaNames.join(', ')}`,
  },
  'account id': { pattern: /^(2[6-9]|3\d|4[0-5])$/, says: '26 to 45' },
  'account domain': printable(32),
  'account PAN': { pattern: /^9360\d{5,15}$/, says: '9360 and 5 to 15 digits' },
  'merchant id': printable(15),
  'national merchant id': { pattern: /^ID\d{13}$/, says: 'ID and 13 digits' },
  'terminal label': printable(25),
  reference: printable(25),
  currency: { pattern: /^IDR$/, says: 'IDR' },
  amount: { pattern: /^[1-9]\d{0,12}$/, says: 'a whole number of rupiah above zero' },
} as const satisfies Record<string, Shape>;

/**
 * A dynamic code, good for one payment of one fare.
 * @param fare whole rupiah, above zero. @param reference the bill number by which the acquirer
 * reports the payment, 1 to 25 characters. @returns the text of the QR code.
 * @throws RangeError for what the profile does not allow: a mistake in the configuration.
 */
export function fareCode(merchant: Merchant, fare: Money, reference: string): string {
  checked('currency', fare.currency);
  const unsealed = encodeIdLengthValue([
    ['00', '01'],
    ['01', '12'],
    ...accountTemplates(merchant),
    ['52', checked('category code', merchant.categoryCode ?? localTransport)],
    ['53', rupiah],
    ['54', checked('amount', `${fare.amount}`)],
    ['58', 'ID'],
    ['59', checked('merchant name', merchant.name)],
    ['60', checked('merchant city', merchant.city)],
    ['61', checked('postal code', merchant.postalCode)],
    ['62', additionalData(merchant, reference)],
  ]);
  const sealed = withChecksum(unsealed);
  if (sealed.length <= idLengthValueCharactersMax) return sealed;
  throw new RangeError(`a merchant code has at most ${idLengthValueCharactersMax} characters`);
}

function checked(what: keyof typeof shapes, value: string): string {
  const { pattern, says } = shapes[what];
  if (pattern.test(value)) return value;
  throw new RangeError(`${what} is not ${says}`);
}

type Objects = readonly (readonly [id: string, value: string])[];

function accountTemplates({ accounts, nmid, criteria }: Merchant): Objects {
  const templates = accounts.map((account) => accountTemplate(account, criteria));
  if (new Set(templates.map(([id]) => id)).size < templates.length) {
    throw new RangeError('two merchant accounts have the same id');
  }
  if (nmid !== undefined) templates.push(nationalTemplate(nmid, criteria));
  if (templates.length > 0) return templates;
  throw new RangeError('a merchant has an account or a national merchant id');
}

function accountTemplate(account: MerchantAccount, criteria: string): Objects[number] {
  const value = encodeIdLengthValue([
    ['00', checked('account domain', account.domain)],
    ['01', checked('account PAN', account.pan)],
    ['02', checked('merchant id', account.merchantId)],
    ['03', checked('criteria', criteria)],
  ]);
  return [checked('account id', `${account.id}`), value];
}

function nationalTemplate(nmid: string, criteria: string): Objects[number] {
  const value = encodeIdLengthValue([
    ['00', nationalDomain],
    ['02', checked('national merchant id', nmid)],
    ['03', checked('criteria', criteria)],
  ]);
  return ['51', value];
}

function additionalData({ terminalLabel }: Merchant, reference: string): string {
  const bill = ['01', checked('reference', reference)] as const;
  if (terminalLabel === undefined) return encodeIdLengthValue([bill]);
  return encodeIdLengthValue([bill, ['07', checked('terminal label', terminalLabel)]]);
}

/** ID 63 ends every code; the CRC covers its own ID and length. */
function withChecksum(text: string): string {
  const covered = `${text}6304`;
  return covered + merchantCodeChecksum(utf8(covered));
}
