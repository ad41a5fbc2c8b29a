/**
 * What the IDs of a merchant-presented code are called, and what some of their values mean: EMVCo
 * "QR Code Specification for Payment Systems, Merchant-Presented Mode" 1.1 tables 3.6 to 3.9, and
 * the QRIS profile's tables 4.3 to 4.6 as astrapay/spring-qris (MIT) documents them.
 */

import type { IdLengthValue } from '../encoding/id-length-value.ts';

/** Globally unique identifier of the national merchant account, ID 51. */
export const nationalDomain = 'ID.CO.QRIS.WWW';

/** A merchant in Indonesia, or one with a national merchant id: its code follows the QRIS profile. */
export function isQrisMerchant(objects: readonly IdLengthValue[]): boolean {
  return objects.some(
    ({ id, value, inner }) =>
      (id === '58' && value === 'ID') ||
      (id === '51' && inner.some((one) => one.id === '00' && one.value === nationalDomain)),
  );
}

/** How Bank Indonesia classes a merchant; the fee follows from it. */
export const merchantCriteria = {
  UMI: 'micro business',
  UKE: 'small business',
  UME: 'medium business',
  UBE: 'large business',
  URE: 'regular business',
  PSO: 'public service obligation',
  BLU: 'public service agency',
} as const;

export type MerchantCriteria = keyof typeof merchantCriteria;

type Names = readonly (readonly [path: RegExp, name: string])[];

const qrisNames: Names = [
  [/^51$/, 'merchant account, national'],
  [/^(2[6-9]|3\d|4[0-5])\.01$/, 'merchant PAN'],
  [/^(2[6-9]|3\d|4[0-5])\.02$/, 'merchant id'],
  [/^51\.02$/, 'national merchant id (NMID)'],
  [/^(2[6-9]|3\d|4[0-5]|51)\.03$/, 'merchant criteria'],
];

const emvcoNames: Names = [
  [/^00$/, 'payload format indicator'],
  [/^01$/, 'point of initiation method'],
  [/^0[23]$/, 'merchant account, Visa'],
  [/^0[45]$/, 'merchant account, Mastercard'],
  [/^(09|10)$/, 'merchant account, Discover'],
  [/^1[12]$/, 'merchant account, American Express'],
  [/^1[34]$/, 'merchant account, JCB'],
  [/^1[56]$/, 'merchant account, UnionPay'],
  [/^(0[678]|1[789]|2[0-5])$/, 'merchant account, reserved by EMVCo'],
  [/^(2[6-9]|[34]\d|5[01])$/, 'merchant account'],
  [/^52$/, 'merchant category code (ISO 18245)'],
  [/^53$/, 'transaction currency (ISO 4217)'],
  [/^54$/, 'transaction amount'],
  [/^55$/, 'tip or convenience fee'],
  [/^56$/, 'convenience fee, fixed'],
  [/^57$/, 'convenience fee, percentage'],
  [/^58$/, 'country code'],
  [/^59$/, 'merchant name'],
  [/^60$/, 'merchant city'],
  [/^61$/, 'postal code'],
  [/^62$/, 'additional data'],
  [/^62\.01$/, 'bill number'],
  [/^62\.02$/, 'mobile number'],
  [/^62\.03$/, 'store label'],
  [/^62\.04$/, 'loyalty number'],
  [/^62\.05$/, 'reference label'],
  [/^62\.06$/, 'customer label'],
  [/^62\.07$/, 'terminal label'],
  [/^62\.08$/, 'purpose of transaction'],
  [/^62\.09$/, 'consumer data asked for'],
  [/^62\.10$/, 'merchant tax id'],
  [/^62\.11$/, 'merchant channel'],
  [/^62\.[5-9]\d$/, 'payment system data'],
  [/^63$/, 'CRC'],
  [/^64$/, 'merchant in another language'],
  [/^64\.00$/, 'language'],
  [/^64\.01$/, 'merchant name in it'],
  [/^64\.02$/, 'merchant city in it'],
  [/^[89]\d$/, 'unreserved template'],
  [/^(2[6-9]|[34]\d|5[01]|[89]\d|62\.[5-9]\d)\.00$/, 'globally unique identifier'],
  [/^(2[6-9]|[34]\d|5[01]|62\.[5-9]\d)\.\d\d$/, 'payment network data'],
  [/^[89]\d\.\d\d$/, 'data of its owner'],
];

const meanings: Readonly<Record<string, string>> = {
  '01=11': 'static',
  '01=12': 'dynamic',
  '53=360': 'IDR',
  '55=01': 'the payer is asked for a tip',
  '55=02': 'fixed fee',
  '55=03': 'percentage',
};

/** @param path such as `62.07`. @param isQris whether the code follows the QRIS profile. */
export function merchantCodeName(path: string, isQris: boolean): string {
  const names = isQris ? [...qrisNames, ...emvcoNames] : emvcoNames;
  return names.find(([pattern]) => pattern.test(path))?.[1] ?? 'reserved by EMVCo';
}

/** @returns undefined when the value speaks for itself. */
export function merchantCodeMeaning(path: string, value: string): string | undefined {
  const isCriteria =
    /^(2[6-9]|3\d|4[0-5]|51)\.03$/.test(path) && Object.hasOwn(merchantCriteria, value);
  return isCriteria ? merchantCriteria[value as MerchantCriteria] : meanings[`${path}=${value}`];
}
