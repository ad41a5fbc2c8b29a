/**
 * Merchant-presented codes (EMVCo MPM, and QRIS as shops show it). A rider who holds one up took
 * the shop's code for their own: nothing here can pay a fare, so a sound code gives a fault of its
 * own, by which the rider is told what to show instead.
 */

import { latin1 } from '../bytes.ts';
import { crc16 } from '../encoding/crc16.ts';
import { type IdLengthValue, readIdLengthValue } from '../encoding/id-length-value.ts';
import type { Field } from '../field.ts';
import { faulty, type Parsed } from '../parsed.ts';
import {
  isQrisMerchant,
  merchantCodeMeaning,
  merchantCodeName,
} from '../qris/merchant-code-names.ts';
import type { TokenFormat } from './format.ts';

/** Payload format indicator: ID 00, two characters, version 01. */
const beginning = '000201';

/** Objects that hold objects: merchant accounts, additional data, languages, unreserved ones. */
const template = /^(2[6-9]|[34]\d|5[01]|6[24]|[89]\d|62\.[5-9]\d)$/;

export const emvcoMpm: TokenFormat = {
  name: 'emvco-mpm',
  recognises: (bytes) => latin1(bytes.subarray(0, beginning.length)) === beginning,
  parse: judgeMerchantCode,
  fields: merchantCodeFields,
};

/** @param bytes UTF-8 up to and including `6304`. @returns four hexadecimal digits, upper case. */
export function merchantCodeChecksum(bytes: Uint8Array): string {
  return crc16(bytes).toString(16).padStart(4, '0').toUpperCase();
}

/** Objects inside an object, by path. */
export function isMerchantCodeTemplate(path: string): boolean {
  return template.test(path);
}

function judgeMerchantCode(bytes: Uint8Array): Parsed<never> {
  const { objects, fault } = readIdLengthValue(bytes, isMerchantCodeTemplate);
  if (fault !== undefined) return faulty('malformed-token', fault);
  const last = objects.at(-1);
  if (last?.id !== '63' || !/^[0-9A-F]{4}$/.test(last.value)) {
    return faulty('malformed-token', `no CRC at the end, byte ${bytes.length}`);
  }
  if (last.value !== merchantCodeChecksum(bytes.subarray(0, last.offset))) {
    return faulty('malformed-token', `CRC does not match, byte ${last.offset}`);
  }
  return faulty('merchant-code', 'a merchant-presented code');
}

function merchantCodeFields(bytes: Uint8Array): readonly Field[] {
  const { objects } = readIdLengthValue(bytes, isMerchantCodeTemplate);
  const isQris = isQrisMerchant(objects);
  return objects.flatMap((object) => fieldsOf(object, '', isQris));
}

function fieldsOf(object: IdLengthValue, within: string, isQris: boolean): readonly Field[] {
  const path = `${within}${object.id}`;
  const { offset, bytes, inner } = object;
  if (inner.length > 0) return inner.flatMap((one) => fieldsOf(one, `${path}.`, isQris));
  const meaning = merchantCodeMeaning(path, object.value);
  const value = meaning === undefined ? object.value : `${object.value} (${meaning})`;
  return [{ path, name: merchantCodeName(path, isQris), offset, bytes, value }];
}
