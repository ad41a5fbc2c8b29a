/**
 * What a merchant-presented code must have beyond being one: the mandatory IDs of EMVCo
 * "Merchant-Presented Mode" 1.1 table 3.1, and for QRIS those of its profile (astrapay/spring-qris,
 * MIT, `QrisMpmPaymentPayload`). For explaining a code to whoever printed it: a rider who shows one
 * has nothing to gain from a better one.
 */
import { type IdLengthValue, readIdLengthValue } from '../encoding/id-length-value.ts';
import { isMerchantCodeTemplate } from '../token/emvco-mpm.ts';
import { isQrisMerchant, merchantCodeName } from './merchant-code-names.ts';

interface Profile {
  readonly name: 'EMVCo MPM' | 'QRIS MPM';
  readonly mandatory: readonly string[];
  /** One object at least is a merchant account. */
  readonly account: RegExp;
  readonly accountSays: string;
  /** What each account has to hold. */
  readonly inAccount: (id: string) => readonly string[];
  readonly values: Readonly<Record<string, { readonly pattern: RegExp; readonly says: string }>>;
}

const lengths = {
  '59': { pattern: /^.{1,25}$/u, says: 'has more than 25 characters' },
  '60': { pattern: /^.{1,15}$/u, says: 'has more than 15 characters' },
};

const emvco: Profile = {
  name: 'EMVCo MPM',
  mandatory: ['00', '52', '53', '58', '59', '60', '63'],
  account: /^(0[2-9]|[1-4]\d|5[01])$/,
  accountSays: '02 to 51',
  inAccount: (id) => (isMerchantCodeTemplate(id) ? ['00'] : []),
  values: lengths,
};

const qris: Profile = {
  name: 'QRIS MPM',
  mandatory: ['00', '52', '53', '58', '59', '60', '61', '63'],
  account: /^(2[6-9]|3\d|4[0-5]|51)$/,
  accountSays: '26 to 45, or 51',
  inAccount: (id) => (id === '51' ? ['00', '02'] : ['00', '01', '02', '03']),
  values: {
    ...lengths,
    '53': { pattern: /^360$/, says: 'is not 360 (IDR)' },
    '58': { pattern: /^ID$/, says: 'is not ID' },
  },
};

export interface MerchantProfile {
  readonly name: Profile['name'];
  /** Each with its ID; empty for a code that has all it must. */
  readonly flaws: readonly string[];
}

/** @returns undefined for what cannot be read to its end. */
export function merchantProfileOf(code: Uint8Array): MerchantProfile | undefined {
  const { objects, fault } = readIdLengthValue(code, isMerchantCodeTemplate);
  if (fault !== undefined) return undefined;
  const isQris = isQrisMerchant(objects);
  const profile = isQris ? qris : emvco;
  const named = (path: string) => `${path} ${merchantCodeName(path, isQris)}`;
  const accounts = objects.filter(({ id }) => profile.account.test(id));
  const missing = [
    ...absent(profile.mandatory, objects),
    ...accounts.flatMap(({ id, inner }) =>
      absent(profile.inAccount(id), inner).map((one) => `${id}.${one}`),
    ),
  ];
  const flaws = [
    ...missing.map((path) => `${named(path)} is missing`),
    ...(accounts.length === 0 ? [`no merchant account (${profile.accountSays})`] : []),
    ...wrongValues(profile, objects).map(({ id, says }) => `${named(id)} ${says}`),
  ];
  return { name: profile.name, flaws };
}

function absent(ids: readonly string[], objects: readonly IdLengthValue[]): readonly string[] {
  return ids.filter((id) => objects.every((object) => object.id !== id));
}

function wrongValues({ values }: Profile, objects: readonly IdLengthValue[]) {
  return objects.flatMap(({ id, value }) => {
    const wanted = values[id];
    return wanted === undefined || wanted.pattern.test(value) ? [] : [{ id, says: wanted.says }];
  });
}
